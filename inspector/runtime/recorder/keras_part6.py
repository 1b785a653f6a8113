# Odd values: what a class makes of an argument of another type than its own, built from its config and called once.

ODD = (("none", None), ("text", "zz_odd"), ("integer", 7), ("negative", -1), ("fraction", 0.5), ("list", []),
       ("dict", {}), ("switch", True))
WRAPPED = "wrapped"  # the eighth kind but one: the class's own value in a list
ODD_NAME = "zz_layer"
ODD_KINDS = ("layer", "initializer", "regularizer", "constraint", "loss", "metric", "optimizer", "schedule", "dtype_policy")
# Shapes without the batch, tried in turn: the first that the class's own default config takes is given to all trials.
ODD_INPUTS = (
    (((4,), "float32"),), (((6, 3), "float32"),), (((8, 8, 3), "float32"),), (((6, 6, 6, 2), "float32"),),
    (((4,), "int32"),), (((1,), "string"),), (((3, 6, 6, 2), "float32"),), (((2, 4, 4, 4, 2), "float32"),),
    (((4,), "float32"), ((4,), "float32")), (((6, 3), "float32"), ((6, 3), "float32")), (((1,), "int32"), ((1,), "int32")),
    (((4, 3), "float32"),) * 3,
)
# Arguments that are None by themselves, in the form that artifacts have.
ODD_BASES = {"Normalization": {"mean": [0.5, 0.5, 0.5, 0.5], "variance": [1.0, 1.0, 1.0, 1.0]}}
ODD_CLEAR = 150  # trials after which Keras forgets its graph: it grows with each call


def ordinary(value, odd):
    """Whether the odd value is of the type that the class itself stores there: nothing odd then."""
    if isinstance(value, bool) or isinstance(odd, bool):
        return isinstance(value, bool) and isinstance(odd, bool)
    if value is None or odd is None:
        return value is odd
    if isinstance(value, int) and isinstance(odd, int):
        return odd >= 0
    return isinstance(value, float) and isinstance(odd, float)


def odd_values(value):
    """Each kind of odd value for a key that stores `value`."""
    for kind, odd in ODD:
        if not ordinary(value, odd):
            yield kind, odd
    yield WRAPPED, [value]
    items = listed_items(value)
    if items:
        for kind, odd in ODD:
            if not ordinary(items[-1], odd):
                yield "in_" + kind, relisted(value, items[:-1] + [odd])
        yield "in_list_one", relisted(value, items[:-1] + [[items[-1]]])
        yield "shorter", relisted(value, items[:-1])
        yield "longer", relisted(value, items + items[-1:])


def listed_items(value):
    """The items of a list, as configs hold lists and tuples."""
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, dict) and value.get("class_name") == "__tuple__":
        return list(value["items"])
    return []


def relisted(value, items):
    """The same form of list with these items."""
    return dict(value, items=items) if isinstance(value, dict) else items


class OddTrials(object):
    """The trials of one Keras."""

    def __init__(self, keras, only_inputs=False):
        self.keras = keras
        self.only_inputs = only_inputs
        self.count = 0
        self.texts = Texts()

    def made(self, record, config):
        """An instance from a stored config, as the loaders make it."""
        # The decoder of the file's JSON: what stands there as a tuple is a list to no class.
        given = self.keras.decode({"config": config})["config"]
        return record["_object"].from_config(given)

    def call(self, record, made, inputs):
        """What loading does with an instance besides: layers are called, initializers asked for a variable."""
        if record["kind"] == "layer" and inputs is not None:
            tensors = [self.keras.public.Input(shape, dtype=dtype) for shape, dtype in inputs]
            made(tensors[0] if len(tensors) == 1 else tensors)
        elif record["kind"] == "initializer":
            made((3, 3))

    def inputs_of(self, record, config):
        """The first inputs that the default config takes; None where it takes none of them."""
        for inputs in ODD_INPUTS if record["kind"] == "layer" and record["name"] != "InputLayer" else ():
            try:
                self.call(record, self.made(record, config), inputs)
            except Exception:
                continue
            return inputs
        return None

    def of_inputs(self, record, config, inputs):
        """What a layer of one input does with a sparse and with a ragged one, as if it were an argument."""
        found = {}
        for form in ("sparse", "ragged") if inputs is not None and len(inputs) == 1 else ():
            shape, dtype = inputs[0]
            made = self.made(record, config)
            call = lambda: made(self.keras.public.Input(shape, dtype=dtype, **{form: True}))  # noqa: B023, E731
            outcome = outcome_of(call, config)
            if outcome is not True:
                found["(%s)" % form] = {"switch": self.texts.number(("called", outcome[0], outcome[1]))}
        return found

    def outcome(self, record, config, inputs):
        """1, or the number of [where it failed, exception class, text]."""
        self.count += 1
        if self.count % ODD_CLEAR == 0:
            self.keras.public.backend.clear_session()
        held = []
        found = outcome_of(lambda: held.append(self.made(record, config)), config)
        if found is not True:
            return self.texts.number(("made", found[0], found[1]))
        found = outcome_of(lambda: self.call(record, held[0], inputs), config)
        return 1 if found is True else self.texts.number(("called", found[0], found[1]))

    def of_class(self, record):
        """{key: {kind of value: number}} of one class; None where its default config is refused."""
        stored = record.get("stored", {}).get("v3" if self.keras.is_keras3 else "legacy")
        config = dict(stored.get("config") or {}) if isinstance(stored, dict) else None
        if config is None or not isinstance(stored.get("config"), dict):
            return None
        if "name" in config and record["kind"] != "dtype_policy":  # a policy is its name
            config["name"] = ODD_NAME
        more = ODD_BASES.get(record["name"], {})
        if outcome_of(lambda: self.made(record, config), config) is not True:
            return None
        inputs = self.inputs_of(record, config)
        found, every = self.of_inputs(record, config, inputs), sorted(config)
        every += ["(sparse)", "(ragged)"] if record["kind"] == "layer" else []
        if self.only_inputs:
            return {"called": inputs is not None, "keys": found, "all": every}
        for key in sorted(config):
            base = dict(config, **more) if key in more else config
            odd = odd_values(base[key])
            row = {kind: self.outcome(record, dict(base, **{key: value}), inputs) for kind, value in odd}
            # What no trial refuses needs no words.
            if any(number != 1 for number in row.values()):
                found[key] = row
        return {"called": inputs is not None, "keys": found, "all": every}


def record_odd(names=(), only_inputs=False):
    """What every class of this Keras does with odd values."""
    keras = Keras()
    trials, classes = OddTrials(keras, only_inputs), {}
    for place, record in sorted(all_objects(keras).items()):
        if record.get("function") or record["kind"] not in ODD_KINDS or (names and record["name"] not in names):
            continue
        made = instance(keras, record)
        if made is None:
            continue
        try:
            record["stored"] = {"v3": stored_v3(keras, made), "legacy": stored_legacy(keras, made)}
            found = trials.of_class(record)
        except Exception:
            continue
        if found is not None:
            classes[place] = dict(found, name=record["name"], kind=record["kind"])
    return {"version": keras.version, "flavour": keras.flavour, "classes": classes, "texts": trials.texts.rows}
