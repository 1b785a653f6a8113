"""What every step of a loader model works with: the artifact, the release's facts, and how a problem is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.graph.cache import registry
from inspector.loaders.graph.texts import Texts, numbers
from inspector.terms.finding import Location, Problem
from inspector.terms.record import record

PB, PBTXT = "saved_model.pb", "saved_model.pbtxt"

if TYPE_CHECKING:
    from inspector.loaders.graph.cache import Registry
    from inspector.runtime.facts import Capabilities, TensorFlowFacts
    from inspector.terms.artifact import Artifact
    from inspector.terms.finding import ExpectedError
    from inspector.terms.graph import MetaGraph


@record
class Context:
    """One load: of this artifact, by this release. `member` is the file that holds the graph."""

    artifact: Artifact
    capabilities: Capabilities
    facts: TensorFlowFacts
    registry: Registry
    texts: Texts
    member: str

    @property
    def release(self) -> tuple[int, ...]:
        """The TensorFlow release as numbers, for comparing."""
        return numbers(self.facts.version)

    def problem(self, rule: str, subject: str, pointer: str, error: ExpectedError, **details: str) -> Problem:
        """A problem at a place in the graph's file."""
        return Problem(rule, subject, Location(self.member, pointer), error, details)

    def error(self, kind: str, **fields: str) -> ExpectedError:
        """The release's exception for that kind of damage; the artifact's path is filled in."""
        return self.texts.error(kind, path=self.artifact.path, **fields)


def context_of(artifact: Artifact, capabilities: Capabilities, facts: TensorFlowFacts) -> Context:
    """The context of one load."""
    return Context(artifact, capabilities, facts, registry(facts), Texts(facts.version), _graph_member(artifact))


def _graph_member(artifact: Artifact) -> str:
    """`saved_model.pb`, which wins over `.pbtxt`; a single file by its own name."""
    if not artifact.is_directory:
        return artifact.path.replace("\\", "/").rpartition("/")[2]
    # tensorflow/python/saved_model/loader_impl.py `parse_saved_model` asks for the binary form first: a damaged
    # saved_model.pb fails the load though a sound .pbtxt lies beside it.
    return PBTXT if artifact.has_member(PBTXT) and not artifact.has_member(PB) else PB


def serve_graph(artifact: Artifact) -> MetaGraph | None:
    """The MetaGraph with exactly the tag `serve`, which the session loader is asked for."""
    model = artifact.saved_model
    graphs = model.meta_graphs if model else ()
    # As a set, and exactly: `get_meta_graph_def_from_tags` does not take a graph tagged serve and gpu for the tag
    # serve.
    return next((graph for graph in graphs if set(graph.tags) == {"serve"}), None)
