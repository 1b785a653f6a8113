"""Programs stored as bytes in a graph: which of them are seen through, and which not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.audit.graph.risk import Judgement, judged, sighting, worst
from inspector.terms.audit import Confidence, Moment, Risk
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.graph.surface import GraphEvidence, Reach
    from inspector.terms.audit import Sighting

# Targets of custom calls in StableHLO that run Python of the process (jax.pure_callback, jax.experimental.io_callback),
# under the names that the releases of JAX gave them (jax/_src/interpreters/mlir.py, jax/_src/ffi.py).
_CALLBACKS = re.compile(rb"xla_(?:ffi_)?(?:partitioned_)?python_(?:cpu|gpu)_callback|xla_python_callback")


def program_sightings(code: str, graphs: GraphEvidence) -> Iterator[Sighting]:
    """Nodes that run bytes. XlaCallModule is how JAX exports every model: it counts only for what it calls."""
    inner = {unit.label for unit in graphs.units if unit.outer is not None}
    for reach in graphs.reaches("hidden"):
        if reach.node.op == "DatasetFromGraph":
            yield from _graph(code, reach, seen_through=bool(inner))
        elif reach.node.op == "XlaCallModule":
            yield from _module(code, reach)
        else:
            yield from _engine(code, reach)


def _graph(code: str, reach: Reach, *, seen_through: bool) -> Iterator[Sighting]:
    """A GraphDef: medium where its bytes lie in a constant and are judged, high where nothing shows what it will be."""
    judgement = judged(reach)
    if judgement is None:
        return
    if seen_through:
        yield _said(code, reach, judgement.risk, "the bytes of a constant (judged as a graph of its own)")
    else:
        risk = Risk.LOW if reach.run.root.moment is Moment.DEAD else worst((judgement.risk, Risk.HIGH))
        yield _said(code, reach, risk, "bytes that are made while it runs")


def _module(code: str, reach: Reach) -> Iterator[Sighting]:
    # StableHLO bytecode keeps the names of its targets as plain bytes in its table of strings.
    data = reach.node.attrs["module"].s if "module" in reach.node.attrs else b""
    target = _CALLBACKS.search(data)
    if target is not None:
        name = target[0].decode()
        dead = reach.run.root.moment is Moment.DEAD
        yield _said(code, reach, Risk.LOW if dead else Risk.MEDIUM, f"a StableHLO module that calls Python by {name}")


def _engine(code: str, reach: Reach) -> Iterator[Sighting]:
    """A TensorRT engine, unless the node keeps its segment as a function of the library only."""
    if any(value.text for value in reach.values):
        dead = reach.run.root.moment is Moment.DEAD
        yield _said(code, reach, Risk.LOW if dead else Risk.MEDIUM, "a serialized TensorRT engine, which is not read")


def _said(code: str, reach: Reach, risk: Risk, what: str) -> Sighting:
    found = sighting(code, reach, Judgement(risk, None))
    return replace(found, confidence=Confidence.HIGH, details={**found.details, "path": what})
