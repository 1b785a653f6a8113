"""What names stand for in the user's sources: aliases of the decorator, constants, functions by assignment.

Nothing is run: only what a source states outright is known (`PACKAGE = "shop"`, `r = keras.saving.register_...`).
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

REGISTER = "register_keras_serializable"
_MAKERS = {"partial"}  # functools.partial: a callable that is passed under the name it is assigned to


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a name or attribute, empty for other expressions."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else ""


def last(node: ast.expr) -> str:
    """The last part of a dotted name."""
    return dotted(node).rpartition(".")[2]


def assignments(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """Plain `name = value` at the top of a module, also under `if` and `try` (code for several releases)."""
    for statement in body:
        if isinstance(statement, ast.Assign):
            yield from ((t.id, statement.value) for t in statement.targets if isinstance(t, ast.Name))
        elif isinstance(statement, ast.AnnAssign) and statement.value and isinstance(statement.target, ast.Name):
            yield statement.target.id, statement.value
        elif isinstance(statement, ast.If):
            yield from assignments([*statement.body, *statement.orelse])
        elif isinstance(statement, ast.Try):
            handled = [part for handler in statement.handlers for part in handler.body]
            yield from assignments([*statement.body, *handled, *statement.orelse])


def register_aliases(module: ast.Module) -> set[str]:
    """Names of the decorator: imported `as`, or assigned (`register = keras.saving.register_keras_serializable`)."""
    imported = (alias for node in ast.walk(module) if isinstance(node, ast.ImportFrom) for alias in node.names)
    known = {REGISTER} | {alias.asname for alias in imported if alias.name == REGISTER and alias.asname}
    # `keras.utils.` alone before Keras 2.12, `keras.saving.` too since, and whatever a project calls it: only the last
    # part counts.
    # counts.
    return known | {name for name, value in assignments(module.body) if last(value) in known}


def text_constants(module: ast.Module) -> dict[str, str]:
    """The module's text constants by name."""
    found = assignments(module.body)
    return {n: v.value for n, v in found if isinstance(v, ast.Constant) and isinstance(v.value, str)}


def assigned_functions(module: ast.Module) -> Iterator[tuple[str, int]]:
    """Names that stand for a lambda or a functools.partial, with their lines: functions without a `def`."""
    for name, value in assignments(module.body):
        partial = isinstance(value, ast.Call) and last(value.func) in _MAKERS
        if partial or isinstance(value, ast.Lambda):
            yield name, value.lineno


def other_names(module: ast.Module) -> Iterator[tuple[str, str]]:
    """`Rescale = Scale`, `Gain = Parts.Gain`, `import Scale as Rescale`: a second name with what it stands for."""
    yield from ((name, said) for name, value in assignments(module.body) if (said := dotted(value)))
    for node in module.body:
        if isinstance(node, ast.ImportFrom):
            yield from ((alias.asname, alias.asname) for alias in node.names if alias.asname)


def import_names(module: ast.Module) -> dict[str, str]:
    """What the imports of a module name: `L` for `tensorflow.keras.layers`; of its own package, without the dots."""
    found = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found.update({alias.asname: alias.name for alias in node.names if alias.asname})
        elif isinstance(node, ast.ImportFrom):
            start = f"{node.module}." if node.module else ""
            found.update({alias.asname or alias.name: f"{start}{alias.name}" for alias in node.names})
    return found


def expanded(name: str, imported: Mapping[str, str]) -> str:
    """A dotted name with its first part as the module imports it: `L.Dense` is `tensorflow.keras.layers.Dense`."""
    first, dot, rest = name.partition(".")
    return f"{imported.get(first, first)}{dot}{rest}"
