SKIPPED_KEYS = ("name",)  # automatic, and accepted wherever a config is


def emissions(keras, record):
    """Fill in what the class's instances store: `stored` by path, `emits` {path: {key: [values]}}."""
    record["stored"], record["emits"] = {}, {}
    first = instance(keras, record)
    if first is None:
        return
    writers = (("legacy", stored_legacy), ("v3", stored_v3))
    for path, write in writers:
        try:
            stored = write(keras, first)
        except Exception:
            continue
        if stored is not None and isinstance(stored.get("config"), dict):
            record["stored"][path] = stored
            _collect(record["emits"].setdefault(path, {}), stored["config"])
    for made in variants(keras, record):
        for path, write in writers:
            if path in record["stored"]:
                try:
                    _collect(record["emits"][path], write(keras, made)["config"])
                except Exception:
                    continue


def _collect(emits, config):
    for key, value in config.items():
        values = emits.setdefault(key, [])
        if key not in SKIPPED_KEYS and value not in values and len(values) < 8:
            values.append(value)


def plain_names(keras):
    """Every name that might be an identifier of a family here: from the public namespaces."""
    names = {}
    for family, space in FAMILIES.items():
        found = set()
        for where in (keras.space(space), keras.part(space)):
            found.update(n for n in _names_in(where) if _is_of_keras(_attribute(where, n), keras))
        names[family] = sorted(found)
    return names


def identifiers(keras, names, texts):
    """By family and path, which names resolve and what an unknown one raises."""
    found = {}
    for family in FAMILIES:
        for path in ("legacy", "v3"):
            if path == "v3" and keras.lib is None:
                continue
            rows = _family(keras, family, path, names.get(family, ()), texts)
            if rows:
                found[family + "/" + path] = rows
    return found


def _family(keras, family, path, names, texts):
    if family in ("layer", "dtype_policy", "schedule") or (path == "v3" and keras.space(FAMILIES[family]) is None):
        resolve = None
    elif path == "v3":
        resolve = lambda name: keras.space(FAMILIES[family]).get(name)  # noqa: E731
    elif family in ("loss", "metric"):
        resolve = lambda name: legacy_compile(keras, family, name)  # noqa: E731
    else:
        resolve = lambda name: keras.space(FAMILIES[family]).get(name)  # noqa: E731
    rows = {}
    if resolve is not None:
        unknown = _identifier(keras, resolve, "zz_unknown", path)
        rows["unknown_string"] = texts.number(unknown)
        rows["resolves"], rows["rejects"] = [], {}
        for name in sorted(names):
            outcome = _identifier(keras, resolve, name, path)
            if outcome is True:
                rows["resolves"].append(name)
            elif outcome != _renamed_identifier(unknown, name):
                rows["rejects"][name] = texts.number(outcome)
    kind = family
    for label, stored in zip(("dict", "dict_null", "dict_module", "dict_keras"), UNKNOWN_IDENTIFIERS[1:] + (
            {"module": "zz_module", "class_name": "ZzUnknown", "config": {}, "registered_name": "ZzUnknown"},
            {"module": "keras." + FAMILIES[family], "class_name": "ZzUnknown", "config": {}, "registered_name": None},)):
        rows["unknown_" + label] = texts.number(attempt(keras, path, kind, stored))
    return rows


def _identifier(keras, resolve, name, path):
    keras.fresh()
    if path == "legacy":
        def call():
            with legacy_scope(keras):
                resolve(name)
        return outcome_of(call, None)
    return outcome_of(lambda: resolve(name), None)


def _renamed_identifier(outcome, name):
    return outcome if outcome is True else (outcome[0], outcome[1].replace("zz_unknown", name))


def dict_families(keras, texts, names):
    """Which class names resolve as `{class_name, config: {}}` by family on the legacy path, and what the others raise."""
    found = {}
    for family in ("layer", "schedule", "optimizer", "initializer", "regularizer", "constraint", "loss", "metric"):
        unknown = attempt(keras, "legacy", family, {"class_name": "ZzUnknown", "config": {}})
        known = []
        for name in sorted(names.get(family, ())):
            outcome = attempt(keras, "legacy", family, {"class_name": name, "config": {}})
            if unknown is True or outcome is True or outcome[1] != unknown[1].replace("ZzUnknown", name):
                known.append(name)
        found[family] = known
    return found


def _lambda_config():
    # The code of `lambda x: x` as Python 3.11 marshals it: enough to see whether it is refused before it is read.
    code = "4wEAAAAAAAAAAAAAAAEAAAADAAAA8wQAAACXAHwAUwCpAE6pACkB2gF4cwEAAAAg+gA="
    return code


def behaviours(keras, texts):
    """What decides loads beyond one class's keys: {name: outcome}."""
    found = {}
    code = _lambda_config()
    trials = {
        "legacy/lambda_bytecode": ("legacy", "layer", {"class_name": "Lambda", "config": {
            "name": "l", "trainable": True, "dtype": "float32", "function": [code, None, None],
            "function_type": "lambda", "module": "__main__", "output_shape": None, "output_shape_type": "raw",
            "output_shape_module": None, "arguments": {}}}),
        "legacy/lambda_v3_bytecode": ("legacy", "layer", {"class_name": "Lambda", "config": {
            "name": "l", "trainable": True, "dtype": "float32", "function": {
                "class_name": "__lambda__", "config": {"code": code, "defaults": None, "closure": None}},
            "arguments": {}}}),
        "v3/lambda_bytecode": ("v3", "layer", {"module": "keras.layers", "class_name": "Lambda", "registered_name": None,
            "config": {"name": "l", "trainable": True, "dtype": "float32", "function": {
                "class_name": "__lambda__", "config": {"code": code, "defaults": None, "closure": None}},
                "arguments": {}}}),
        "v3/lambda_value": ("v3", "layer", {"module": "keras.layers", "class_name": "Lambda", "registered_name": None,
            "config": {"name": "l", "trainable": True, "dtype": "float32", "function": {
                "class_name": "__lambda__", "config": {"value": [code, None, None]}},
                "function_type": "lambda", "module": "zz", "output_shape": None, "output_shape_type": "raw",
                "output_shape_module": None, "arguments": {}}}),
        "v3/lambda_function": ("v3", "layer", {"module": "keras.layers", "class_name": "Lambda", "registered_name": None,
            "config": {"name": "l", "trainable": True, "function": {"module": "zz_mod", "class_name": "function",
                "config": "zz_f", "registered_name": "zz_f"}, "arguments": {}}}),
        "legacy/lambda_function": ("legacy", "layer", {"class_name": "Lambda", "config": {
            "name": "l", "trainable": True, "dtype": "float32", "function": "zz_f", "function_type": "function",
            "module": "zz_mod", "output_shape": None, "output_shape_type": "raw", "output_shape_module": None,
            "arguments": {}}}),
    }
    trials.update(_unknown_classes(keras))
    trials.update(_sequences())
    for name, (path, kind, stored) in trials.items():
        if path == "legacy" or keras.lib is not None:
            found[name] = texts.number(attempt(keras, path, kind, stored))
    return found


def _unknown_classes(keras):
    dense = {"name": "d", "units": 2}
    rows = {
        "unknown_keras": ("keras.layers", "ZzUnknown", None), "unknown_custom": (None, "ZzUnknown", "ZzUnknown"),
        "unknown_package": ("zz_mod", "ZzUnknown", "zz>ZzUnknown"), "unknown_main": ("__main__", "ZzUnknown", "ZzUnknown"),
        "module_unknown_builtin": ("zz_mod", "Dense", None), "module_none_builtin": (None, "Dense", None),
        "module_none_registered": (None, "Dense", "Dense"), "module_none_package": (None, "Dense", "zz>Dense"),
        "builtin_registered": ("keras.layers", "Dense", "Dense"), "module_os": ("os", "system", None),
        "module_builtins": ("builtins", "eval", None), "module_json": ("json", "JSONEncoder", None),
        "internal_module": (keras.root + ".layers.core.dense", "Dense", "Dense"),
        "internal_gone": (keras.root + ".zz", "Dense", "Dense"), "keras_function": ("keras.utils", "get_file", None),
        "keras_nonlayer": ("keras.utils", "Sequence", None), "keras_models_functional": ("keras.models", "Functional", None),
    }
    found = {}
    for name, (module, class_name, registered) in rows.items():
        stored = {"module": module, "class_name": class_name, "config": dense, "registered_name": registered}
        found["v3/" + name] = ("v3", "layer", stored)
        found["legacy/" + name] = ("legacy", "layer", stored)
    for fn, module in (("zz_f", "zz_mod"), ("zz_f", "builtins"), ("relu", "builtins"), ("get_file", "keras.utils")):
        stored = {"module": module, "class_name": "function", "config": fn, "registered_name": fn}
        for family in ("activation", "loss", "metric", "layer"):
            found["v3/function_%s_%s_%s" % (module, fn, family)] = ("v3", family, stored)
    return found


def _sequences():
    unknown = {"class_name": "ZzUnknown", "config": {"name": "z"}}
    dense = {"class_name": "Dense", "config": {"name": "d", "units": 2}}
    unknown3 = {"module": None, "class_name": "ZzUnknown", "config": {"name": "z"}, "registered_name": "zz>ZzUnknown"}
    sequential = {"class_name": "Sequential", "config": {"name": "s", "layers": [unknown]}}
    return {
        "legacy/sequential_unknown": ("legacy", "layer", sequential),
        "legacy/sequential_ok": ("legacy", "layer", {"class_name": "Sequential", "config": {"name": "s", "layers": [dense]}}),
        "legacy/sequential_list": ("legacy", "layer", {"class_name": "Sequential", "config": [dense]}),
        "legacy/sequential_batch_size": ("legacy", "layer", {"class_name": "Sequential", "config": {
            "name": "s", "layers": [{"class_name": "Dense", "config": {
                "name": "d", "units": 2, "batch_input_shape": [None, 4]}}]}}),
        "legacy/sequential_extra": ("legacy", "layer", {"class_name": "Sequential", "config": {
            "name": "s", "layers": [dense], "trainable": True, "dtype": "float32", "zz": 1}}),
        "legacy/model_unknown": ("legacy", "layer", {"class_name": "Functional", "config": {
            "name": "m", "layers": [dict(unknown, name="z", inbound_nodes=[])], "input_layers": [], "output_layers": []}}),
        "v3/sequential_unknown": ("v3", "layer", {"module": "keras", "class_name": "Sequential", "registered_name": None,
            "config": {"name": "s", "layers": [unknown3]}}),
        "v3/sequential_legacy_layer": ("v3", "layer", {"module": "keras", "class_name": "Sequential",
            "registered_name": None, "config": {"name": "s", "layers": [dense]}}),
        "v3/no_module": ("v3", "layer", dense),
    }


def table_names(table):
    """What a family's table holds: {name: [class or function, its module]}."""
    return {
        name: [getattr(obj, "__name__", name), getattr(obj, "__module__", None) or ""]
        for name, obj in table.items() if callable(obj) and not name.startswith("__")
    }


def registered_objects(keras, bases):
    """What decorators and imports registered: {registered name: {name, module, kind, parameters, kwargs}}."""
    found = {}
    for attribute in ("GLOBAL_CUSTOM_OBJECTS", "_GLOBAL_CUSTOM_OBJECTS"):
        for name, obj in getattr(keras.registration, attribute, {}).items():
            found[name] = foreign_record(obj, name, bases)
    return found


def foreign_record(obj, name, bases):
    """A class or function of another package."""
    module = getattr(obj, "__module__", None) or ""
    record = {"name": getattr(obj, "__name__", name), "module": module, "kind": kind_of(obj, module, bases)}
    if inspect.isclass(obj):
        record.update(constructor(obj))
    return record


def foreign_subclasses(keras, bases):
    """The classes that imported packages derive from Keras' and that nobody registered: custom_objects must name them."""
    own = (keras.root.split(".")[0], "keras", "tensorflow", "tensorflow_core")
    registered = set(map(id, getattr(keras.registration, "GLOBAL_CUSTOM_OBJECTS", {}).values()))
    registered |= set(map(id, getattr(keras.registration, "_GLOBAL_CUSTOM_OBJECTS", {}).values()))
    found, seen, waiting = [], set(), [base for _, kinds in bases for base in kinds]
    while waiting:
        cls = waiting.pop()
        for sub in type.__subclasses__(cls):
            if sub in seen:
                continue
            seen.add(sub)
            waiting.append(sub)
            if (sub.__module__ or "").split(".")[0] not in own and id(sub) not in registered:
                found.append(foreign_record(sub, sub.__name__, bases))
    return sorted(found, key=lambda record: (record["module"], record["name"]))


def note(text):
    """Say on stderr how far it is, where KERAS_RECORD_NOTES asks for it."""
    if os.environ.get("KERAS_RECORD_NOTES"):
        sys.stderr.write("%.1f %s\n" % (time.time(), text))


def quiet():
    """No warnings of the recorded release on stderr: trials raise thousands."""
    import logging  # noqa: PLC0415
    import warnings  # noqa: PLC0415

    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)


def record_keras(union=None, names=None, trials=True):
    """Everything about the Keras that answers here. `union` and `names` are what all releases emit (second pass)."""
    keras = Keras()
    quiet()
    texts = Texts()
    records = all_objects(keras)
    note("objects")
    for record in records.values():
        if inspect.isclass(record["_object"]) and record["kind"] != "other":
            emissions(keras, record)
    note("emissions")
    result = {
        "schema": 1, "version": keras.version, "flavour": keras.flavour, "root": keras.root,
        "python": "%d.%d.%d" % sys.version_info[:3], "modules": module_names(_top_module(keras)), "names": plain_names(keras),
        "tables": {family: table_names(table) for family, table in legacy_tables(keras).items()},
        "registry": bool(registered_symbols(keras)), "registered": registered_objects(keras, base_classes(keras)),
        "subclasses": foreign_subclasses(keras, base_classes(keras)),
    }
    result["classes"] = {key: public_part(record) for key, record in records.items()}
    if trials:
        add_trials(keras, records, result, union or {}, names or result["names"], texts)
    result["texts"] = texts.rows
    return result


def public_part(record):
    """The record of a class without what only this process can use."""
    return {k: v for k, v in record.items() if not k.startswith("_")}


def add_trials(keras, records, result, union, names, texts):
    """Try everything, and put it into the result."""
    for place, record in records.items():
        wanted = union.get(record["kind"] + ":" + record["name"], {})
        for path in sorted(record.get("stored", {})):
            known = dict(record["emits"][path])
            for key, values in wanted.get(path, {}).items():
                known[key] = known.get(key, []) + [v for v in values if v not in known.get(key, [])]
            known.pop("name", None)
            trials = class_trials(keras, record, path, known, texts)
            result["classes"][place].setdefault("trials", {})[path] = trials
    note("trials")
    result["identifiers"] = identifiers(keras, names, texts)
    note("identifiers")
    result["dict_names"] = dict_families(keras, texts, names)
    note("dict names")
    result["behaviours"] = behaviours(keras, texts)


def _top_module(keras):
    return keras.root if keras.root.startswith("tensorflow") else keras.root.split(".")[0]


