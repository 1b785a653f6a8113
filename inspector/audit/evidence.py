"""The evidence of one artifact: each part is worked out when a rule first asks for it, and once."""

from __future__ import annotations

import importlib
from functools import cached_property
from typing import TYPE_CHECKING, Any

from inspector.audit import folders
from inspector.terms.artifact import Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.configs import ConfigEntry
    from inspector.audit.graph.surface import GraphEvidence
    from inspector.terms.artifact import Artifact
    from inspector.terms.audit import Oddity
    from inspector.terms.finding import Gap

_MEMO = "evidence"
_CONTAINERS = {
    Format.KERAS_H5: "h5",
    Format.SAVED_MODEL: "saved_model",
    Format.KERAS_JSON: "json",
    Format.TFJS: "json",
    Format.WEIGHTS_H5: "weights_h5",
}


class Evidence:
    """What the rules look at."""

    def __init__(self, artifact: Artifact) -> None:
        self.artifact = artifact
        # What the limits of a surface cut off.
        self.gaps: list[Gap] = []
        # What several rules read, kept by its name.
        self.memo: dict[str, Any] = {}

    @cached_property
    def configs(self) -> tuple[ConfigEntry, ...]:
        """Every serialized object of every Keras config, wherever it lies."""
        from inspector.audit.configs import entries  # noqa: PLC0415 - cold start: only artifacts with Keras configs

        return entries(self.artifact, self.gaps)

    @property
    def container(self) -> str:
        """What holds the Keras configs, as the recorded guards name it."""
        return _CONTAINERS.get(self.artifact.format, "keras")

    @cached_property
    def graphs(self) -> GraphEvidence:
        """The ops that reach files, network or code, with what leads to them."""
        from inspector.audit.graph.surface import GraphEvidence  # noqa: PLC0415 - cold start: only graphs with such ops

        return GraphEvidence(self.artifact)

    def oddities(self, *kinds: str) -> Iterator[Oddity]:
        """What readers noticed, of these kinds."""
        return (oddity for oddity in self.artifact.oddities if oddity.kind in kinds)

    @cached_property
    def tokens(self) -> frozenset[str]:
        """Words for what is there (`class:Lambda`, `op:file-write`, `oddity:zip-name`): rules are chosen by them."""
        found = {f"format:{self.artifact.format.value}"}
        found.update(f"oddity:{oddity.kind}" for oddity in self.artifact.oddities)
        for surface in _surfaces(self.artifact):
            found.update(importlib.import_module(f"inspector.audit.{surface}").tokens(self))
        return frozenset(found.union(folders.tokens(self.artifact)))


def _surfaces(artifact: Artifact) -> Iterator[str]:
    """The modules that have something to look at."""
    if artifact.keras is not None or artifact.keras_metadata is not None:
        yield "configs"
    # A file that holds another message than its name says is damage to its reader, and still a graph.
    wrong = any(damage.reason.startswith("the file holds a") for damage in artifact.damage)
    if artifact.saved_model is not None or artifact.graph is not None or wrong:
        yield "graph.surface"


def evidence_of(artifact: Artifact) -> Evidence:
    """The artifact's evidence, kept with it for every target that it is judged against."""
    kept: Evidence | None = artifact.memo.get(_MEMO)
    if kept is None or kept.artifact is not artifact:  # `replace` hands the memo on to a changed copy
        artifact.memo[_MEMO] = kept = Evidence(artifact)
    return kept
