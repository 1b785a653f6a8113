"""What a root of loading leads to, put together: one sighting for each root, whatever its ops are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.graph.risk import AT_LOAD, CAPABILITIES, judged, worst
from inspector.terms.audit import Confidence, Risk, Sighting
from inspector.terms.finding import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.graph.roots import Root
    from inspector.audit.graph.surface import GraphEvidence

# Checkpoint ops are mostly the saver's own: those that are not come from `odd_checkpoints`.
OTHERS = tuple(can for can in CAPABILITIES if not can.startswith("checkpoint"))
# So many ops are named in one message; the others have findings of their own.
_SHOWN = 3


def load_sightings(code: str, graphs: GraphEvidence) -> Iterator[Sighting]:
    """The roots that run by loading or unloading alone, with what they run that is of medium risk or more."""
    found: dict[Root, list[tuple[Risk, str]]] = {}
    for reach in (*graphs.reaches(*OTHERS), *graphs.odd_checkpoints):
        if reach.run.root.moment in AT_LOAD:
            judgement = judged(reach)
            if judgement is not None and judgement.risk is not Risk.LOW:
                text = f'{reach.node.op} "{reach.node.name}"'
                found.setdefault(reach.run.root, []).append((judgement.risk, text))
    # Each op has a finding of its own too, at its own place; this one says what must not be loaded.
    for root, ops in found.items():
        shown = ", ".join(text for _, text in ops[:_SHOWN])
        more = f" and {len(ops) - _SHOWN} more" if len(ops) > _SHOWN else ""
        yield Sighting(
            code,
            root.name,
            Location(graphs.member, root.pointer),
            worst(risk for risk, _ in ops),
            Confidence.HIGH,
            root.moment,
            loaders=root.loaders,
            details={"ops": shown + more},
        )
