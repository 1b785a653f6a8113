"""What a short run may load: each of these modules costs more than all of the judging (docs/performance.md)."""

from __future__ import annotations

import json
import subprocess
import sys

from conftest import CLASSIC, FIXTURES, LOCKS

BANNED = {
    "asyncio", "csv", "dataclasses", "email", "h5py", "html", "http", "importlib.metadata", "importlib.resources",
    "inspect", "networkx", "numpy", "packaging", "pkgutil", "shutil", "sqlite3", "subprocess", "tabulate", "tempfile",
    "tomllib", "urllib.request", "zipfile",
    "google.protobuf.descriptor_pool", "google.protobuf.message_factory",
    "inspector.codec.hdf5", "inspector.formats.keras_zip", "inspector.loaders.keras3", "inspector.loaders.keras2.h5",
    "inspector.rules.rule",
}  # fmt: skip
# Some 185 of the package's own on such a run, 40 of them the audit's: each is a file to find, to open and to run.
MODULES = 195
SCRIPT = """
import sys
before = set(sys.modules)
from inspector.cli.main import main
status = main([*sys.argv[1:], "--no-isolation"])  # the child's modules, in this process
import json
print(json.dumps([status, sorted(set(sys.modules) - before)]), file=sys.stderr)
"""


def loaded(*arguments):
    # -I and -S keep what the environment's own start loads out of it; the paths are handed over.
    script = f"import sys; sys.path[:] = {[str(FIXTURES.parent), *sys.path]!r}\n{SCRIPT}"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    status, modules = json.loads(done.stderr.splitlines()[-1])
    assert status == 0
    return set(modules)


def test_a_small_saved_model_against_a_lock_loads_little():
    modules = loaded(str(CLASSIC / "tf2.15.1" / "my_custom_layer"), "--against", str(LOCKS / "tf2.15.1.txt"))
    assert modules & BANNED == set()
    assert len([name for name in modules if name.startswith("inspector.")]) <= MODULES
