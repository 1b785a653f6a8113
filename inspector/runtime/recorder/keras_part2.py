def all_objects(keras):
    """Every class and function by key `module.name`: {key: record}. A record's object stands under `_object`."""
    records = {}
    bases = base_classes(keras)
    for obj, exports, symbols in public_objects(keras).values():
        _add_object(records, keras, bases, obj, exports, symbols)
    for table in legacy_tables(keras).values():
        for obj in table.values():
            if _is_of_keras(obj, keras) and inspect.isclass(obj):
                _add_object(records, keras, bases, obj, [])
    for obj in operation_classes(keras):
        _add_object(records, keras, bases, obj, [])
    return records


def _add_object(records, keras, bases, obj, exports, symbols=()):
    name = getattr(obj, "__name__", None)
    module = getattr(obj, "__module__", None) or ""
    key = "%s.%s" % (module, name)
    if not name or key in records:
        return
    kind = kind_of(obj, " ".join([module] + list(exports) + list(symbols)), bases)
    record = {"name": name, "kind": kind, "module": module, "exports": sorted(set(exports)), "_object": obj}
    record["symbols"] = sorted(set(symbols))
    if inspect.isclass(obj):
        record["registered_name"] = registered_name(keras, obj)
        record.update(constructor(obj))
    else:
        record["function"] = True
    records[key] = record


def registered_name(keras, obj):
    """`package>name` for what a decorator registered, else the bare name."""
    try:
        return keras.registration.get_registered_name(obj)
    except Exception:
        return obj.__name__


def constructor(cls):
    """The constructor's parameters: {parameters: {name: is required}, kwargs: takes any keyword, args: positional}."""
    try:
        found = list(inspect.signature(cls.__init__).parameters.values())[1:]
    except (TypeError, ValueError):
        return {"parameters": {}, "kwargs": True}
    named = [p for p in found if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    parameters = {p.name: p.default is p.empty for p in named}
    return {"parameters": parameters, "kwargs": any(p.kind == p.VAR_KEYWORD for p in found)}


def legacy_tables(keras):
    """By family, the names that the `.h5`/JSON path looks classes up in: {family: {name: object}}."""
    tables = {}
    for family, space in FAMILIES.items():
        module = keras.part(space + ".serialization", space)
        if module is None:
            continue
        for name in ("populate_deserializable_objects", "populate_dict_with_module_objects"):
            populate = getattr(module, name, None)
            if populate is not None and name.startswith("populate_d") and not inspect.signature(populate).parameters:
                populate()
        local = getattr(module, "LOCAL", None)
        tables[family] = dict(getattr(local, "ALL_OBJECTS", None) or getattr(module, "ALL_OBJECTS_DICT", None) or {})
        if not tables[family]:
            tables[family] = dict(vars(module))
    if keras.is_keras3:
        layers = dict(vars(keras.part("layers")))
        layers.update((n, getattr(keras.part("models"), n)) for n in ("Functional", "Model", "Sequential"))
        tables["layer"] = layers
    return tables


def operation_classes(keras):
    """The classes behind `keras.ops`: they stand in the graphs of functional models."""
    if not keras.is_keras3:
        return []
    found = []
    base = keras.space("Operation") or keras.part("ops.operation").Operation
    for name in ("numpy", "nn", "core", "math", "linalg", "image", "einops", "ops_numpy"):
        module = keras.part("ops." + name)
        for obj in vars(module).values() if module else ():
            if inspect.isclass(obj) and issubclass(obj, base) and obj is not base:
                found.append(obj)
    return found


def module_names(root):
    """Every module of a package, by its files: tests and compiled caches left out."""
    package = importlib.import_module(root)
    names = set()
    for top in list(package.__path__):
        for folder, dirs, files in os.walk(top):
            dirs[:] = sorted(d for d in dirs if d != "__pycache__" and not d.startswith("."))
            relative = os.path.relpath(folder, top).replace(os.sep, ".")
            prefix = root if relative == "." else root + "." + relative
            if "__init__.py" in files:
                names.add(prefix)
            names.update(prefix + "." + f[:-3] for f in files if f.endswith(".py") and f != "__init__.py")
    return sorted(n for n in names if not n.endswith("_test") and "test_utils" not in n)
