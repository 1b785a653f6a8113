"""The graph surface: ops that reach files, network, processes or code, in every graph and function."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.terms.artifact import Artifact


class GraphEvidence:
    """What reaches the world outside, and from where."""

    def __init__(self, artifact: Artifact) -> None:
        self.artifact = artifact


def tokens(evidence: Evidence) -> Iterator[str]:
    """`op:CAPABILITY` for each capability that an op of the artifact has."""
    del evidence
    return iter(())
