"""The functions of Lambda layers: which Python wrote their bytecode, and what another Python makes of it.

Opcodes, and what calls did, are recorded from the Pythons themselves (`bytecode.json`).
"""

from __future__ import annotations

import binascii
import json
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from inspector.codec.marshal_scalars import MarshalError
from inspector.codec.marshalled import (
    MISFIT,
    NULL,
    PY27,
    PY311,
    PY314,
    READERS,
    REF,
    SIZE_LIMIT,
    Code,
    LimitReachedError,
    code_of,
    nested,
    read,
    summary,
)
from inspector.terms.record import record


class Effect(StrEnum):
    """What a Python does with a code object."""

    OK = "ok"
    RAISES = "raises"
    CRASHES = "crashes"
    UNKNOWN = "unknown"


@record
class Outcome:
    """What loading or calling does: the exception where it raises; `text` is the reason where it is unknown."""

    effect: Effect
    type: str = ""
    text: str = ""


def decode(text: str) -> bytes:
    """The bytes that `func_load` reads: base64, else the text's own bytes (Keras 1 and 2.0 stored those)."""
    try:
        return binascii.a2b_base64(text.encode("ascii"))
    except (UnicodeEncodeError, binascii.Error):
        return text.encode("raw_unicode_escape")


def loads_in(data: bytes, python: str) -> Outcome:
    """What `types.FunctionType(marshal.loads(data), ...)` does in that Python ("3.11"); unknown if not recorded."""
    if python == "2.7":
        return _loads_in_27(data)
    if python not in READERS:
        return Outcome(Effect.UNKNOWN, text=f"what Python {python} makes of bytecode is not recorded")
    layout, line = READERS[python]
    try:
        value = read(data, layout, f"Objects/codeobject.c:{line}: {MISFIT}")
    except MarshalError as error:
        return Outcome(Effect.RAISES, error.kind, error.text)
    except LimitReachedError:
        return Outcome(Effect.UNKNOWN, text="bytecode nested too deep, or too large, to be followed")
    return _of_value(value)


def _of_value(value: Any) -> Outcome:
    """What follows `marshal.loads`: the value's `co_name` is asked for."""
    if value is NULL:
        return Outcome(Effect.RAISES, "TypeError", "NULL object in marshal data for object")
    if isinstance(value, Code):
        return Outcome(Effect.OK)
    return Outcome(Effect.RAISES, "AttributeError", f"'{type(value).__name__}' object has no attribute 'co_name'")


def _loads_in_27(data: bytes) -> Outcome:
    """Python 2.7 knows no reference flag, which every code object of Python 3.4 and later bears."""
    if data[:1] and data[0] & REF:
        return Outcome(Effect.RAISES, "ValueError", "bad marshal data (unknown type code)")
    return Outcome(Effect.OK) if data[:1] == b"c" else Outcome(Effect.UNKNOWN, text="no code object of Python 2")


@cache
def _recorded() -> dict[str, Any]:
    text = Path(__file__).with_name("bytecode.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def instructions(code: Code, python: str) -> list[tuple[str, int]] | None:
    """The instructions as that Python has them; None where they can't be its own (unknown opcode, misplaced cache)."""
    if python == "2.7":
        return _instructions_27(code)
    # Opcodes are renumbered in nearly every minor release: bytes mean nothing without the Python that they are read by.
    ops, caches = _recorded()["ops"][python], _recorded()["caches"][python]
    found, place, extended = [], 0, 0
    while place < len(code.code) - 1:
        name = ops.get(str(code.code[place]))
        if name is None or name == "CACHE":
            return None
        # Since 3.6 every instruction is two bytes, and a larger argument is put together from EXTENDED_ARG before it.
        argument = extended | code.code[place + 1]
        extended = argument << 8 if name == "EXTENDED_ARG" else 0
        place += 2
        # From 3.11 on an instruction is followed by room for the specialising interpreter (PEP 659), which is no code.
        cached = 2 * caches.get(name, 0)
        if any(code.code[place : place + cached]):
            return None  # inline caches are written as zeros
        place += cached
        found.append((name, argument))
    return found


# A thousand code objects may refer to the same instructions: no compiler writes that, and each would be looked at.
_WORK_LIMIT = 4 * SIZE_LIMIT
# Lib/opcode.py of Python 2.7: instructions from here on have an argument, of two bytes.
_HAVE_ARGUMENT_27 = 90


def _instructions_27(code: Code) -> list[tuple[str, int]] | None:
    ops, found, place, extended = _recorded()["ops"]["2.7"], [], 0, 0
    while place < len(code.code):
        name = ops.get(str(code.code[place]))
        if name is None:
            return None
        size = 3 if code.code[place] >= _HAVE_ARGUMENT_27 else 1
        # Instructions of 2.7 have one or three bytes; EXTENDED_ARG there gives the upper 16 bits.
        argument = extended | int.from_bytes(code.code[place + 1 : place + size], "little")
        extended = argument << 16 if name == "EXTENDED_ARG" else 0
        place += size
        found.append((name, argument))
    return found


def writers(data: bytes) -> tuple[str, ...]:
    """The Pythons that may have written the code, by layout, line table, opcodes, inline caches; empty: none known."""
    codes = {layout: code_of(data, layout) for layout in {layout for layout, _line in READERS.values()}}
    if not any(codes.values()):
        return ("2.7",) if code_of(data, PY27) is not None else ()
    found = ((python, codes[layout]) for python, (layout, _line) in READERS.items())
    return tuple(python for python, code in found if code is not None and _written_by(code, python))


def _written_by(code: Code, python: str) -> bool:
    """Whether that Python could have compiled it, nested functions included."""
    parts = nested(code)
    if sum(len(part.code) + len(part.lines) for part in parts) > _WORK_LIMIT:
        return False
    return all(_compiled_by(part, python) for part in parts)


def _compiled_by(code: Code, python: str) -> bool:
    found = instructions(code, python)
    return found is not None and _lines_fit(code, python) and _arguments_fit(found, python)


def _lines_fit(code: Code, python: str) -> bool:
    """Python 3.10's line table covers the whole code (PEP 626), the older lnotab ends where the last line begins."""
    if python not in {"3.8", "3.9", "3.10"}:
        return True
    return (sum(code.lines[::2]) == len(code.code)) == (python == "3.10")


def _arguments_fit(found: list[tuple[str, int]], python: str) -> bool:
    """Every function of 3.11 and later resumes; `in` and `is` left COMPARE_OP in 3.9."""
    if READERS[python][0] in (PY311, PY314):
        return any(name == "RESUME" for name, _argument in found)
    newer = python in {"3.9", "3.10"}
    return not newer or all(argument < 6 for name, argument in found if name == "COMPARE_OP")  # noqa: PLR2004


def features(code: Code, python: str) -> set[str]:
    """What calling the code depends on: its opcodes, comparisons with their operator, nested code included."""
    found = (item for part in nested(code) for item in instructions(part, python) or ())
    return {f"{name}:{argument}" if name in {"COMPARE_OP", "RESUME"} else name for name, argument in found}


def first(code: Code, python: str) -> str:
    """The instruction that runs first, after the prologue: in a renumbered Python it ends every call alike."""
    prologue = {"RESUME", "COPY_FREE_VARS", "MAKE_CELL"}
    found = instructions(code, python) or []
    return next((f"first:{name}" for name, _argument in found if name not in prologue), "first:")


def calls_in(data: bytes, python: str) -> Outcome:
    """What calling the loaded function does in that Python, as far as its bytecode decides it."""
    loaded = loads_in(data, python)
    if loaded.effect is not Effect.OK:
        return loaded
    made_by = writers(data)
    if python in made_by:
        return Outcome(Effect.OK)
    code = summary(data)
    if code is None or not made_by:
        return Outcome(Effect.UNKNOWN, text="the Python that wrote the bytecode is not recognised")
    return _across(code, made_by[0], python)


def _across(code: Code, writer: str, reader: str) -> Outcome:
    """Bytecode of another minor release: recorded calls tell which instructions keep their meaning."""
    known = _recorded()["calls"].get(f"{writer}>{reader}", {})
    used = features(code, writer)
    if used <= set(known.get("kept", ())):
        return Outcome(Effect.OK)
    broken = known.get("broken", {})
    for name in [first(code, writer), *sorted(used)]:
        if name in broken:
            kind, text = broken[name]
            return Outcome(Effect.RAISES, kind, text) if kind else Outcome(Effect.CRASHES, text=text)
    return Outcome(Effect.UNKNOWN, text=f"bytecode of Python {writer} runs differently in Python {reader}")
