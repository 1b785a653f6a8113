"""Models a run of each signature in the session of the session loader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.graphs.walk import INIT, node_of
from inspector.loaders.graph.context import serve_graph
from inspector.loaders.graph.elements import element_error, feed_problem, fetch_error
from inspector.loaders.graph.execution import execution
from inspector.loaders.graph.reach import reached_from_tensors
from inspector.loaders.graph.restore import shape_text
from inspector.loaders.graph.unset import unset_problems
from inspector.terms.finding import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.graph.context import Context
    from inspector.terms.finding import Problem
    from inspector.terms.graph import MetaGraph, Node, Signature, TensorInfo


def run_outcomes(context: Context, loaded: Outcome) -> Iterator[Outcome]:
    """One outcome per signature; where the load fails, so does the run."""
    graph = serve_graph(context.artifact)
    for name, signature in graph.signatures.items() if graph else ():
        # The signature of the init op is run by the loader; nobody calls it.
        if name == INIT:
            continue
        loader = f"v1.signature:{name}"
        if loaded.problems or graph is None:
            yield Outcome(loader, loaded.problems, loaded.gaps)
        else:
            yield _run(context, graph, loader, signature)


def _run(context: Context, graph: MetaGraph, loader: str, signature: Signature) -> Outcome:
    reached = reached_from_tensors(graph.graph, (info.tensor for info in signature.outputs.values() if info.tensor))
    problems, gaps = execution(context, graph.graph, reached, "run")
    name = loader.partition(":")[2]
    # tensorflow/python/client/session.py maps feeds and fetches before the graph is handed to the runtime, so that both
    # come before anything that a kernel raises.
    early = (*_feed_problems(context, graph, name, signature), *unset_problems(context, graph, reached))
    return Outcome(loader, (*early, *problems), gaps)


def _feed_problems(context: Context, graph: MetaGraph, name: str, signature: Signature) -> Iterator[Problem]:
    """What the session checks before it runs anything: that the tensors are there and take what is fed."""
    nodes = {node.name: node for node in graph.graph.nodes}
    # `BaseSession._run` goes through the whole feed_dict, and makes its _FetchHandler only then.
    for info in signature.inputs.values():
        node = nodes.get(node_of(info.tensor))
        error = feed_problem(context, graph.graph, info.tensor) if info.tensor else None
        if error is not None:
            yield context.problem("SMD107", info.tensor, f"signature_def/{name}", error, signature=name)
        elif node is not None:
            yield from _shape_problem(context, name, info, node)
    for info in signature.outputs.values():
        error = element_error(context, graph.graph, info.tensor) if info.tensor else None
        if error is not None:
            said = fetch_error(context, info.tensor, error)
            yield context.problem("SMD107", info.tensor, f"signature_def/{name}", said, signature=name)


def _shape_problem(context: Context, name: str, info: TensorInfo, node: Node) -> Iterator[Problem]:
    """Zeros of the declared shape against the placeholder's own shape."""
    if node.op != "Placeholder" or "shape" not in node.attrs:
        return
    shape = node.attrs["shape"].shape
    declared = None if shape.unknown_rank else tuple(dim.size for dim in shape.dim)
    # What a caller would feed by the signature alone: sizes that it leaves open are one.
    fed = (1,) if info.shape is None else tuple(1 if size < 0 else size for size in info.shape)
    if declared is None or _takes(declared, fed):
        return
    unknown = "?" if context.release < (2, 0) else "None"  # what a shape prints where TF1 behaviour is on
    shown = shape_text(declared).replace("None", unknown)
    error = context.error("v1/feed_shape", fed=shape_text(fed), tensor=info.tensor, shape=shown)
    yield context.problem("SMD107", info.tensor, f"signature_def/{name}", error, signature=name)


def _takes(declared: tuple[int, ...], fed: tuple[int, ...]) -> bool:
    return len(declared) == len(fed) and all(d in (-1, f) for d, f in zip(declared, fed, strict=True))
