CAP = 2000  # characters of one text: the longest seen without its config is under 1,500
UNKNOWN = {"zz_a": 1, "zz_b": 2}


class Texts(object):
    """Every outcome once: trials name it by number."""

    def __init__(self):
        self.rows = []
        self.numbers = {}

    def number(self, outcome):
        """1 for acceptance, else the number of the (class, text) row plus 2."""
        if outcome is True:
            return 1
        if outcome not in self.numbers:
            self.numbers[outcome] = len(self.rows)
            self.rows.append(outcome)
        return self.numbers[outcome] + 2


def outcome_of(call, config, inner=None):
    """True, or (exception class, text) with `{config}` and `{inner}` for what was passed."""
    try:
        call()
    except RecursionError as e:
        return ("RecursionError", str(e)[:CAP])
    except Exception as e:
        return (type(e).__name__, template(str(e), config, inner))
    return True


def template(text, config, inner):
    """A text without what was passed: `{config}` the whole dict, `{inner}` the one under its `config`."""
    for value, name in ((config, "{config}"), (inner, "{inner}")):
        if value:
            text = text.replace(repr(value), name)
    text = spans(text, "using config=", "{inner}")
    text = spans(text, "config=", "{config}")
    text = spans(text, "Full object config: ", "{config}")
    text = re.sub(r" at 0x[0-9a-f]+", " at 0x0", text)
    return text[:CAP]


def spans(text, lead, name):
    """Replace the bracketed dict after `lead` by `name`."""
    at = text.find(lead + "{")
    if at < 0 or text.startswith(lead + name, at):
        return text
    start = at + len(lead)
    depth, quote, i = 0, "", start
    while i < len(text):
        c = text[i]
        if quote:
            if c == "\\":
                i += 1
            elif c == quote:
                quote = ""
        elif c in "'\"":
            quote = c
        elif c in "{[(":
            depth += 1
        elif c in "}])":
            depth -= 1
            if depth == 0:
                return text[:start] + name + text[i + 1:]
        i += 1
    return text


def load_legacy(keras, kind, stored):
    """Deserialize as the `.h5` and JSON loaders do."""
    with legacy_scope(keras):
        config = keras.decode(stored)
        if kind in ("layer", "model", "operation"):
            return legacy_model(keras, config)
        if kind in ("loss", "metric", "optimizer"):
            return legacy_compile(keras, kind, config)
        space = keras.space(FAMILIES.get(kind, "")) if kind in FAMILIES else None
        if kind == "dtype_policy" and space is None:
            space = keras.part("mixed_precision.policy", "mixed_precision.experimental.policy")
        if kind == "schedule":
            return space.deserialize(config)
        return getattr(space, "get", None)(config) if hasattr(space, "get") else space.deserialize(config)


def legacy_model(keras, config):
    """A layer or model from a legacy config."""
    if keras.is_keras3:
        return keras.saving_utils.model_from_config(config)
    return keras.model_config.model_from_config(config)


def legacy_compile(keras, kind, config):
    """The compile arguments from a training config."""
    training = {"optimizer_config": {"class_name": "SGD", "config": {"name": "SGD"}}, "loss": None, "metrics": None,
                "weighted_metrics": None, "sample_weight_mode": None, "loss_weights": None}
    if kind == "optimizer":
        training["optimizer_config"] = config
    elif kind == "loss":
        training["loss"] = config
    else:
        training["metrics"] = [config]
    found = keras.saving_utils.compile_args_from_training_config(training)
    if kind == "metric":
        return found["metrics"][0]
    return found[kind]


def load_v3(keras, kind, stored):
    """Deserialize as the `.keras` loader does."""
    config = json.loads(json.dumps(stored))
    if kind in ("initializer", "regularizer", "constraint", "activation"):
        return keras.space(FAMILIES[kind]).get(config)
    return keras.lib.deserialize_keras_object(config, safe_mode=True)


LOADERS = {"legacy": load_legacy, "v3": load_v3}


def attempt(keras, path, kind, stored):
    """The outcome of one deserialization."""
    given = json.loads(json.dumps(stored))
    inner = given.get("config") if isinstance(given, dict) else None
    load = LOADERS[path]
    return outcome_of(lambda: load(keras, kind, stored), given, inner)


def class_trials(keras, record, path, union, texts):
    """Every trial of one class on one path."""
    stored = record["stored"][path]
    base = attempt(keras, path, record["kind"], stored)
    result = {"base": texts.number(base)}
    if base is not True or not isinstance(stored.get("config"), dict):
        return result

    def run(changes, without=()):
        config = {k: v for k, v in stored["config"].items() if k not in without}
        config.update(changes)
        return attempt(keras, path, record["kind"], dict(stored, config=config))

    unknown = run({"zz_a": 1})
    result["unknown"] = [texts.number(unknown), texts.number(run(UNKNOWN))]
    missing = rejected_of(sorted(stored["config"]), lambda keys: run({}, keys))
    result["without"] = {key: texts.number(found) for key, found in missing.items()}
    keys = {}
    outcomes = value_outcomes(union, run)
    for key in sorted(union):
        keys[key] = _key_outcome(key, outcomes[key], unknown, texts)
    for key in identifier_like(stored["config"]):
        if keys.get(key, 1) != 0:
            keys[key] = _with_unknown_identifiers(keys.get(key, 1), run, key, texts)
    result["keys"] = keys
    result["order"] = order_of(keys, union, run, texts)
    return result


def rejected_of(items, run):
    """The items that are rejected on their own: {item: outcome}. Halves what is rejected: most is accepted."""
    if not items:
        return {}
    found = run(items)
    if found is True:
        return {}
    if len(items) == 1:
        return {items[0]: found}
    middle = len(items) // 2
    rejected = rejected_of(items[:middle], run)
    rejected.update(rejected_of(items[middle:], run))
    return rejected


def value_outcomes(union, run):
    """The outcome of each key with each value: {key: [(value, outcome)]}."""
    outcomes = {key: [] for key in union}
    for i in range(max([len(values) for values in union.values()] or [0])):
        keys = sorted(key for key, values in union.items() if len(values) > i)
        rejected = rejected_of(keys, lambda part: run({key: union[key][i] for key in part}))  # noqa: B023
        for key in keys:
            outcomes[key].append((union[key][i], rejected.get(key, True)))
    return outcomes


def _key_outcome(key, outcomes, unknown, texts):
    """1: every value is accepted; 0: it is as unknown as any other key; else [[value, number], ...]."""
    if all(found is True for _, found in outcomes):
        return 1
    if unknown is not True and all(found == renamed(unknown, key, value) for value, found in outcomes):
        return 0
    return [[value, texts.number(found)] for value, found in outcomes]


def renamed(outcome, key, value):
    """The outcome for an unknown key `zz_a: 1` as it would read for another key and value."""
    kind, text = outcome
    text = text.replace("'zz_a': 1", "%r: %r" % (key, value)).replace("'zz_a'", repr(key))
    return (kind, text.replace("zz_a", key)[:CAP])


def identifier_like(config):
    """The keys whose value names another object."""
    for key, value in sorted(config.items()):
        named = ("initializer", "regularizer", "constraint", "activation", "dtype", "loss", "reduction", "layer", "cell")
        if key.endswith(named) or (isinstance(value, dict) and "class_name" in value):
            yield key


UNKNOWN_IDENTIFIERS = (
    "zz_unknown",
    {"class_name": "ZzUnknown", "config": {}},
    {"module": None, "class_name": "ZzUnknown", "config": {}, "registered_name": "zz>ZzUnknown"},
)


def _with_unknown_identifiers(found, run, key, texts):
    rows = [[value, texts.number(run({key: value}))] for value in UNKNOWN_IDENTIFIERS]
    return (found if isinstance(found, list) else [["", found]]) + rows


def order_of(keys, union, run, texts):
    """The rejected keys in the order in which they are met when all stand in one config."""
    bad = {}
    for key, found in keys.items():
        if found == 0:
            bad[key] = union[key][0]
        elif found != 1:
            rejected = [v for v, n in found if n > 1 and v not in UNKNOWN_IDENTIFIERS and v != ""]
            if rejected:
                bad[key] = rejected[0]
    order = []
    singles = {key: _bare(run({key: value})) for key, value in bad.items()}
    while len(bad) > 1:
        met = _bare(run(bad))
        first = next((k for k in sorted(bad) if singles[k] == met), None) or _named_first(met, bad)
        if first is None:
            return order
        same = [k for k in bad if singles[k] == singles[first] or keys[k] == keys[first] == 0]
        order.extend(sorted(same))
        for key in same:
            del bad[key]
    return order + sorted(bad)


def _bare(outcome):
    return outcome if outcome is True else (outcome[0], outcome[1])


def _named_first(met, bad):
    named = [k for k in sorted(bad) if met is not True and repr(k) in met[1]]
    return named[0] if named else None
