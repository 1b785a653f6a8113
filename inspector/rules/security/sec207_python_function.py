"""Ops that call a Python function of the process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.graph.risk import sightings
from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.terms.audit import Sighting

RULE = Rule(
    code="SEC207",
    name="python-function",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="{subject} calls the Python function registered as {path} in the process {when}: {chain}",
    fix="export the model without tf.py_function and tf.numpy_function: the function itself is not in the file",
    what="PyFunc, PyFuncStateless or EagerPyFunc: a call of Python by a token.",
    why="The file carries no code: the token is looked up among the functions which the process has registered "
    "itself. Elsewhere the call fails (Could not find callback with key=pyfunc_0 in the registry), and in a "
    "process with such functions it calls whatever has that number, with arguments of the model.",
    example='EagerPyFunc with token "pyfunc_0"',
    references=("https://www.tensorflow.org/api_docs/python/tf/py_function",),
)
TRIGGERS = ("op:python",)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """Every such call."""
    yield from sightings(RULE.code, evidence.graphs.reaches("python"))
