"""Completes what was locked or pinned with what pip would install beside it, and finds the TensorFlow in it.

- A requirement without one version is the newest release that satisfies it and has wheels for the target's Python.
- TensorFlow from 2.6 on requires Keras: where none is named, the newest release that TensorFlow's own metadata allows.
- tf_keras requires the TensorFlow of its own minor version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.runtime.distributions import KERAS, NIGHTLY, RELEVANT, TENSORFLOW, public
from inspector.runtime.releases import exact, newest, releases, requirement
from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.runtime.locks.contents import LockContents


def complete(label: str, contents: LockContents, python: str | None) -> dict[str, str]:
    """Give the packages with what is wanted and what is implied. UsageError where no release satisfies."""
    packages = dict(contents.packages)
    # Before anything is compared: `==2.15` installs 2.15.0, and the catalog knows only that spelling.
    for name in RELEVANT & packages.keys():
        packages[name] = exact(name, packages[name])
    for name, specifier in contents.wanted.items():
        packages[name] = _choose(label, name, _joined(specifier, contents.constraints.get(name)), python)
    if not _undecided(contents, KERAS | TENSORFLOW):
        _imply(packages, contents.constraints, python)
    return packages


def tensorflow_of(packages: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Give TensorFlow's version under whatever name it is there, or None with the reason why it cannot be told."""
    found = {name: packages[name] for name in sorted(packages) if name in TENSORFLOW | NIGHTLY}
    # `tensorflow` 2.15 requires `tensorflow-intel` of the same version on Windows: two names, one module, no conflict.
    if len({public(version) for version in found.values()}) <= 1:
        return next(iter(found.values()), None), None
    listed = ", ".join(f"{name} {version}" for name, version in found.items())
    return None, f"which TensorFlow is imported cannot be told: these install the same module ({listed})"


def _imply(packages: dict[str, str], constraints: Mapping[str, str], python: str | None) -> None:
    """Add what the requirements of tf_keras and TensorFlow bring along."""
    if "tf-keras" in packages and not packages.keys() & (TENSORFLOW | NIGHTLY):
        _add(packages, "tensorflow", requirement("tf-keras", packages["tf-keras"], "tensorflow"), constraints, python)
    version = next((packages[name] for name in sorted(packages) if name in TENSORFLOW), None)
    # A lock that names TensorFlow alone is no list of everything, as `pip freeze` is: pip would add what it requires.
    if version is not None and not packages.keys() & {"keras", "keras-nightly"}:
        _add(packages, "keras", requirement("tensorflow", public(version), "keras"), constraints, python)


def _add(
    packages: dict[str, str], name: str, specifier: str | None, constraints: Mapping[str, str], python: str | None
) -> None:
    if specifier is not None:
        chosen = newest(name, _joined(specifier, constraints.get(name)), python)
        if chosen is not None:
            packages[name] = chosen


def _choose(label: str, name: str, specifier: str, python: str | None) -> str:
    chosen = newest(name, specifier, python)
    if chosen is None and not releases(name):
        raise UsageError(f"{label}: {name} is not recorded")
    if chosen is None:
        raise UsageError(f"{label}: no release of {name} is known that satisfies {specifier or 'any version'}")
    return chosen


def _joined(specifier: str, constraint: str | None) -> str:
    return ",".join(part for part in (specifier, constraint) if part)


def _undecided(contents: LockContents, names: frozenset[str]) -> bool:
    """Whether a gap says that one of these is there in a version that is not known: then nothing is implied for it."""
    return any(gap.reason.partition(" ")[0].rstrip(":") in names for gap in contents.gaps)
