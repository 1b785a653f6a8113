"""Whether the Python signature of a restored function can be made again, and whether its concrete functions fit it.

`_deserialize_function_spec_as_nonmethod` and what sets the spec of each concrete function, in
tensorflow/python/saved_model/function_deserialization.py; from 2.12 on the arguments are bound with Python's own rules
(tensorflow/core/function/polymorphism/function_type.py).
"""

from __future__ import annotations

from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from inspector.terms.finding import ExpectedError
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_BOUND_SINCE, _BIND_SINCE = (2, 12), (2, 13)  # parameters are made; arguments are bound to them
_NAMED_SINCE = (2, 11)
_SELF_SINCE = (2, 13)  # an argument named self is taken for one, whatever is_method says
_FIELDS = ("args", "varargs", "varkw", "defaults", "kwonlyargs", "kwonlydefaults", "annotations")


class Refused(Exception):  # noqa: N818 - what the loader would raise, carried to where it is told
    """Python objects to a signature."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.error = ExpectedError(kind, text)


@record
class Opaque:
    """A decoded value that is no plain Python value: a TensorSpec, a named tuple (with its fields) ..."""

    name: str
    fields: Mapping[str, Any]


def plain(value: Any) -> Any:
    """A StructuredValue that was found to be decodable, as Python sees it."""
    kind = value.WhichOneof("kind")
    stored = getattr(value, kind)
    if kind in {"list_value", "tuple_value"}:
        items = [plain(item) for item in stored.values]
        return items if kind == "list_value" else tuple(items)
    if kind == "dict_value":
        return {key: plain(stored.fields[key]) for key in sorted(stored.fields)}
    if kind == "named_tuple_value":
        return Opaque(stored.name, {pair.key: plain(pair.value) for pair in stored.values})
    if kind == "none_value":
        return None
    return stored if kind in _SCALARS else Opaque(_NAMES.get(kind, "TypeSpec"), {})


_SCALARS = frozenset({"float64_value", "int64_value", "string_value", "bool_value"})
_NAMES = {
    "tensor_shape_value": "TensorShape",
    "tensor_dtype_value": "DType",
    "tensor_spec_value": "TensorSpec",
    "bounded_tensor_spec_value": "BoundedTensorSpec",
}


def _type(value: Any) -> str:
    return value.name if isinstance(value, Opaque) else type(value).__name__


def is_pair(value: Any) -> bool:
    """Whether a StructuredValue is what every release writes for arguments: a tuple of a tuple and a dict."""
    values = value.tuple_value.values
    return len(values) == _PAIR and values[0].HasField("tuple_value") and values[1].HasField("dict_value")


_PAIR = 2


def bound_of(value: Any) -> tuple[int, list[str]]:
    """The number of positional arguments, and the names of the others; raises Refused where it is no such pair."""
    if is_pair(value):
        args, kwargs = value.tuple_value.values
        return len(args.tuple_value.values), sorted(kwargs.dict_value.fields)
    args, kwargs = _unpacked(plain(value))
    _iterable(args)
    if not isinstance(kwargs, dict):
        raise Refused("AttributeError", f"'{_type(kwargs)}' object has no attribute 'items'")
    return len(args.fields if isinstance(args, Opaque) else args), list(kwargs)


def _unpacked(value: Any) -> tuple[Any, Any]:
    """`args, kwargs = structured_input_signature`."""
    if isinstance(value, Opaque) and value.fields:
        value = tuple(value.fields.values())
    if not isinstance(value, (tuple, list, dict, str)):
        raise Refused("TypeError", f"cannot unpack non-iterable {_type(value)} object")
    if len(value) < _PAIR:
        raise Refused("ValueError", f"not enough values to unpack (expected 2, got {len(value)})")
    if len(value) > _PAIR:
        raise Refused("ValueError", "too many values to unpack (expected 2)")
    items = list(value)
    return items[0], items[1]


@record
class Spec:
    """A FunctionSpec as the loader has it: arguments without `self`, and the values that its checks look at."""

    args: Any
    varargs: Any
    varkw: Any
    defaults: Any
    kwonlyargs: Any
    kwonlydefaults: Any
    input_signature: Any


def era(release: tuple[int, ...]) -> int:
    """A number that releases share which treat every spec alike."""
    return sum(release >= since for since in (_REWORDED_SINCE, _NAMED_SINCE, _BOUND_SINCE, _BIND_SINCE, _SELF_SINCE))


def spec_of(stored: Any, release: tuple[int, ...]) -> Spec:
    """The spec that the loader makes; raises Refused."""
    full = plain(stored.fullargspec)
    args = _field(full, "args")
    has_self = bool(args) and isinstance(args, (list, tuple)) and args[0] == "self" and release >= _SELF_SINCE
    if stored.is_method or has_self:
        if not args:
            start = "Cannot deserialize" if release >= _REWORDED_SINCE else "Missing support to deserialize"
            raise Refused("NotImplementedError", f"{start} a method function without a named 'self' argument.")
        if not isinstance(args, (list, tuple, str)):
            raise Refused("TypeError", f"'{_type(args)}' object is not subscriptable")
        args = args[1:]
    rest = {name: _field(full, name) for name in _FIELDS[1:]}
    del rest["annotations"]
    return Spec(args=args, input_signature=plain(stored.input_signature), **rest)


_REWORDED_SINCE = (2, 5)


def _field(full: Any, name: str) -> Any:
    if isinstance(full, Opaque) and name in full.fields:
        return full.fields[name]
    raise Refused("AttributeError", f"'{_type(full)}' object has no attribute '{name}'")


def check_spec(spec: Spec, release: tuple[int, ...]) -> None:
    """What making a FunctionSpec of it raises."""
    if release >= _BOUND_SINCE:
        parameters(spec)
        return
    _iterable(spec.args)
    if spec.defaults:
        _sized(spec.defaults)
    if spec.input_signature is not None:
        _iterable(spec.input_signature)


def _iterable(value: Any) -> None:
    if isinstance(value, (tuple, list, dict, str)) or (isinstance(value, Opaque) and value.fields):
        return
    raise Refused("TypeError", f"'{_type(value)}' object is not iterable")


def _sized(value: Any) -> None:
    if not isinstance(value, (tuple, list, dict, str)) and not (isinstance(value, Opaque) and value.fields):
        raise Refused("TypeError", f"object of type '{_type(value)}' has no len()")


@record
class Parameters:
    """The parameters of a function by Python's kinds; `optional` are those that have a default."""

    positional: tuple[str, ...]
    varargs: str | None
    keyword_only: tuple[str, ...]
    varkw: str | None
    optional: frozenset[str]


def parameters(spec: Spec) -> Parameters:
    """`to_function_type` of tensorflow/python/eager/polymorphic_function/function_type_utils.py (2.12 and later)."""
    optional = frozenset(_default_names(spec))
    _iterable(spec.args)
    positional = tuple(_sanitized(name) for name in spec.args)
    _iterable(spec.kwonlyargs)
    only = tuple(_sanitized(name) for name in spec.kwonlyargs)
    named = (*positional, *_star(spec.varargs), *only, *_star(spec.varkw))
    for place, name in enumerate(named):
        if name in named[:place]:
            raise Refused("ValueError", f"duplicate parameter name: {name!r}")
    found = Parameters(positional, spec.varargs, only, spec.varkw, optional)
    if spec.input_signature:
        _constrain(found, spec.input_signature)
    return found


def _default_names(spec: Spec) -> Iterator[str]:
    if spec.defaults is not None:
        _sized(spec.defaults)
        count = len(spec.defaults)
        names = spec.args[-count:] if isinstance(spec.args, (list, tuple)) else ()
        yield from (_sanitized(name) for name, _ in zip(names, spec.defaults, strict=False))
    if spec.kwonlydefaults is not None:
        _iterable(spec.kwonlydefaults)
        yield from map(_sanitized, spec.kwonlydefaults)


def _sanitized(name: Any) -> str:
    """`sanitize_arg_name`: any character that is no letter or digit becomes `_`."""
    _iterable(name)
    swapped = "".join(c if isinstance(c, str) and c.isalnum() else "_" for c in name)
    if not swapped:
        raise Refused("IndexError", "string index out of range")
    found = swapped if swapped[0].isalpha() else f"arg_{swapped}"
    return _parameter(found)


def _star(name: Any) -> tuple[str, ...]:
    if name is None:
        return ()
    if not isinstance(name, str):
        raise Refused("TypeError", f"name must be a str, not a {_type(name)}")
    return (_parameter(name),)


def _parameter(name: str) -> str:
    if iskeyword(name) or not name.isidentifier():
        raise Refused("ValueError", f"{name!r} is not a valid parameter name")
    return name


def _constrain(found: Parameters, signature: Any) -> None:
    """`add_type_constraints`: each parameter takes one of the signature's types, or its default's."""
    _iterable(signature)
    left = len(signature)
    for name in (*found.positional, *((found.varargs,) if found.varargs else ()), *found.keyword_only):
        if name == "self":
            continue
        if name in found.keyword_only and name not in found.optional:
            text = f"Since input_signature is defined, keyword-only parameter `{name}` must have a default value"
            raise Refused("TypeError", text)
        if name == found.varargs:
            left = 0
        elif left:
            left -= 1
        elif name not in found.optional:
            raise Refused("TypeError", f"input_signature missing type constraint for {name}")
    if left:
        raise Refused("TypeError", f"input_signature contains {left} extra type constraints.")


def check_bound(spec: Spec, structure: Any, release: tuple[int, ...]) -> None:
    """What setting the spec of a concrete function with these arguments raises."""
    if structure is None:
        raise Refused("TypeError", "cannot unpack non-iterable NoneType object")
    if release < _NAMED_SINCE and not is_pair(structure):
        _iterable(_unpacked(plain(structure))[1])  # only their names are looked at
        return
    count, keywords = bound_of(structure)
    if _NAMED_SINCE <= release < _BIND_SINCE:
        _check_names(spec, count, keywords)
    if release >= _BIND_SINCE:
        _bind(parameters(spec), count, [_sanitized(name) for name in keywords])


def _check_names(spec: Spec, count: int, keywords: list[str]) -> None:
    """2.11 and 2.12 make a Signature of the names, and give further positional arguments names of their own."""
    args = list(spec.args)
    named = [*args, *(f"arg{place + 1}" for place in range(len(args), count)), *keywords]
    for place, name in enumerate(named):
        if name in named[:place]:
            raise Refused("ValueError", f"duplicate parameter name: {name!r}")


def _bind(found: Parameters, count: int, keywords: list[str]) -> None:
    """`inspect.Signature.bind`, in the order of its checks."""
    _bind_positional(found, count, keywords)
    given = set(found.positional[:count])
    for name in (*found.positional[count:], *found.keyword_only):
        if name not in keywords and name not in found.optional:
            raise Refused("TypeError", f"missing a required argument: {name!r}")
    extra = [name for name in keywords if name not in {*found.positional, *found.keyword_only} - given]
    if extra and found.varkw is None:
        raise Refused("TypeError", f"got an unexpected keyword argument {extra[0]!r}")


def _bind_positional(found: Parameters, count: int, keywords: list[str]) -> None:
    if count > len(found.positional) and found.varargs is None:
        raise Refused("TypeError", "too many positional arguments")
    for name in found.positional[:count]:
        if name in keywords:
            raise Refused("TypeError", f"multiple values for argument {name!r}")
