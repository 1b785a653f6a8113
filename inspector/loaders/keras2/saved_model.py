"""Models `load_model` of a SavedModel folder: Keras' metadata, the objects revived from it, TensorFlow's own loader.

Up to TensorFlow 2.3 Keras' objects are revived inside TensorFlow's loader, after its functions are loaded; from 2.4
on they are revived first, and TensorFlow's loader is handed the result. From 2.5 on the metadata is a file of its
own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.graph.assets import asset_problems
from inspector.loaders.graph.context import Context, context_of
from inspector.loaders.graph.files import file_gaps, file_problems
from inspector.loaders.graph.functions import around_imports
from inspector.loaders.graph.library import library_problems
from inspector.loaders.graph.objects import object_problems
from inspector.loaders.graph.restore import bundle_gaps, bundle_problems, variable_problems
from inspector.loaders.keras2.metadata import MEMBER, file_events, nodes_of
from inspector.loaders.keras2.revival import restored_events, revival_events, wiring_events
from inspector.loaders.keras2.revived_classes import revived_events
from inspector.loaders.keras2.saved_training import training_events
from inspector.loaders.keras2.walk import numbers, until_problem
from inspector.loaders.tf_saved_model import outcomes as plain_outcomes
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.runtime.facts import Capabilities
    from inspector.terms.artifact import Artifact
    from inspector.terms.graph import MetaGraph

_REVIVED_FIRST_SINCE = (2, 4)
_FROM_CONFIG_SINCE = (2, 2)
# Rules about variables that do not fit, files of variables, vocabulary files.
_OF_VALUES = frozenset({"SMD104", "SMD121", "SMD122"})


def saved_model_events(
    walk: Walk, artifact: Artifact, capabilities: Capabilities, *, compiling: bool
) -> Iterator[Event]:
    """What loading that folder raises."""
    if capabilities.tensorflow is None:
        yield walk.gap("no facts about this TensorFlow")
        return
    context = context_of(artifact, capabilities, capabilities.tensorflow)
    here = replace(walk, member=context.member)
    yield from (*file_gaps(context), *bundle_gaps(context))
    yield from until_problem(lambda: file_problems(context), lambda: _parsed(here, context, compiling=compiling))


def _parsed(walk: Walk, context: Context, *, compiling: bool) -> Iterator[Event]:
    """The rest, once saved_model.pb is parsed."""
    model = context.artifact.saved_model
    if model is None:
        return
    graph = model.meta_graphs[0] if model.meta_graphs else None
    if walk.release < _REVIVED_FIRST_SINCE:
        # Nothing of Keras is looked for before the tags are settled: TensorFlow's own loader refuses the rest, and a
        # SavedModel of TensorFlow 1 has no object that could be revived.
        if graph is None or len(model.meta_graphs) != 1 or not graph.has_object_graph:
            yield from _plain(walk, context)
        else:
            yield from _inside(walk, context, graph, compiling=compiling)
    # From 2.4 on `load` takes `meta_graphs[0]` whatever its tags; the tags are asked for later, by `load_partial`.
    elif graph is None or (not graph.objects and not context.artifact.has_member(MEMBER)):
        yield _no_objects(walk)
    else:
        yield from until_problem(
            lambda: file_events(walk, context.artifact),
            lambda: _revived_first(walk, context, graph, compiling=compiling),
        )


def _no_objects(walk: Walk) -> Event:
    """The first MetaGraph, or the root of its object graph, is asked for without looking: TF1 SavedModels have none."""
    old = numbers(walk.runtime.packages.get("protobuf")) < (4, 0)
    text = "list index (0) out of range" if old else "list index out of range"
    return walk.problem("KER201", "object_graph_def", "IndexError", text)


def _plain(walk: Walk, context: Context) -> Iterator[Event]:
    """What TensorFlow's own loader raises, which answers where there is nothing of Keras."""
    problems = next(iter(plain_outcomes(context.artifact, context.capabilities))).problems
    yield from (p for p in problems if not _is_deferred(walk, p.rule))


def _is_deferred(walk: Walk, rule: str) -> bool:
    """Whether it is met only when a session runs: TensorFlow 1 builds a graph that restores, and restores nothing."""
    return walk.release < (2, 0) and rule in _OF_VALUES


def _inside(walk: Walk, context: Context, graph: MetaGraph, *, compiling: bool) -> Iterator[Event]:
    """Up to TensorFlow 2.3: functions, then every object, then their values, then compiling."""
    nodes = nodes_of(walk, context.artifact, graph)
    from_config = walk.release >= _FROM_CONFIG_SINCE
    revive = revival_events if from_config else revived_events
    yield from until_problem(
        lambda: walk.once("library", lambda: library_problems(context, graph.graph, around_imports(context, graph))),
        lambda: revive(walk, nodes, graph, compiling=compiling),
        lambda: walk.once("objects", lambda: object_problems(context, graph)),
        lambda: walk.once("restored", lambda: restored_events(walk, nodes, graph)) if from_config else (),
        lambda: walk.once("values", lambda: _values(walk, context, graph)),
        lambda: training_events(walk, nodes) if compiling else (),
    )


def _revived_first(walk: Walk, context: Context, graph: MetaGraph, *, compiling: bool) -> Iterator[Event]:
    """From TensorFlow 2.4 on: Keras' objects, then functions and values, then compiling."""
    nodes = nodes_of(walk, context.artifact, graph)
    # `if not metadata.nodes` in keras/src/saving/legacy/saved_model/load.py: a SavedModel without objects of Keras
    # loads all the same, and what comes back has no `predict`.
    if not nodes:
        yield from _plain(walk, context)
        return
    yield from until_problem(
        lambda: revival_events(walk, nodes, graph, compiling=compiling),
        lambda: walk.once("library", lambda: library_problems(context, graph.graph, around_imports(context, graph))),
        lambda: walk.once("objects", lambda: object_problems(context, graph)),
        lambda: walk.once("restored", lambda: restored_events(walk, nodes, graph)),
        lambda: walk.once("values", lambda: _values(walk, context, graph)),
        lambda: walk.once("wiring", lambda: wiring_events(walk, nodes, graph)),
        lambda: training_events(walk, nodes) if compiling else (),
    )


def _values(walk: Walk, context: Context, graph: MetaGraph) -> Iterator[Event]:
    """Variables and tables, as TensorFlow's loader meets them."""
    model = context.artifact.saved_model
    if model is None or walk.release < (2, 0):
        return
    yield from bundle_problems(context, "load")
    yield from variable_problems(context, model, graph)
    yield from asset_problems(context, graph, "load")
