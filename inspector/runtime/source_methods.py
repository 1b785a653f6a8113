"""What the methods of the user's classes do that decides a load, as far as their text says it outright."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from inspector.runtime.source_names import dotted, last

if TYPE_CHECKING:
    from collections.abc import Iterator

_READERS = {"pop", "get"}  # of a dict


def deserialized(function: ast.FunctionDef) -> Iterator[str]:
    """The keys of the config whose values a `from_config` hands to what makes layers of them."""
    assigned = {
        target.id: node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    revivers = {name for name, value in assigned.items() if _revives(value)}
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and node.args and (_revives(node.func) or dotted(node.func) in revivers):
            value = node.args[0]
            yield from _keys(assigned.get(value.id, value) if isinstance(value, ast.Name) else value, function)


def _revives(node: ast.expr) -> bool:
    """Whether that is a function of Keras that takes any serialized layer: other ones have tables of their own."""
    name = dotted(node)
    return name.endswith(("deserialize_keras_object", "layers.deserialize"))


def _keys(value: ast.expr, function: ast.FunctionDef) -> list[str]:
    """The keys that `config[key]`, `config.pop(key)` or `config.get(key)` asks for."""
    key: ast.expr | None = None
    if isinstance(value, ast.Subscript):
        key = value.slice
    elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _READERS:
        key = value.args[0] if value.args else None
    if isinstance(key, ast.Name):
        return [text for node in ast.walk(function) if _goes_over(node, key.id) for text in _texts(node)]
    return [key.value] if isinstance(key, ast.Constant) and isinstance(key.value, str) else []


def _goes_over(node: ast.AST, name: str) -> bool:
    target = node.target if isinstance(node, ast.For | ast.comprehension) else None
    return isinstance(target, ast.Name) and target.id == name


def _texts(node: ast.AST) -> list[str]:
    things = node.iter if isinstance(node, ast.For | ast.comprehension) else None
    items = things.elts if isinstance(things, ast.Tuple | ast.List | ast.Set) else []
    return [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]


def kept(function: ast.FunctionDef) -> Iterator[str]:
    """What `self.NAME = CALL(...)` calls, outside loops and branches: there it is not known how often."""
    for statement in function.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
            own = [t for t in statement.targets if isinstance(t, ast.Attribute) and last(t.value) == "self"]
            yield from [dotted(statement.value.func)] * len(own)
