"""What the commands that make something of a model say where nothing of it could be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import inspector
from inspector.cli.remarks import remark

if TYPE_CHECKING:
    from inspector.terms.artifact import Artifact
    from inspector.terms.finding import Finding

STATUS = 3  # as of what could not be judged
_PARTS = ("saved_model", "keras_metadata", "keras", "graph", "bundle", "weights")


def damage_found(artifact: Artifact) -> tuple[Finding, ...]:
    """The findings that say why no part of the file was read; none where a part was."""
    if any(getattr(artifact, part) is not None for part in _PARTS):
        return ()
    return tuple(f for f in inspector.check(artifact, None).findings if f.rule.startswith("INT"))


def why_unreadable(artifact: Artifact) -> str | None:
    """The finding that says why no part of the file was read, with its fix; None where a part was."""
    if any(getattr(artifact, part) is not None for part in _PARTS):
        return None
    found = next(iter(damage_found(artifact)), None)
    if found is not None:
        return f"{found.rule} {found.message}" + (f"; fix: {found.fix}" if found.fix else "")
    return artifact.gaps[0].reason if artifact.gaps else None


def refused(artifact: Artifact) -> bool:
    """Whether nothing of the file could be read; then standard error says why: an empty answer would pass for one."""
    why = why_unreadable(artifact)
    if why is not None:
        remark(f"{artifact.path} cannot be read: {why}")
    return why is not None
