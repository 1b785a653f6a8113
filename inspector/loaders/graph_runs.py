"""Models a run of each signature in the session of the session loader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.terms.finding import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.graph_context import Context


def run_outcomes(context: Context, loaded: Outcome) -> Iterator[Outcome]:
    """One outcome per signature; where the load fails, so does the run."""
    for name in context.artifact.signatures:
        if name != "__saved_model_init_op":
            yield Outcome(f"v1.signature:{name}", loaded.problems, loaded.gaps)
