"""Recorder, first part: what any Python environment is made of.

The parts of this folder are joined into one script that runs inside the environment it records (Python 3.6 to 3.13, no
dependency, `python - < recorder.py`) and prints one JSON document. They are data of the inspector: never imported by it.
Values are the environment's own: nothing is judged here.
"""

import argparse
import importlib
import importlib.util
import json
import os
import platform
import re
import sys


SCHEMA = 1


def record_python():
    """The interpreter: version, bytecode magic number (decides which code objects it can read), implementation."""
    return {
        "version": platform.python_version(),
        "magic": int.from_bytes(importlib.util.MAGIC_NUMBER[:2], "little"),
        "implementation": platform.python_implementation(),
        "platform": "{}-{}".format(platform.system().lower(), platform.machine()),
    }


def canonical(name):
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def distribution_folders():
    """Every `*.dist-info` and `*.egg-info` on sys.path, the one that import would take first."""
    for folder in sys.path:
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        for name in names:
            if name.endswith((".dist-info", ".egg-info")):
                yield os.path.join(folder, name)


def read_head(path):
    """The header fields of a METADATA or PKG-INFO file."""
    fields = {}
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if not line.strip():
                break
            name, _, value = line.partition(":")
            fields.setdefault(name.lower(), value.strip())
    return fields


def metadata_file(folder):
    """Where a distribution keeps its name and version, None where it does not."""
    paths = [os.path.join(folder, "METADATA"), os.path.join(folder, "PKG-INFO"), folder]
    return next((path for path in paths if os.path.isfile(path)), None)


def record_packages():
    """Canonical distribution name to version, for everything that can be imported."""
    found = {}
    for folder in distribution_folders():
        path = metadata_file(folder)
        fields = read_head(path) if path else {}
        if fields.get("name"):
            found.setdefault(canonical(fields["name"]), fields.get("version", ""))
    return dict(sorted(found.items()))


def top_levels(folder):
    """The modules that a distribution installs at the top level."""
    listed = os.path.join(folder, "top_level.txt")
    if os.path.isfile(listed):
        with open(listed, encoding="utf-8") as lines:
            return {line.strip() for line in lines}
    record = os.path.join(folder, "RECORD")
    if not os.path.isfile(record):
        return set()
    with open(record, encoding="utf-8") as lines:
        return {re.split(r"[/.]", line, maxsplit=1)[0] for line in lines}


def module_owners():
    """Top-level module to the canonical name of the distribution that installed it."""
    found = {}
    for folder in distribution_folders():
        path = metadata_file(folder)
        if path and path != folder:
            name = canonical(read_head(path).get("name", ""))
            for module in top_levels(folder):
                found.setdefault(module, name)
    return found


def importable(name):
    """Whether a top-level module is there, without importing it."""
    return importlib.util.find_spec(name) is not None


def error_of(error):
    """An exception as the inspector predicts it: class name and text, with this machine's name as `{host}`."""
    text = str(error).replace("running on " + platform.node(), "running on {host}")
    return {"type": type(error).__name__, "message": text}


def public_object(name):
    """The object of a dotted public name (`tf.saved_model.load` under its module's name), None where there is none."""
    parts = name.split(".")
    found = importlib.import_module(parts[0])
    for part in parts[1:]:
        found = getattr(found, part, None)
    return found
