# Recorder, last part: the command line and the document.


def op_names():
    """The ops that are registered now; none where there is no TensorFlow."""
    if not importable("tensorflow"):
        return set()
    return {op.name for op in op_list().op}


def import_modules(names):
    """Import each module and note what it brought: its distribution, the ops it registered, or why it failed."""
    before = op_names() if names else set()
    noted = []
    for name in names:
        entry = {"module": name, "package": package_of(name), "ops": [], "error": None}
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001  (user code may raise anything; the failure is the fact)
            entry["error"] = error_of(error)
        after = op_names()
        entry["ops"] = sorted(after - before)
        before = after
        noted.append(entry)
    return noted


def record(options):
    """The whole document."""
    packages = record_packages()
    imported = import_modules(options.imports)
    document = {"schema": SCHEMA, "python": record_python(), "packages": packages, "imports": imported}
    if "tensorflow" in options.only:
        document["tensorflow"] = record_tensorflow(imported)
    if "keras" in options.only and "record_keras" in globals():
        document["keras"] = globals()["record_keras"]()
    return document


def main():
    """Record with standard output kept for the document: what imports print goes to standard error."""
    parser = argparse.ArgumentParser(prog="recorder", description="Print what this environment provides, as JSON.")
    parser.add_argument("--import", dest="imports", action="append", default=[], metavar="MODULE")
    parser.add_argument("--only", action="append", choices=("tensorflow", "keras"))
    options = parser.parse_args()
    options.only = options.only or ["tensorflow", "keras"]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    json.dump(record(options), output, sort_keys=False, separators=(",", ":"))
    output.write("\n")
    output.close()


main()
