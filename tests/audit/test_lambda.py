"""What is said of stored functions: risk by names, imports and texts; one line of what they call."""

import base64
import json
import marshal  # noqa: TID251 - writes only
from pathlib import Path

import pytest

from inspector.audit.lambda_names import opinion, printable
from inspector.codec.code_listing import read_function
from inspector.terms.audit import Risk

DUMPED = json.loads((Path(__file__).parents[2] / "fixtures" / "bytecode" / "dumped.json").read_text())


def judged(source):
    """The opinion of a function, which is compiled and never called."""
    module = compile(source, "f.py", "exec")
    code = next(const for const in module.co_consts if hasattr(const, "co_code"))
    return opinion(read_function(marshal.dumps(code)))


@pytest.mark.parametrize(
    ("source", "risk", "says"),
    [
        ("lambda x: x / 255.0", Risk.MEDIUM, "returns (x / 255.0)"),
        ("lambda x: tf.nn.relu(tf.cast(x, tf.float32))", Risk.MEDIUM, "calls tf.nn.relu(tf.cast(x, tf.float32))"),
        ("lambda x: tf.signal.fft(x)", Risk.MEDIUM, "tf.signal.fft"),
        ("lambda x: K.sum(x, axis=1)", Risk.MEDIUM, "calls K.sum(x, axis=1)"),
        ("def f(x):\n import numpy as np\n return np.abs(x)", Risk.MEDIUM, "imports numpy, calls numpy.abs(x)"),
        ("def f(x):\n 'See https://example.org and /etc/passwd.'\n return x", Risk.MEDIUM, "returns x"),
        ("lambda x: helper(x)", Risk.HIGH, "calls helper(x)"),
        ("lambda x: getattr(x, 'shape')", Risk.CRITICAL, "getattr"),
        ("lambda x: os.system('true')", Risk.CRITICAL, "calls os.system('true')"),
        ("def f(x):\n import os as m\n return m.getcwd()", Risk.CRITICAL, "imports os, calls os.getcwd()"),
        ("lambda x: tf.io.read_file('x')", Risk.CRITICAL, "tf.io.read_file('x')"),
        ("lambda x: tf.strings.join(['gs://bucket', x])", Risk.CRITICAL, "gs://bucket"),
        ("lambda x: x.__class__.__base__", Risk.CRITICAL, "uses __class__, __base__"),
        ("lambda x: [(lambda y: eval('y'))(z) for z in x]", Risk.CRITICAL, "eval("),
        ("lambda x: exec('A' * 9)", Risk.CRITICAL, "calls exec("),
    ],
)
def test_risk_and_words(source, risk, says):
    found = judged(source)
    assert (found.risk, says in found.does) == (risk, True), found


@pytest.mark.parametrize("python", sorted(DUMPED))
def test_functions_of_every_python_are_judged_alike(python):
    risks = {name: opinion(read_function(base64.b64decode(text))).risk for name, text in DUMPED[python].items()}
    assert risks["call_chain"] is risks["affine"] is risks["const_tuple"] is Risk.MEDIUM
    assert risks["global_scale"] is Risk.HIGH
    assert Risk.CRITICAL not in risks.values()


def test_bytes_that_are_no_function():
    assert opinion(read_function(b"\x00nothing")).risk is Risk.HIGH


def test_terminals_are_not_steered():
    assert printable("a\x1b[2Jb\n") == "a?[2Jb?"
