"""The constructor of a skeleton: what its config gives beyond the base class, and `get_config`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.remedy.names import RESERVED, TAKEN, is_name, literal, quoted, remark
from inspector.requirements.keras_objects import kind_of_key
from inspector.terms.record import record

if TYPE_CHECKING:
    from inspector.remedy.bases import Base
    from inspector.remedy.missing import Missing

# Modules that turn a serialized object or a name into the object, and back.
_GET = {"activation": "keras.activations", "initializer": "keras.initializers", "regularizer": "keras.regularizers",
        "constraint": "keras.constraints"}  # fmt: skip
LIMIT = 60  # parameters of one constructor; the largest of Keras has about 30


@record
class Parameter:
    """A config key: `name` as an identifier, None where it is none; `kind` of the object that it holds, or ""."""

    key: str
    name: str | None
    value: Any
    kind: str = ""

    @property
    def attribute(self) -> str:
        """The attribute that keeps it."""
        return f"{self.name}_" if self.name in RESERVED else str(self.name)

    @property
    def default(self) -> str:
        """The value in the file where it is short and plain, else None."""
        return literal(self.value) or "None"


def parameters_of(missing: Missing, base: Base) -> list[Parameter]:
    """The config keys of all places that are not the base class's own, in file order."""
    values: dict[str, Any] = {}
    for use in missing.uses:
        if isinstance(use.config, dict):
            # The first place wins: its values become the defaults, and the others are passed by their configs.
            values = {**use.config, **values}
    keys = list(dict.fromkeys(k for u in missing.uses if isinstance(u.config, dict) for k in u.config))
    # What the base takes itself reaches it through **kwargs.
    own = [key for key in keys if isinstance(key, str) and key not in base.keys]
    return [_parameter(key, values[key]) for key in own[:LIMIT]]


def _parameter(key: str, value: Any) -> Parameter:
    name = key if is_name(key) and key not in TAKEN else None
    return Parameter(key, name, value, _held(key, value))


def _held(key: str, value: Any) -> str:
    """`layer` for a serialized layer, or the family whose `get` understands the value; "" for a plain value."""
    kind = kind_of_key(key)
    if kind in _GET and isinstance(value, str | dict):
        return kind
    is_object = isinstance(value, dict) and "class_name" in value and "config" in value
    return "layer" if is_object and kind in {"layer", "model"} else ""


def constructor(parameters: list[Parameter], extra: list[str]) -> list[str]:
    """`__init__`, which keeps every parameter; `extra` are lines at its end."""
    if not parameters and not extra:
        return []
    named = [p for p in parameters if p.name is not None]
    # Loaders pass what the base takes (`name`, `trainable`, `dtype`) in the same call.
    head = ["self", *(f"{p.name}={p.default}" for p in named), "**kwargs"]
    lines = _wrapped("    def __init__(", head)
    odd = [p for p in parameters if p.name is None]
    # A key that is no identifier can still come as a keyword: `cls(**config)` takes any text.
    lines += [f"        {_odd(i)} = kwargs.pop({quoted(p.key)}, None)" for i, p in enumerate(odd)]
    lines.append("        super().__init__(**kwargs)")
    for p in named:
        lines += _noted(p)
        lines.append(f"        self.{p.attribute} = {_made(p)}")
    lines += [f"        self.{_odd(i)} = {_odd(i)}" for i in range(len(odd))]
    return ["", *lines, *extra]


def getter(parameters: list[Parameter], *, has_base_config: bool = True) -> list[str]:
    """`get_config` with every parameter."""
    if not parameters:
        return []
    odd = iter(range(len(parameters)))
    rows = [f"            {quoted(p.key)}: {_stored(p, odd)}," for p in parameters]
    start = "            **super().get_config()," if has_base_config else ""
    return ["", "    def get_config(self):", "        return {", *([start] if start else []), *rows, "        }"]


def _odd(index: int) -> str:
    return f"unnamed_{index + 1}"


def _stored(p: Parameter, odd: Any) -> str:
    if p.name is None:
        return f"self.{_odd(next(odd))}"
    if p.kind:
        return f"{'keras.layers' if p.kind == 'layer' else _GET[p.kind]}.serialize(self.{p.attribute})"
    return f"self.{p.attribute}"


def _made(p: Parameter) -> str:
    if p.kind == "layer":
        # Both come in: a dict where the config is loaded, a layer where somebody's code makes one.
        return f"keras.layers.deserialize({p.name}) if isinstance({p.name}, dict) else {p.name}"
    return f"{_GET[p.kind]}.get({p.name})" if p.kind else str(p.name)


def _noted(p: Parameter) -> list[str]:
    """The value in the file, where it is no default."""
    shown = p.value.get("class_name") if p.kind and isinstance(p.value, dict) else p.value
    # A default says it already; lists and objects are too long for one.
    return [] if literal(p.value) is not None else [f"        # In the file: {p.key} = {remark(shown)}"]


def _wrapped(start: str, items: list[str]) -> list[str]:
    """A signature on one line where it fits, else one item a line."""
    line = f"{start}{', '.join(items)}):"
    if len(line) <= 100:  # noqa: PLR2004 - what reads well in any editor
        return [line]
    return [start, *(f"        {item}," for item in items[:-1]), f"        {items[-1]},", "    ):"]
