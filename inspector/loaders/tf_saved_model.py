"""Models `tf.saved_model.load(dir)` without tags, and a call of each signature of what it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.graph.assets import asset_problems
from inspector.loaders.graph.calls import signature_outcomes
from inspector.loaders.graph.context import context_of
from inspector.loaders.graph.files import file_gaps, parsed
from inspector.loaders.graph.functions import around_imports
from inspector.loaders.graph.library import library_problems
from inspector.loaders.graph.objects import object_problems
from inspector.loaders.graph.restore import bundle_gaps, bundle_problems, variable_problems
from inspector.loaders.graph.session import session_problems
from inspector.loaders.graph.structures import type_gaps
from inspector.terms.finding import Gap, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.graph.context import Context
    from inspector.runtime.facts import Capabilities
    from inspector.terms.artifact import Artifact
    from inspector.terms.finding import Problem
    from inspector.terms.graph import MetaGraph, SavedModel

LOADER = "tf.saved_model.load"


def outcomes(artifact: Artifact, capabilities: Capabilities) -> Iterator[Outcome]:
    """What `tf.saved_model.load` does, then what calling each signature does."""
    if capabilities.tensorflow is None:
        yield Outcome(LOADER, gaps=(Gap(artifact.whole, "no facts about this TensorFlow"),))
        return
    context = context_of(artifact, capabilities, capabilities.tensorflow)
    loaded = Outcome(LOADER, tuple(_problems(context)), _gaps(context))
    yield loaded
    yield from signature_outcomes(context, loaded)


def _problems(context: Context) -> Iterator[Problem]:
    problems, model = parsed(context)
    yield from problems
    if model is None:
        return
    # `load_partial` in tensorflow/python/saved_model/load.py takes the object loader for one MetaGraph with an object
    # graph; everything else goes to load_v1_in_v2.py, which needs tags.
    if len(model.meta_graphs) != 1:
        yield _tags_problem(context, model)
    elif model.meta_graphs[0].has_object_graph:
        yield from _object_graph_problems(context, model, model.meta_graphs[0])
    else:
        yield from _session_graph_problems(context, model.meta_graphs[0])


def _tags_problem(context: Context, model: SavedModel) -> Problem:
    """Without `tags` the loader takes the only MetaGraph there is."""
    count = str(len(model.meta_graphs))
    tag_sets = str([list(graph.tags) for graph in model.meta_graphs])
    error = context.error("load/tags", count=count, tag_sets=tag_sets)
    return context.problem("SMD101", tag_sets, "meta_graphs", error, count=count, tag_sets=tag_sets)


def _object_graph_problems(context: Context, model: SavedModel, graph: MetaGraph) -> Iterator[Problem]:
    """The object loader never looks at the MetaGraph's own nodes: library, objects, variables, then tables."""
    # `Loader.__init__`: functions first, then objects, then `_restore_checkpoint`, then initializers. A missing op is
    # met before a missing variables folder.
    yield from library_problems(context, graph.graph, around_imports(context, graph))
    yield from object_problems(context, graph)
    yield from bundle_problems(context, "load")
    yield from variable_problems(context, model, graph)
    yield from asset_problems(context, graph, "load")


def _session_graph_problems(context: Context, graph: MetaGraph) -> Iterator[Problem]:
    """A SavedModel of TensorFlow 1: its library is loaded as functions first, then its graph is imported as one."""
    yield from library_problems(context, graph.graph)
    yield from session_problems(context, graph, wrapped=True)


def _gaps(context: Context) -> tuple[Gap, ...]:
    return file_gaps(context) + bundle_gaps(context) + _type_gaps(context)


def _type_gaps(context: Context) -> tuple[Gap, ...]:
    model = context.artifact.saved_model
    graphs = model.meta_graphs if model else ()
    return type_gaps(context, graphs[0]) if len(graphs) == 1 else ()
