"""The user's own classes and functions, by name or from their sources.

Sources are read with `ast` and never run: what a text does not say outright (a computed name, a class that `type`
makes) is not seen. https://keras.io/api/saving/serialization_utils/#registerkerasserializable-function
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.runtime.locks.contents import read_bytes
from inspector.runtime.registrations import Registry, applied, bindings
from inspector.runtime.source_classes import Definition, Module, SourceClass, definitions, read_class, read_function
from inspector.runtime.source_names import (
    assigned_functions,
    assignments,
    dotted,
    expanded,
    import_names,
    last,
    other_names,
)
from inspector.terms.errors import UsageError
from inspector.terms.finding import Gap, Location
from inspector.terms.record import field, record, replace
from inspector.terms.runtime import CustomObject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


# The largest generated Python modules in real projects are about 1 MB; ast takes some 100 times a source in memory.
MAX_SOURCE = 4 * 1024 * 1024
# A package of that many modules is an environment, not the user's own code.
MAX_FILES = 2000
MAX_BASES = 50  # classes followed from one class up its bases: stops classes that inherit from each other

_VARIABLE, _MODULE = {"tensorflow.Variable", "tf.Variable"}, {"tensorflow.Module", "tf.Module"}
_KERAS = {"tensorflow", "tf", "keras", "tf_keras"}
# Folders of a project that hold no code of its own.
_SKIPPED = {"__pycache__", "node_modules", "site-packages"}


@record(frozen=False)
class _Sources:
    """Everything found, in the order of the sources."""

    classes: list[SourceClass] = field(default_factory=list)
    functions: list[CustomObject] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    modules: list[Module] = field(default_factory=list)

    def named(self, name: str, module: Module) -> SourceClass | None:
        """The class that a dotted name means in a module: its own, or of where it imports it from, or any."""
        full = expanded(name, module.imported)
        found = [each for each in self.classes if each.name == full.rpartition(".")[2]]
        if full.partition(".")[0] in _KERAS:  # a class of one's own may be called as that of Keras that it extends
            return None
        origin = full.rpartition(".")[0].rpartition(".")[2]
        near = next((each for each in found if each.module is module), None)
        return near or next((e for e in found if e.module.name == origin), None) or next(iter(found), None)


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
    registry = Registry(module.tree for module in sources.modules)
    for module in sources.modules:
        _read(module, registry, sources)
    for module in sources.modules:
        _registered_by_call(module, registry, sources)
    classes = tuple(_custom_class(found, sources, registry) for found in sources.classes)
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
    sources.modules.append(Module(str(path), module, import_names(module)))


def _read(module: Module, registry: Registry, sources: _Sources) -> None:
    place = module.place
    for statement in definitions(module.tree.body):
        registered = _registered_name(statement, registry)
        if isinstance(statement, ast.ClassDef):
            sources.classes.append(read_class(statement, registered, module, registry))
        else:
            sources.functions.append(read_function(statement, registered, place))
        sources.classes += _inside(statement, module, registry, sources)
    sources.functions += [
        CustomObject(name, is_class=False, source=f"{place}:{line}") for name, line in assigned_functions(module.tree)
    ]


def _inside(outer: Definition, module: Module, registry: Registry, sources: _Sources) -> Iterator[SourceClass]:
    """Classes inside a class or a function, which no `custom_objects` has by itself: they count where registered.

    A function's are registered once for each call of it, with what the call gives for the names in the decorator.
    """
    for statement in (node for node in ast.walk(outer) if isinstance(node, ast.ClassDef) and node is not outer):
        by_call = _names_by_call(statement, outer, registry, sources) if isinstance(outer, ast.FunctionDef) else ()
        names: list[str | None] = [*by_call] or [_registered_name(statement, registry)]
        for registered in names:
            found = read_class(statement, registered, module, registry)
            found.passed, found.maker = False, outer.name if isinstance(outer, ast.FunctionDef) else ""
            yield found


def _names_by_call(statement: ast.ClassDef, outer: ast.FunctionDef, registry: Registry, sources: _Sources) -> list[str]:
    calls = (call for module in sources.modules for call in _calls(module.tree) if last(call.func) == outer.name)
    return sorted(set(filter(None, (_registered_name(statement, registry, bindings(outer, call)) for call in calls))))


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    """What the module itself calls, and not what it defines."""
    values = [value for _, value in assignments(tree.body)]
    values += [statement.value for statement in tree.body if isinstance(statement, ast.Expr)]
    yield from (value for value in values if isinstance(value, ast.Call))


def _renamed(sources: _Sources, found: tuple[CustomObject, ...]) -> Iterator[CustomObject]:
    """Second names of what is found, under which it is passed too."""
    known = {o.name: o for o in found}
    by_class = {(each.source, each.registered_name): o for each, o in zip(sources.classes, found, strict=False)}
    for module in sources.modules:
        for name, meant in other_names(module.tree):
            of = sources.named(meant, module)
            one = known.get(meant) if of is None else by_class[of.source, of.registered_name]
            if one is not None and (name not in known or one.source != known[name].source or not known[name].passed):
                yield replace(one, name=name, registered_name=None, passed=True)
        yield from _from_functions(module, sources, by_class)


def _from_functions(
    module: Module, sources: _Sources, by_class: Mapping[tuple[str, str | None], CustomObject]
) -> Iterator[CustomObject]:
    """`Made = make("pkg")`: the class of the function under the name that it is kept under."""
    inner = {each.maker: each for each in sources.classes if each.maker}
    for name, value in assignments(module.tree.body):
        made = inner.get(last(value.func)) if isinstance(value, ast.Call) else None
        if made is not None:
            yield replace(by_class[made.source, made.registered_name], name=name, registered_name=None, passed=True)


def _registered_name(
    statement: Definition, registry: Registry, bound: Mapping[str, ast.expr] | None = None
) -> str | None:
    """`package>name` as a decorator registers it, whatever module it is reached through; None without one."""
    for decorator in statement.decorator_list:
        registrar = registry.registrar(decorator)
        if registrar is not None:
            return registry.name(registrar, statement.name, bound)
    return None


def _registered_by_call(module: Module, registry: Registry, sources: _Sources) -> None:
    """`register_keras_serializable("pkg")(MyLayer)`, and `get_custom_objects()["Name"] = ...` or `.update({...})`."""
    for function, argument in applied(module.tree):
        registrar = registry.registrar(function)
        found = sources.named(dotted(argument), module) if registrar is not None else None
        if registrar is not None and found is not None:
            found.registered_name = registry.name(registrar, found.name)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and _is_table(node.value):
            sources.functions += _in_table([node.slice], module.place)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_table(node.func.value):
            sources.functions += [
                o for a in node.args if isinstance(a, ast.Dict) for o in _in_table(a.keys, module.place)
            ]


def _is_table(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func).endswith("get_custom_objects")


def _in_table(keys: Iterable[ast.expr | None], source: str) -> Iterator[CustomObject]:
    for key in keys:
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield CustomObject(key.value.rpartition(">")[2], registered_name=key.value, source=source)


def _custom_class(found: SourceClass, sources: _Sources, registry: Registry) -> CustomObject:
    """The class with the constructor that it inherits; a base outside the sources may take any keyword."""
    parameters: list[str] = []
    required: tuple[str, ...] | None = None
    has_kwargs = hands_on = True
    ancestry = list(_ancestry(found, sources))
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
        found.registered_name or _by_base(found, ancestry, registry),
        None if required is None else tuple(parameters),
        required or (),
        has_kwargs,
        is_class=True,
        source=found.source,
        passed=found.passed,
        bases=tuple(_outside(ancestry, sources)),
        hands_on=hands_on and required is not None,
        revives=any(ancestor.revives for ancestor in ancestry),
        deserialized=next((each.deserialized for each in ancestry if each.revives), ()),
        methods=tuple(sorted({name for each in ancestry for name in each.methods})),
        variables=_variables(ancestry, sources),
    )


def _variables(ancestry: list[SourceClass], sources: _Sources) -> int:
    """The `tf.Variable`s that its instances keep, those in a tf.Module of the sources among them."""
    count = 0
    for each in ancestry:
        for name in each.kept:
            inner = sources.named(name, each.module)
            full = expanded(name, each.module.imported)
            if inner is None:
                count += full in _VARIABLE
            elif any(expanded(base, inner.module.imported) in _MODULE for base in inner.bases):
                count += sum(expanded(one, inner.module.imported) in _VARIABLE for one in inner.kept)
    return count


def _by_base(found: SourceClass, ancestry: list[SourceClass], registry: Registry) -> str | None:
    """The name that the `__init_subclass__` of a base registers it under: it runs for classes below it."""
    above = (ancestor.registers for ancestor in ancestry if ancestor is not found)
    registrar = next((each for each in above if each is not None), None)
    return None if registrar is None else registry.name(registrar, found.name)


def _outside(ancestry: list[SourceClass], sources: _Sources) -> Iterator[str]:
    """The bases that are not of the sources, by their full names."""
    for ancestor in ancestry:
        for base in ancestor.bases:
            if sources.named(base, ancestor.module) in (None, ancestor):
                yield expanded(base, ancestor.module.imported)


def _ancestry(found: SourceClass, sources: _Sources) -> Iterator[SourceClass]:
    """The class and its bases in the same sources, nearest first."""
    pending, seen = [found], list[SourceClass]()
    while pending and len(seen) < MAX_BASES:
        current = pending.pop(0)
        if not any(current is each for each in seen):
            seen.append(current)
            yield current
            pending += [n for base in current.bases if (n := sources.named(base, current.module)) is not None]
