"""Turns what the user names as the target into a `Runtime`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.runtime.distributions import NIGHTLY, TENSORFLOW
from inspector.runtime.flavour import keras_of
from inspector.runtime.locks.contents import LockContents, LockContext
from inspector.runtime.locks.registry import read_lock
from inspector.runtime.markers import PLATFORM
from inspector.terms.errors import UsageError
from inspector.terms.finding import Gap, Location
from inspector.terms.runtime import Runtime

if TYPE_CHECKING:
    from collections.abc import Mapping

_PYTHON = re.compile(r"\d+\.\d+(\.\d+)?$")


def resolve(  # noqa: PLR0913 - the public contract names each
    target: str,
    *,
    imports: tuple[str, ...] = (),
    env: Mapping[str, str] | None = None,
    custom_objects: tuple[str, ...] = (),
    python: str | None = None,
    assume_files: tuple[str, ...] = (),
) -> Runtime:
    """Resolve a target as `inspector.resolve` describes it. Raises UsageError, one line, for what is no target."""
    contents = read_lock(LockContext(Path(target), python))
    version = next((contents.packages[n] for n in sorted(contents.packages) if n in TENSORFLOW), None)
    answering = keras_of(version, contents.packages, env or {})
    gaps = contents.gaps
    if answering.reason:
        gaps = (*gaps, Gap(Location(target), answering.reason))
    return Runtime(
        label=target,
        python=python or contents.python,
        packages=contents.packages,
        tensorflow=version,
        keras=answering.version,
        keras_flavour=answering.flavour,
        env=dict(env or {}),
        imports=imports,
        assumed_files=assume_files,
        platform=PLATFORM,
        gaps=gaps,
    )
