"""How the user's sources register classes: every way to come by the decorator that a reader of the text can follow.

`register_keras_serializable(package="Custom", name=None)` (keras/src/saving/object_registration.py) gives a decorator.
Projects call it outright, keep it under another name, bind its package with `functools.partial`, keep the decorator it
gives, or write functions around it. All names of a project are taken together: what one module defines another imports.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from inspector.runtime.source_names import assignments, last, register_aliases, text_constants
from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    _Function = ast.FunctionDef | ast.AsyncFunctionDef

DEFAULT_PACKAGE = "Custom"
_PARAMETERS = ("package", "name")
_PARTIAL = "partial"
# Functions around functions around the decorator: each round follows one more.
_ROUNDS = 3
_DEEPEST = 20  # summands of a name: each is a call deeper
MAX_TEXT = 500  # characters of a name: a sum of sums doubles with every line


@record
class Registrar:
    """What registers a class: the arguments of the decorator, and what the names in them stand for."""

    given: Mapping[str, ast.expr]
    bound: Mapping[str, ast.expr] = field(default_factory=dict)
    of_class: str = ""  # the name that stands for the class itself


@record
class _Maker:
    """A function that gives a registrar: its parameters with their defaults, and what it gives."""

    parameters: tuple[str, ...]
    defaults: Mapping[str, ast.expr]
    registrar: Registrar


class Registry:
    """What registers classes in these modules."""

    def __init__(self, modules: Iterable[ast.Module]) -> None:
        self.constants: dict[str, str] = {}
        self._aliases: set[str] = set()
        self._makers: dict[str, _Maker] = {}
        self._registrars: dict[str, Registrar] = {}
        known = list(modules)
        for module in known:
            self.constants.update(text_constants(module))
            self._aliases |= register_aliases(module)
        for _ in range(_ROUNDS):
            before = len(self._makers), len(self._registrars)
            for module in known:
                self._learn(module)
            if before == (len(self._makers), len(self._registrars)):
                break

    def registrar(self, node: ast.expr) -> Registrar | None:
        """The registrar that an expression is: a decorator, or what is called with the class."""
        if not isinstance(node, ast.Call):
            return self._registrars.get(last(node))
        name = last(node.func)
        if name in self._aliases:
            return Registrar(_arguments(node, _PARAMETERS))
        maker = self._makers.get(name)
        if maker is None:
            return None
        inner = maker.registrar
        bound = {**maker.defaults, **_arguments(node, maker.parameters)}
        # `partial(register, package="x")` hands its own arguments on; a function's stand in what it calls.
        given = {**inner.given, **bound} if maker.parameters == _PARAMETERS else inner.given
        return Registrar(given, {**inner.bound, **bound}, inner.of_class)

    def name(self, registrar: Registrar, class_name: str, bound: Mapping[str, ast.expr] | None = None) -> str | None:
        """`package>name`; None where a part of it is computed: the class counts by its own name then."""
        names = {**registrar.bound, **(bound or {})}
        if registrar.of_class:
            names[registrar.of_class] = ast.Constant(class_name)
        package = self._text(registrar.given.get("package"), names, DEFAULT_PACKAGE)
        name = self._text(registrar.given.get("name"), names, class_name)
        return None if package is None or name is None else f"{package}>{name}"

    def in_function(self, function: _Function) -> Registrar | None:
        """The registrar that a function applies to its first parameter, as a decorator of one's own does."""
        parameters = [*function.args.posonlyargs, *function.args.args]
        if not parameters:
            return None
        own = parameters[0].arg
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and len(node.args) == 1 and _is_name(node.args[0], own):
                found = self.registrar(node.func)
                if found is not None:
                    return Registrar(found.given, found.bound, own)
        return None

    def _learn(self, module: ast.Module) -> None:
        for name, value in assignments(module.body):
            self._assigned(name, value)
        for node in module.body:
            if isinstance(node, ast.FunctionDef):
                self._defined(node)

    def _assigned(self, name: str, value: ast.expr) -> None:
        if isinstance(value, ast.Call) and last(value.func) == _PARTIAL and value.args:
            if last(value.args[0]) in self._aliases:
                rest = ast.Call(value.func, value.args[1:], value.keywords)
                self._makers[name] = _Maker(_PARAMETERS, {}, Registrar(_arguments(rest, _PARAMETERS)))
            return
        found = self.registrar(value)
        if found is not None:
            self._registrars[name] = found

    def _defined(self, function: ast.FunctionDef) -> None:
        found = self.in_function(function)
        if found is not None:
            self._registrars[function.name] = found
            return
        inner = [node for node in function.body if isinstance(node, ast.FunctionDef)]
        given = [self.registrar(node.value) for node in function.body if isinstance(node, ast.Return) and node.value]
        registrar = next((r for r in (*given, *map(self.in_function, inner)) if r is not None), None)
        if registrar is not None:
            parameters, defaults = signature(function)
            self._makers[function.name] = _Maker(parameters, defaults, registrar)

    def _text(self, node: ast.expr | None, names: Mapping[str, ast.expr], default: str) -> str | None:
        if node is None or (isinstance(node, ast.Constant) and node.value is None):
            return default
        if isinstance(node, ast.Name) and node.id in names:
            # What a name is bound to was written outside, where the names of the function mean nothing.
            return self._text(names[node.id], {}, default)
        found = "".join(self._parts(node, names, 0) or ())
        return found if 0 < len(found) <= MAX_TEXT else None

    def _parts(self, node: ast.expr, names: Mapping[str, ast.expr], depth: int) -> list[str] | None:
        """A text in parts: constants, sums, f-strings, and the name of the class; None where it is more than that."""
        parts: list[ast.expr] | None = None
        if depth > _DEEPEST:
            return None
        if isinstance(node, ast.JoinedStr):
            parts = [value.value if isinstance(value, ast.FormattedValue) else value for value in node.values]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            parts = [node.left, node.right]
        if parts is not None:
            found = [self._parts(part, names, depth + 1) for part in parts]
            return None if any(part is None for part in found) else [text for part in found for text in part or ()]
        text = self._plain(node, names)
        return None if text is None else [text]

    def _plain(self, node: ast.expr, names: Mapping[str, ast.expr]) -> str | None:
        if isinstance(node, ast.Attribute) and node.attr in {"__name__", "__qualname__"}:
            node = node.value
        bound = names.get(node.id, node) if isinstance(node, ast.Name) else node
        if isinstance(bound, ast.Constant):
            return bound.value if isinstance(bound.value, str) else None
        return self.constants.get(last(bound)) if isinstance(bound, ast.Name | ast.Attribute) else None


def signature(function: _Function) -> tuple[tuple[str, ...], dict[str, ast.expr]]:
    """The parameters that an argument may be given for, in order, and the defaults of those that have one."""
    arguments = function.args
    positional = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    defaults = dict(zip(reversed(positional), reversed(arguments.defaults), strict=False))
    keyword = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    defaults |= {a.arg: default for a, default in keyword if default is not None}
    return (*positional, *(a.arg for a in arguments.kwonlyargs)), defaults


def bindings(function: _Function, call: ast.Call) -> dict[str, ast.expr]:
    """What a function's parameters stand for in that call of it."""
    parameters, defaults = signature(function)
    return {**defaults, **_arguments(call, parameters)}


def applied(tree: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """(what is called, its one argument) of calls, those in loops once for each thing that the loop goes over."""
    looped: dict[int, list[tuple[str, ast.expr]]] = {}
    for loop in (node for node in ast.walk(tree) if isinstance(node, ast.For)):
        if not isinstance(loop.target, ast.Name):
            continue
        things = loop.iter.elts if isinstance(loop.iter, ast.Tuple | ast.List | ast.Set) else []
        for node in (inner for statement in loop.body for inner in ast.walk(statement)):
            looped[id(node)] = [(loop.target.id, thing) for thing in things]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
            argument = node.args[0]
            each = [thing for name, thing in looped.get(id(node), ()) if _is_name(argument, name)]
            yield from ((node.func, one) for one in each or [argument])


def _arguments(call: ast.Call, parameters: tuple[str, ...]) -> dict[str, ast.expr]:
    given = dict(zip(parameters, call.args, strict=False))
    return given | {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
