"""Classes and functions as a source states them: bases, and what their constructors take."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.runtime.source_methods import deserialized, kept
from inspector.runtime.source_names import dotted, last
from inspector.terms.record import record
from inspector.terms.runtime import CustomObject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.runtime.registrations import Registrar, Registry


Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@record
class Module:
    """A module with its place, what its imports stand for (`L` for `tensorflow.keras.layers`), and what it names."""

    place: str
    tree: ast.Module
    imported: Mapping[str, str]

    @property
    def name(self) -> str:
        """The last part of its own name: a package's is that of its folder."""
        path = Path(self.place)
        return path.parent.name if path.stem == "__init__" else path.stem


@record(frozen=False)
class SourceClass:
    """A class as its source states it; `parameters` None where it has no constructor of its own."""

    name: str
    registered_name: str | None
    bases: tuple[str, ...]
    source: str
    module: Module
    passed: bool = True
    maker: str = ""  # the function that makes it
    registers: Registrar | None = None  # what its `__init_subclass__` applies to every class below it
    parameters: tuple[str, ...] | None = None
    required: tuple[str, ...] = ()
    has_kwargs: bool = True
    hands_on: bool = False
    revives: bool = False
    deserialized: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    # What its methods keep as attributes by calling it, `tf.Variable` or a class of the sources.
    kept: tuple[str, ...] = ()


def definitions(body: list[ast.stmt]) -> Iterator[Definition]:
    """Definitions at the top of a module, also under `if` and `try` (code for several releases is written so)."""
    for statement in body:
        if isinstance(statement, Definition):
            yield statement
        elif isinstance(statement, ast.If):
            yield from definitions(statement.body)
            yield from definitions(statement.orelse)
        elif isinstance(statement, ast.Try):
            yield from definitions(statement.body)
            for handler in statement.handlers:
                yield from definitions(handler.body)


def read_class(statement: ast.ClassDef, registered: str | None, module: Module, registry: Registry) -> SourceClass:
    """A class as its statement says, registered under that name."""
    bases = tuple(filter(None, map(dotted, statement.bases)))
    found = SourceClass(statement.name, registered, bases, f"{module.place}:{statement.lineno}", module)
    functions = [member for member in definitions(statement.body) if isinstance(member, ast.FunctionDef)]
    found.methods = tuple(function.name for function in functions)
    found.kept = tuple(name for function in functions for name in kept(function))
    for member in functions:
        if member.name == "__init__":
            found.parameters, found.required, found.has_kwargs = _parameters(member.args, bound=True)
            found.hands_on = _hands_on(member)
        elif member.name == "from_config":
            found.revives, found.deserialized = True, tuple(deserialized(member))
        elif member.name == "__init_subclass__":
            found.registers = registry.in_function(member)
    # @dataclass writes `__init__` at run time; the fields are its parameters unless the class has one of its own.
    if found.parameters is None and _is_dataclass(statement):
        found.parameters, found.required = _dataclass_fields(statement)
        found.has_kwargs = False
    return found


def _hands_on(constructor: ast.FunctionDef) -> bool:
    """Whether the constructor does nothing with its **kwargs but give them to that of the base."""
    kwargs = constructor.args.kwarg
    if kwargs is None:
        return False
    uses = [node for node in ast.walk(constructor) if isinstance(node, ast.Name) and node.id == kwargs.arg]
    calls = (node for node in ast.walk(constructor) if isinstance(node, ast.Call))
    given = [
        keyword.value
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "__init__"
        for keyword in call.keywords
        if keyword.arg is None
    ]
    return len(uses) == 1 and uses[0] in given


def read_function(
    statement: ast.FunctionDef | ast.AsyncFunctionDef, registered: str | None, source: str
) -> CustomObject:
    """A function as its statement says, registered under that name."""
    parameters, required, has_kwargs = _parameters(statement.args, bound=False)
    place = f"{source}:{statement.lineno}"
    return CustomObject(statement.name, registered, parameters, required, has_kwargs, is_class=False, source=place)


def _parameters(arguments: ast.arguments, *, bound: bool) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Names that may be passed by keyword, those without a default, and whether any keyword is taken."""
    positional = [*arguments.posonlyargs, *arguments.args]
    defaulted = (
        {a.arg for a in positional[len(positional) - len(arguments.defaults) :]} if arguments.defaults else set()
    )
    # A config reaches the constructor as keywords (`cls(**config)` in `from_config`): positional-only ones get nothing.
    by_keyword = arguments.args if arguments.posonlyargs or not bound else arguments.args[1:]
    given = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    required = [a.arg for a in by_keyword if a.arg not in defaulted] + [a.arg for a, d in given if d is None]
    names = (*(a.arg for a in by_keyword), *(a.arg for a in arguments.kwonlyargs))
    return names, tuple(required), arguments.kwarg is not None


def _is_dataclass(statement: ast.ClassDef) -> bool:
    plain = (d.func if isinstance(d, ast.Call) else d for d in statement.decorator_list)
    return any(last(decorator) == "dataclass" for decorator in plain)


def _dataclass_fields(statement: ast.ClassDef) -> tuple[tuple[str, ...], tuple[str, ...]]:
    fields = [s for s in statement.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
    names = tuple(s.target.id for s in fields if isinstance(s.target, ast.Name))
    return names, tuple(n for n, s in zip(names, fields, strict=True) if s.value is None)
