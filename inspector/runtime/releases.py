"""The public releases of TensorFlow, Keras and tf_keras, and what pip would choose among them.

`catalog/releases.json` is made by `fixtures/scripts/record_releases.py`: by release the Pythons it has wheels for, and
the Keras it requires. Pre-releases are not in it: pip takes them only where they are asked for by name.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from inspector.runtime.distributions import KERAS, TENSORFLOW, release

_CATALOG = Path(__file__).parent / "catalog" / "releases.json"


@cache
def releases(name: str) -> dict[str, dict[str, Any]]:
    """Every release of a distribution, oldest first; every build of TensorFlow counts as `tensorflow`."""
    with _CATALOG.open(encoding="utf-8") as stream:
        known: dict[str, dict[str, Any]] = json.load(stream).get(_listed_as(name), {})
    return dict(sorted(known.items(), key=lambda item: release(item[0])))


def newest(name: str, specifier: str, python: str | None) -> str | None:
    """The newest release that satisfies the specifier (`>=2.10,<2.16`, "" for any) and has wheels for that Python.

    A Python that no satisfying release has wheels for is passed over: the user says that the environment exists.
    None where no release satisfies, or where the specifier is none.
    """
    satisfying = [version for version in releases(name) if satisfies(version, specifier)]
    # Wheels are tagged by minor version (`cp311`), never by patch.
    minor = ".".join(python.split(".")[:2]) if python else None
    installable = [version for version in satisfying if minor in releases(name)[version]["python"]]
    # The catalog is sorted by release number: the last one is the newest, as pip's own choice.
    return next(reversed(installable or satisfying), None)


def satisfies(version: str, specifier: str) -> bool:
    """Whether a version satisfies a specifier; False where the specifier is none."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 - cold start

    try:
        return SpecifierSet(specifier).contains(version)
    except InvalidSpecifier:
        return False


def exact(name: str, version: str) -> str:
    """Spell a version as its release does: `2.15` is 2.15.0; what is complete or no release stays as it is."""
    if version.count(".") > 1 or not version.replace(".", "").isdigit():
        return version
    return next((known for known in releases(name) if _padded(known) == _padded(version)), version)


def requirement(name: str, version: str, on: str) -> str | None:
    """The specifier under which that release requires `on`; None where it does not, or is not known."""
    found = releases(name).get(version, {}).get("requires", {}).get(on)
    return None if found is None else str(found)


def _padded(version: str) -> tuple[int, ...]:
    return (*release(version), 0, 0, 0, 0)[:4]


def _listed_as(name: str) -> str:
    return "tensorflow" if name in TENSORFLOW else name if name in KERAS else ""
