"""Environment markers (PEP 508) for the target instead of for this process.

The target is taken to be CPython on Linux x86-64: the only platform whose releases are recorded, and what locks are
mostly deployed on.
"""

from __future__ import annotations

from functools import cache

PLATFORM = "linux-x86_64"
# Where the target's Python is not known, a marker counts only if it says the same for all of these.
PYTHONS = ("3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
# The longest marker seen in a real uv.lock is under 2,000 characters; packaging's parser recurses on parentheses.
MAX_MARKER = 10_000
# Of a Python named without its patch release: a late one, as installed. `python_full_version <= "3.9"` is false then.
LATE_PATCH = 20


@cache
def holds(marker: str, python: str | None, within: str = "") -> bool | None:
    """Whether the marker selects the target; None where that depends on a Python that is not known, or it is no marker.

    `within` is the range of Pythons that the lock is for (`>=3.11,<3.12`). Extras and dependency groups count as not
    chosen.
    """
    if len(marker) > MAX_MARKER:
        return None
    # PEP 508 compares `python_version` as versions, so that 3.10 is above 3.9; packaging knows that, a text would not.
    answers = {_evaluate(marker, version) for version in ((python,) if python else _pythons(within))}
    return answers.pop() if len(answers) == 1 else None


@cache
def _pythons(within: str) -> tuple[str, ...]:
    """The Pythons in that range; all of them where it is none that is understood (Poetry's `^3.10`)."""
    if not within or len(within) > MAX_MARKER:
        return PYTHONS
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 - cold start

    try:
        allowed = SpecifierSet(within)
    except InvalidSpecifier:
        return PYTHONS
    return tuple(python for python in PYTHONS if allowed.contains(f"{python}.{LATE_PATCH}")) or PYTHONS


def _evaluate(marker: str, python: str) -> bool | None:
    from packaging.markers import InvalidMarker, Marker, UndefinedEnvironmentName  # noqa: PLC0415 - cold start

    try:
        # mypy: packaging has widened the type of the values over its releases.
        return Marker(marker).evaluate(environment(python))  # type: ignore[arg-type,unused-ignore]
    except (InvalidMarker, UndefinedEnvironmentName, RecursionError):
        return None


def environment(python: str) -> dict[str, object]:
    """Give the marker variables of that Python (`3.11` or `3.11.7`) on the platform."""
    parts = python.split(".")
    full = python if len(parts) > 2 else f"{python}.{LATE_PATCH}"  # noqa: PLR2004 - major.minor.patch
    return {
        "extra": "",
        "extras": frozenset[str](),
        "dependency_groups": frozenset[str](),
        "implementation_name": "cpython",
        "implementation_version": full,
        "os_name": "posix",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        # The kernel's own numbers: a marker that asks for them is about a machine, which no lock describes.
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": full,
        "python_version": ".".join(parts[:2]),
        "sys_platform": "linux",
    }
