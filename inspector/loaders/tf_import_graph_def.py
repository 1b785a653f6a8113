"""Models `tf.import_graph_def` of a GraphDef file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.graph.context import context_of
from inspector.loaders.graph.damage import remedy_of
from inspector.loaders.graph.importing import import_problems
from inspector.terms.finding import ExpectedError, Gap, Location, Outcome, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.graph.context import Context
    from inspector.runtime.facts import Capabilities
    from inspector.terms.artifact import Artifact

LOADER = "tf.import_graph_def"


def outcomes(artifact: Artifact, capabilities: Capabilities) -> Iterator[Outcome]:
    """What parsing the file and `tf.import_graph_def` do."""
    if capabilities.tensorflow is None:
        yield Outcome(LOADER, gaps=(Gap(artifact.whole, "no facts about this TensorFlow"),))
        return
    context = context_of(artifact, capabilities, capabilities.tensorflow)
    yield Outcome(LOADER, tuple(_problems(context)), _gaps(context))


def _problems(context: Context) -> Iterator[Problem]:
    artifact = context.artifact
    if artifact.graph is not None:
        # A bare GraphDef carries no OpDefs of its producer: `import_graph_def` without `producer_op_list` has no
        # defaults to drop attributes by, and so refuses newer ones that a MetaGraph would get away with.
        yield from import_problems(context, artifact.graph, {})
        return
    for damage in artifact.damage:
        error = ExpectedError("DecodeError", "Error parsing message")
        details = {"reason": damage.reason, "remedy": remedy_of(damage.kind)}
        yield Problem("SMD120", damage.member, Location(damage.member), error, details)


def _gaps(context: Context) -> tuple[Gap, ...]:
    """A file that could not be read and is not damaged."""
    if context.artifact.graph is not None or context.artifact.damage:
        return ()
    return context.artifact.gaps or (Gap(Location(context.member), "the GraphDef could not be read"),)
