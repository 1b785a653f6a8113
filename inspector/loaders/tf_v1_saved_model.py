"""Models `tf.compat.v1.saved_model.load(session, ["serve"], dir)`, and a run of each signature in that session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.graph.context import context_of, serve_graph
from inspector.loaders.graph.files import file_gaps, parsed
from inspector.loaders.graph.restore import bundle_gaps
from inspector.loaders.graph.runs import run_outcomes
from inspector.loaders.graph.session import session_problems
from inspector.terms.finding import Gap, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.graph.context import Context
    from inspector.runtime.facts import Capabilities
    from inspector.terms.artifact import Artifact
    from inspector.terms.finding import Problem
    from inspector.terms.graph import SavedModel

LOADER = "tf.compat.v1.saved_model.load"


def outcomes(artifact: Artifact, capabilities: Capabilities) -> Iterator[Outcome]:
    """What the session loader does, then what running each signature does."""
    if capabilities.tensorflow is None:
        yield Outcome(LOADER, gaps=(Gap(artifact.whole, "no facts about this TensorFlow"),))
        return
    context = context_of(artifact, capabilities, capabilities.tensorflow)
    loaded = Outcome(LOADER, tuple(_problems(context)), file_gaps(context) + bundle_gaps(context))
    yield loaded
    yield from run_outcomes(context, loaded)


def _problems(context: Context) -> Iterator[Problem]:
    problems, model = parsed(context)
    yield from problems
    if model is None:
        return
    graph = serve_graph(context.artifact)
    if graph is None:
        yield _tags_problem(context, model)
    else:
        yield from session_problems(context, graph, wrapped=False)


def _tags_problem(context: Context, model: SavedModel) -> Problem:
    """The session loader wants exactly the tags that it was given."""
    tag_sets = str([set(graph.tags) for graph in model.meta_graphs])
    error = context.error("v1/tags", tag_sets=tag_sets)
    return context.problem(
        "SMD101", tag_sets, "meta_graphs", error, count=str(len(model.meta_graphs)), tag_sets=tag_sets
    )
