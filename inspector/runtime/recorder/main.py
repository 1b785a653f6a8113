# Recorder, last part: the command line and the document.


def op_names():
    """The ops that are registered now; none where there is no TensorFlow."""
    if not importable("tensorflow"):
        return set()
    return {op.name for op in op_list().op}


def import_modules(names):
    """Import each module and note what it brought: its distribution, the ops it registered, or why it failed.

    `MODULE:FUNCTION` calls that function too, for packages that register their ops only when asked to.
    """
    owners = module_owners() if names else {}
    ops, modules = op_names() if names else set(), set(sys.modules)
    noted = []
    for name in names:
        error = import_error(name)
        entry = {"module": name, "package": owners.get(re.split("[.:]", name)[0]), "error": error}
        entry["ops"] = sorted(op_names() - ops)
        tops = {module.partition(".")[0] for module in set(sys.modules) - modules}
        entry["brings"] = sorted(top for top in tops if top in owners and owners[top] != entry["package"])
        ops, modules = op_names(), set(sys.modules)
        noted.append(entry)
    return noted


def import_error(name):
    """Import a module, call its function where one is named; give what was raised."""
    module, _, function = name.partition(":")
    try:
        imported = importlib.import_module(module)
        if function:
            getattr(imported, function)()
    except Exception as error:  # noqa: BLE001  (user code may raise anything; the failure is the fact)
        return error_of(error)
    return None


def record(options):
    """The whole document."""
    packages = record_packages()
    imported = import_modules(options.imports)
    document = {"schema": SCHEMA, "python": record_python(), "packages": packages, "imports": imported}
    if "tensorflow" in options.only:
        document["tensorflow"] = record_tensorflow(imported)
    if "keras" in options.only and "record_keras" in globals():
        keras = globals()["record_keras"](trials=not options.untried, **read_union(options.union))
        document["keras"] = json.loads(json.dumps(keras, sort_keys=True))  # one order in all releases: the catalog shares
    if options.odd and "record_odd" in globals():
        document["keras_odd"] = json.loads(json.dumps(globals()["record_odd"](), sort_keys=True))
    return document


def read_union(path):
    """What all releases store and how they name things (`catalog/keras_union.py`); nothing where no file is named."""
    if path is None:
        return {}
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


def main():
    """Record with standard output kept for the document: what imports print goes to standard error."""
    parser = argparse.ArgumentParser(prog="recorder", description="Print what this environment provides, as JSON.")
    parser.add_argument("--import", dest="imports", action="append", default=[], metavar="MODULE[:FUNCTION]")
    parser.add_argument("--only", action="append", choices=("tensorflow", "keras"))
    parser.add_argument("--untried", action="store_true", help="of Keras only what this release stores, without trials")
    parser.add_argument("--odd", action="store_true", help="also what classes do with values of another type than theirs")
    parser.add_argument("--union", metavar="FILE", help="what other releases store, tried here too")
    options = parser.parse_args()
    options.only = options.only or ["tensorflow", "keras"]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    json.dump(record(options), output, sort_keys=False, separators=(",", ":"))
    output.write("\n")
    output.close()


main()
