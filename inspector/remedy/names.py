"""Text from a model as parts of Python source: nothing of it may become code but plain identifiers and literals."""

from __future__ import annotations

import keyword
import math
import re
from typing import Any

# Longer names and values are cut in comments, and no default of a parameter: the user reads the file.
TEXT_LIMIT = 80
# Names that the generated file uses itself: nothing in it may hide them.
TAKEN = frozenset(
    {
        *("keras", "tf", "Part", "failing", "unfinished", "CUSTOM_OBJECTS", "self", "cls", "kwargs", "super", "list"),
        *("isinstance", "dict", "tuple", "setattr", "float", "classmethod", "NotImplementedError"),
    }
)
# Attributes of every layer in some release: a weight or parameter of that name would hide them, or cannot be set.
RESERVED = frozenset(
    {
        *("name", "dtype", "weights", "variables", "trainable", "trainable_weights", "trainable_variables", "losses"),
        *("non_trainable_weights", "metrics", "updates", "input", "output", "inputs", "outputs", "layers", "path"),
        *(
            "built",
            "stateful",
            "states",
            "call",
            "build",
            "loss",
            "optimizer",
            "history",
            "compute_dtype",
            "add_weight",
        ),
        *("variable_dtype", "dtype_policy", "input_spec", "input_shape", "output_shape", "supports_masking"),
        *("compute_output_shape", "get_config", "from_config", "update_state", "result"),
    }
)


def is_name(text: object) -> bool:
    """Whether the text may stand in the source as it is: an ASCII identifier of bearable length, no keyword."""
    return (
        isinstance(text, str)
        and text.isascii()
        and text.isidentifier()
        and len(text) <= TEXT_LIMIT
        and not keyword.iskeyword(text)
        # Python mangles such names inside a class body (language reference, 6.2.1): the attribute would have another
        # name.
        and not text.startswith("__")
    )


def named(text: str, taken: set[str]) -> str:
    """An identifier that is near the text and not yet taken; it is added to `taken`."""
    # Twenty letters are left for what keeps it apart from others: `Custom_` and a number.
    near = re.sub(r"\W+", "_", text.rpartition(">")[2], flags=re.ASCII).strip("_")[: TEXT_LIMIT - 20]
    near = near if is_name(near) else f"Custom_{near}" if is_name(f"Custom_{near}") else "Custom"
    found, number = near, 1
    while found in taken | TAKEN:
        number += 1
        found = f"{near}_{number}"
    taken.add(found)
    return found


def literal(value: Any) -> str | None:
    """A plain value as a Python literal of ASCII characters; None for what is no short plain value."""
    # repr gives `inf` and `nan`, which are names in Python, not literals.
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if value is None or isinstance(value, bool | int | float):
        return repr(value) if len(repr(value)) <= TEXT_LIMIT else None
    return quoted(value) if isinstance(value, str) and len(value) <= TEXT_LIMIT else None


def quoted(text: str) -> str:
    """A string literal of ASCII characters, in double quotes where that needs no escape."""
    plain = ascii(text)
    return plain if '"' in plain or "\\" in plain or not plain.startswith("'") else f'"{plain[1:-1]}"'


def remark(value: Any) -> str:
    """Text for a comment: one line of ASCII characters, cut at the limit."""
    # Escaped, a line end or a reversed reading order cannot make code of what follows in the comment.
    plain = ascii(value)[1:-1] if isinstance(value, str) else ascii(value)
    return plain if len(plain) <= TEXT_LIMIT else f"{plain[:TEXT_LIMIT]}..."
