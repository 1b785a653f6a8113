"""The user's own classes and functions, by name or from their sources.

Sources are read with `ast` and never run, so what is made at run time (a class built by a function, a registration in a
loop) is not seen. https://keras.io/api/saving/serialization_utils/#registerkerasserializable-function
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.runtime.locks.contents import read_bytes
from inspector.runtime.source_names import (
    assigned_functions,
    dotted,
    last,
    other_names,
    register_aliases,
    text_constants,
)
from inspector.terms.errors import UsageError
from inspector.terms.finding import Gap, Location
from inspector.terms.record import field, record, replace
from inspector.terms.runtime import CustomObject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# The largest generated Python modules in real projects are about 1 MB; ast takes some 100 times a source in memory.
MAX_SOURCE = 4 * 1024 * 1024
# A package of that many modules is an environment, not the user's own code.
MAX_FILES = 2000
MAX_BASES = 50  # classes followed from one class up its bases: stops classes that inherit from each other

# `register_keras_serializable(package="Custom", name=None)`: keras/src/saving/object_registration.py.
_DEFAULT_PACKAGE = "Custom"
# Folders of a project that hold no code of its own.
_SKIPPED = {"__pycache__", "node_modules", "site-packages"}


@record(frozen=False)
class _Class:
    """A class as its source states it; `parameters` None where it has no constructor of its own."""

    name: str
    registered_name: str | None
    bases: tuple[str, ...]
    source: str
    parameters: tuple[str, ...] | None = None
    required: tuple[str, ...] = ()
    has_kwargs: bool = True
    hands_on: bool = False
    revives: bool = False


@record(frozen=False)
class _Sources:
    """Everything found, in the order of the sources."""

    classes: dict[str, _Class] = field(default_factory=dict)
    functions: list[CustomObject] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    modules: list[tuple[str, ast.Module]] = field(default_factory=list)
    # Text constants of all modules: a package's name often stands in a module of its own.
    constants: dict[str, str] = field(default_factory=dict)


@record
class _Spoken:
    """What a module's names stand for: those of the registering decorator, and text constants."""

    aliases: set[str]
    constants: dict[str, str]


def read_custom_objects(named: Iterable[str]) -> tuple[tuple[CustomObject, ...], tuple[Gap, ...]]:
    """Read names (`MyLayer`, `my_package>MyLayer`), files and folders. Raises UsageError for what is none of them.

    A source that does not parse is a gap: what it defines is not known.
    """
    sources = _Sources()
    names = []
    for name in named:
        path = Path(name)
        if _is_folder(path) or path.suffix == ".py":
            for file in _files(path):
                _parse(file, sources)
        else:
            names.append(_named(name))
    for place, module in sources.modules:
        _read(module, place, sources)
    classes = tuple(_custom_class(found, sources.classes) for found in sources.classes.values())
    found = (*classes, *sources.functions)
    return (*names, *found, *_renamed(sources, found)), tuple(sources.gaps)


def _named(name: str) -> CustomObject:
    """An object of which only the name is known; `package>Name` says under what it is registered."""
    plain = name.rpartition(">")[2]
    if not plain.isidentifier():
        raise UsageError(f"--custom-objects {name}: no such file or folder, and no name of a class or function")
    return CustomObject(plain, registered_name=name if ">" in name else None)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # longer than any name of a file: it may still be that of a class
        return False


def _files(path: Path) -> Iterator[Path]:
    if not _is_folder(path):
        yield path
        return
    found = 0
    for file in sorted(path.rglob("*.py")):
        inside = file.relative_to(path).parts[:-1]
        if any(part in _SKIPPED or part.startswith(".") for part in inside) or not file.is_file():
            continue
        found += 1
        if found > MAX_FILES:
            raise UsageError(
                f"--custom-objects {path}: more than {MAX_FILES} modules; name the package with your classes"
            )
        yield file


def _parse(path: Path, sources: _Sources) -> None:
    """Every module is parsed before any is read: what one names may stand in another."""
    data = read_bytes(path, MAX_SOURCE)
    try:
        module = ast.parse(data, filename=path.name)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        sources.gaps.append(Gap(Location(str(path)), f"custom objects not read: {error or 'nested too deeply'}"))
        return
    sources.modules.append((str(path), module))
    sources.constants.update(text_constants(module))


def _read(module: ast.Module, place: str, sources: _Sources) -> None:
    spoken = _Spoken(register_aliases(module), {**sources.constants, **text_constants(module)})
    for statement in _definitions(module.body):
        registered = _registered_name(statement, spoken)
        if isinstance(statement, ast.ClassDef):
            sources.classes[statement.name] = _class(statement, registered, place)
        else:
            sources.functions.append(_function(statement, registered, place))
    sources.functions += [
        CustomObject(name, is_class=False, source=f"{place}:{line}") for name, line in assigned_functions(module)
    ]
    sources.functions.extend(_registered_by_call(module, spoken, sources, place))


def _renamed(sources: _Sources, found: tuple[CustomObject, ...]) -> Iterator[CustomObject]:
    """Second names of what is found, under which it is passed too."""
    known = {o.name: o for o in found}
    for _, module in sources.modules:
        for name, meant in other_names(module):
            if meant in known and name not in known:
                yield replace(known[meant], name=name, registered_name=None)


_Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _definitions(body: list[ast.stmt]) -> Iterator[_Definition]:
    """Definitions at the top of a module, also under `if` and `try` (code for several releases is written so)."""
    for statement in body:
        if isinstance(statement, _Definition):
            yield statement
        elif isinstance(statement, ast.If):
            yield from _definitions(statement.body)
            yield from _definitions(statement.orelse)
        elif isinstance(statement, ast.Try):
            yield from _definitions(statement.body)
            for handler in statement.handlers:
                yield from _definitions(handler.body)


def _registered_name(statement: _Definition, spoken: _Spoken) -> str | None:
    """`package>name` as a decorator registers it, whatever module it is reached through; None without one."""
    for decorator in statement.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        if call is not None and last(call.func) in spoken.aliases:
            return _name_of_call(call, statement.name, spoken)
    return None


def _name_of_call(call: ast.Call, default: str, spoken: _Spoken) -> str | None:
    given = dict(zip(("package", "name"), call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    package = _string(given.get("package"), _DEFAULT_PACKAGE, spoken)
    name = _string(given.get("name"), default, spoken)
    # A package that is computed cannot be known; the class counts by its own name then.
    return None if package is None or name is None else f"{package}>{name}"


def _string(node: ast.expr | None, default: str, spoken: _Spoken) -> str | None:
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return default
    if isinstance(node, ast.Name | ast.Attribute):
        return spoken.constants.get(last(node))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _registered_by_call(module: ast.Module, spoken: _Spoken, sources: _Sources, source: str) -> Iterator[CustomObject]:
    """`register_keras_serializable("pkg")(MyLayer)`, and `get_custom_objects()["Name"] = ...` or `.update({...})`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Call) and len(node.args) == 1:
            found = sources.classes.get(dotted(node.args[0]))
            if found is not None and last(node.func.func) in spoken.aliases:
                found.registered_name = _name_of_call(node.func, found.name, spoken)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and _is_table(node.value):
            yield from _in_table([node.slice], source)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_table(node.func.value):
            yield from (o for a in node.args if isinstance(a, ast.Dict) for o in _in_table(a.keys, source))


def _is_table(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func).endswith("get_custom_objects")


def _in_table(keys: Iterable[ast.expr | None], source: str) -> Iterator[CustomObject]:
    for key in keys:
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield CustomObject(key.value.rpartition(">")[2], registered_name=key.value, source=source)


def _class(statement: ast.ClassDef, registered: str | None, source: str) -> _Class:
    bases = tuple(filter(None, map(dotted, statement.bases)))
    found = _Class(statement.name, registered, bases, f"{source}:{statement.lineno}")
    for member in _definitions(statement.body):
        if isinstance(member, ast.FunctionDef) and member.name == "__init__":
            found.parameters, found.required, found.has_kwargs = _parameters(member.args, bound=True)
            found.hands_on = _hands_on(member)
        elif isinstance(member, ast.FunctionDef) and member.name == "from_config":
            found.revives = True
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


def _function(statement: ast.FunctionDef | ast.AsyncFunctionDef, registered: str | None, source: str) -> CustomObject:
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


def _custom_class(found: _Class, classes: dict[str, _Class]) -> CustomObject:
    """The class with the constructor that it inherits; a base outside the sources may take any keyword."""
    parameters: list[str] = []
    required: tuple[str, ...] | None = None
    has_kwargs = hands_on = True
    ancestry = list(_ancestry(found, classes))
    for ancestor in ancestry:
        if ancestor.parameters is None:
            continue
        # A constructor with **kwargs hands the rest to the next one, and so on up to the first that takes no more.
        hands_on = hands_on and ancestor.hands_on
        parameters += [name for name in ancestor.parameters if name not in parameters]
        required = ancestor.required if required is None else required
        has_kwargs = ancestor.has_kwargs
        if not has_kwargs:
            break
    return CustomObject(
        found.name,
        found.registered_name,
        None if required is None else tuple(parameters),
        required or (),
        has_kwargs,
        is_class=True,
        source=found.source,
        bases=tuple(base for a in ancestry for base in a.bases if base.rpartition(".")[2] not in classes),
        hands_on=hands_on and required is not None,
        revives=any(ancestor.revives for ancestor in ancestry),
    )


def _ancestry(found: _Class, classes: dict[str, _Class]) -> Iterator[_Class]:
    """The class and its bases in the same sources, nearest first."""
    pending, seen = [found], set[str]()
    while pending and len(seen) < MAX_BASES:
        current = pending.pop(0)
        if current.name not in seen:
            seen.add(current.name)
            yield current
            pending += [classes[n] for base in current.bases if (n := base.rpartition(".")[2]) in classes]
