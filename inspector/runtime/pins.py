"""Targets given as requirements: `tensorflow==2.15.1`, `keras==3.10.0,tensorflow==2.19.1`, `tensorflow~=2.15.0`."""

from __future__ import annotations

import re

from inspector.runtime.distributions import KERAS, NIGHTLY, TENSORFLOW, canonical
from inspector.runtime.locks.contents import LockContents
from inspector.terms.errors import UsageError

_REQUIREMENT = re.compile(r"([A-Za-z][\w.-]*)\s*(?:\[[^\]]*\])?\s*((?:===|==|~=|!=|<=|>=|<|>).*)?$")
_OPERATOR = re.compile(r"\s*(===|==|~=|!=|<=|>=|<|>)")
_EXACT = re.compile(r"===?\s*([^\s,*]+)$")
_TYPO = re.compile(r"([A-Za-z][\w.-]*\s*(?:\[[^\]]*\])?)\s*=\s*(\d[^\s,=]*)$")
MAX_LENGTH = 2000  # a command-line argument; some fifty requirements


def is_pin(target: str) -> bool:
    """Whether the text can only be requirements: it has a version operator, or is the name of TensorFlow or Keras."""
    typo = _TYPO.match(target.strip())
    known = TENSORFLOW | NIGHTLY | KERAS
    if typo and canonical(typo[1].strip()) in known:
        return True
    return bool(_OPERATOR.search(target)) or canonical(target) in known


def read_pins(target: str) -> LockContents:
    """Read comma-separated requirements. Raises UsageError where a part is none."""
    if len(target) > MAX_LENGTH:
        raise UsageError(f"the pins are longer than {MAX_LENGTH} characters: put them in a requirements.txt")
    packages: dict[str, str] = {}
    wanted: dict[str, str] = {}
    for part in _parts(target):
        found = _REQUIREMENT.match(part)
        if typo := _TYPO.match(part):
            raise UsageError(f"{part}: '=' is no specifier; write {typo[1]}=={typo[2]}")
        if not found:
            raise UsageError(f"{target}: {part!r} is no requirement such as tensorflow==2.15.1")
        specifier = (found[2] or "").strip()
        exact = _EXACT.match(specifier)
        if exact:
            packages[canonical(found[1])] = exact[1]
        else:
            wanted[canonical(found[1])] = specifier
    return LockContents(packages, wanted=wanted)


def _parts(target: str) -> list[str]:
    """Cut at commas, but not inside `tensorflow>=2.10,<2.16` or `keras[a,b]`."""
    parts: list[str] = []
    for piece in target.split(","):
        open_bracket = bool(parts) and parts[-1].count("[") > parts[-1].count("]")
        # A comma separates requirements, bounds of one requirement, and extras: what begins with an operator is a
        # bound.
        if parts and (_OPERATOR.match(piece) or open_bracket):
            parts[-1] += f",{piece.strip()}"
        elif piece.strip():
            parts.append(piece.strip())
    return parts
