"""Nothing that is inspected is executed: TensorFlow, Keras and the unpicklers are never loaded."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from conftest import CLASSIC, LOCKS

FORBIDDEN = ("tensorflow", "keras", "tf_keras", "ctypes", "torch")
SCRIPT = """
import sys
import json
import inspector
report = inspector.inspect(sys.argv[1], against=sys.argv[2])
json.dump([report.verdict, sorted(sys.modules)], sys.stdout)
"""


@pytest.mark.parametrize("model", ["my_custom_layer", "my_custom_layer.h5", "my_custom_layer.keras"])
def test_no_forbidden_module_is_loaded(model):
    command = [sys.executable, "-c", SCRIPT, str(CLASSIC / "tf2.15.1" / model), str(LOCKS / "tf2.15.1.txt")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    verdict, modules = json.loads(done.stdout)
    assert verdict in {"loads", "fails"}
    assert not [name for name in modules if name.partition(".")[0] in FORBIDDEN]
    assert "h5py" not in modules  # native HDF5 code runs in the child process only
