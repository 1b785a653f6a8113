"""What a target's own loaders make of a sighting: whether they get as far as running it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.terms.audit import Exposure, Moment
from inspector.terms.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inspector.terms.audit import Sighting
    from inspector.terms.finding import Outcome

# Problems that stop the import of a graph, before any of it runs: op, attribute and version checks of
# function_deserialization.load_function_def_library and importer.import_graph_def. Seen in 2.4 to 2.21
# (fixtures/graph_moments.tsv: `unknown_op`); a table that cannot be filled stops a load when others are filled
# (`late_failure`).
_BEFORE_ANYTHING = frozenset({"OPS101", "OPS102", "OPS103", "OPS104", "OPS105", "OPS106"})
_AT_LOAD = frozenset({Moment.LOAD, Moment.UNLOAD})


def loads_exposure(sighting: Sighting, outcomes: Iterable[Outcome]) -> tuple[Exposure | None, str]:
    """RUNS where a loader that starts it loads, BLOCKED where each refuses the graph first; else nobody can say."""
    asked = [outcome for outcome in outcomes if outcome.loader in sighting.loaders]
    if not asked:
        return None, ""
    # Each loader that starts it must refuse: one that goes on is enough for it to run.
    if all(_refuses(outcome) for outcome in asked):
        error = asked[0].error
        return Exposure.BLOCKED, f"blocked: the graph is refused before it runs ({error.type if error else ''})"
    if sighting.moment not in _AT_LOAD:
        return None, ""
    opens = next((outcome.loader for outcome in asked if outcome.verdict is Verdict.LOADS), None)
    if opens is not None:
        return Exposure.RUNS, f"runs here: {opens} loads it"
    return Exposure.UNKNOWN, "the load fails or is not judged here, and may run it first"


def _refuses(outcome: Outcome) -> bool:
    return bool(outcome.problems) and outcome.problems[0].rule in _BEFORE_ANYTHING
