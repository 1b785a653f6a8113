"""Records: classes of named fields, as `dataclass(frozen=True, slots=True)` makes them, at a fiftieth of its cost.

`dataclasses` compiles six methods for each class, and imports `inspect` and `ast` for it: with the hundred classes of
this package that was two fifths of a whole run on a small model (docs/performance.md). Here nothing is compiled.
Type checkers see dataclasses.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform, overload

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class _Field:
    """What a field's default is made by (None: nothing), and whether it takes part in == and repr."""

    __slots__ = ("compare", "default", "factory", "repr")

    def __init__(self, default: Any, factory: Callable[[], Any] | None, *, compare: bool, shown: bool) -> None:
        self.default = default
        self.factory = factory
        self.compare = compare
        self.repr = shown


def field(
    *,
    default: Any = None,
    default_factory: Callable[[], Any] | None = None,
    compare: bool = True,
    repr: bool = True,  # noqa: A002 - type checkers know these names from dataclasses
) -> Any:
    """A field with a default, which `default_factory` makes anew for each instance."""
    return _Field(default, default_factory, compare=compare, shown=repr)


@overload
def record(cls: type[T], /) -> type[T]: ...
@overload
def record(*, frozen: bool = True, eq: bool = True) -> Callable[[type[T]], type[T]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: Any = None, /, *, frozen: bool = True, eq: bool = True) -> Any:
    """Make a record of a class: its annotations are the fields, kept in slots; frozen unless told otherwise.

    `eq=False` keeps identity for == and hash. Fields with a default come last; a field is not inherited.
    """
    if cls is None:
        return lambda decorated: _made(decorated, frozen=frozen, eq=eq)
    return _made(cls, frozen=frozen, eq=eq)


def replace(instance: T, /, **changes: Any) -> T:
    """A copy of a record with some fields changed. Raises TypeError for a field that it has not."""
    names = _names(instance)
    if not changes.keys() <= set(names):
        raise TypeError(f"{type(instance).__name__}({', '.join(names)}) has not all of {list(changes)}")
    return type(instance)(*(changes[name] if name in changes else getattr(instance, name) for name in names))


def _names(instance: Any) -> tuple[str, ...]:
    names: tuple[str, ...] = instance.__match_args__
    return names


def _made(cls: type, *, frozen: bool, eq: bool) -> type:
    """The class again, with slots: they cannot be added to a class that is there."""
    space = {name: value for name, value in cls.__dict__.items() if name not in ("__dict__", "__weakref__")}
    # Annotations keep the order of the source; `from __future__ import annotations` leaves them texts, which nobody
    # reads.
    names = tuple(space.get("__annotations__", ()))
    defaults = {name: space.pop(name) for name in names if name in space}
    space |= {"__slots__": names, "__match_args__": names, "__replace__": replace}
    # A class that writes its own keeps it.
    space.setdefault("__repr__", _repr_of(names, defaults))
    space["__reduce__"] = _reduce
    if frozen:
        # As FrozenInstanceError of dataclasses does, which is an AttributeError too.
        space |= {"__setattr__": _refuse, "__delattr__": _refuse}
    if eq:
        space |= _comparison(names, defaults, frozen=frozen)
    setters: list[Callable[..., None]] = []
    space["__init__"] = _init_of(names, defaults, setters, space.get("__post_init__"))
    made = type(cls)(cls.__name__, cls.__bases__, space)
    # The descriptors of the slots put values in past `__setattr__`, which refuses; they exist once the class does.
    setters += (getattr(made, name).__set__ for name in names)
    return made


def _init_of(
    names: tuple[str, ...], defaults: dict[str, Any], setters: list[Callable[..., None]], after: Any
) -> Callable[..., None]:
    count, complete = len(names), _completion(names, defaults)

    def __init__(self: Any, *values: Any, **named: Any) -> None:  # noqa: N807 - becomes the class's own
        # All by position is what readers of large files do: it costs a loop and nothing else.
        if named or len(values) != count:
            values = complete(self, values, named)
        for put, value in zip(setters, values, strict=False):
            put(self, value)
        if after is not None:
            after(self)

    return __init__


def _completion(names: tuple[str, ...], defaults: dict[str, Any]) -> Callable[..., tuple[Any, ...]]:
    """The function that gives the value of every field; it raises TypeError as a constructor does."""
    template = {name: defaults.get(name) for name in names}
    required = tuple(name for name in names if name not in defaults)
    is_made = any(type(default) is _Field for default in defaults.values())  # most records need no second look

    def complete(self: Any, values: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
        given, merged = len(values), template | named
        taken = len(merged) == len(names) >= given and named.keys().isdisjoint(names[:given])
        if not taken or not all(name in named for name in required[given:]):
            raise TypeError(f"{type(self).__name__}({', '.join(names)}) is given {given} values and {list(named)}")
        # The union of dicts keeps the order of the first: that of the fields.
        rest = tuple(merged.values())[given:]
        return values + (tuple(_default(v) if type(v) is _Field else v for v in rest) if is_made else rest)

    return complete


def _default(declared: _Field) -> Any:
    return declared.default if declared.factory is None else declared.factory()


def _comparison(names: tuple[str, ...], defaults: dict[str, Any], *, frozen: bool) -> dict[str, Any]:
    """`==` and, for what cannot change, the hash, both over the fields that take part."""
    compared = [name for name in names if not _left_out(defaults.get(name), "compare")]
    # In C: records are compared and hashed more often than anything else is done with them.
    key: Callable[[Any], Any] = attrgetter(*compared) if compared else lambda _: ()

    def __eq__(self: Any, other: object) -> bool:  # noqa: N807 - becomes the class's own
        if self is other:
            return True
        return bool(key(self) == key(other)) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:  # noqa: N807 - as above
        return hash(key(self))

    # What can change has no hash, as of dataclasses: in a set it would be lost by its next change.
    return {"__eq__": __eq__, "__hash__": __hash__ if frozen else None}


def _left_out(default: Any, of: str) -> bool:
    return isinstance(default, _Field) and not getattr(default, of)


def _repr_of(names: tuple[str, ...], defaults: dict[str, Any]) -> Callable[[Any], str]:
    shown = [name for name in names if not _left_out(defaults.get(name), "repr")]

    def __repr__(self: Any) -> str:  # noqa: N807 - becomes the class's own
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__qualname__}({fields})"

    return __repr__


def _reduce(self: Any) -> tuple[type, tuple[Any, ...]]:
    """Copies are made by the constructor: a frozen record refuses the attributes of a copy set one by one."""
    return type(self), tuple(getattr(self, name) for name in _names(self))


def _refuse(self: Any, name: str, *_: object) -> None:
    raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")
