"""Models a call of each signature of what `tf.saved_model.load` returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.terms.finding import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.graph_context import Context


def signature_outcomes(context: Context, loaded: Outcome) -> Iterator[Outcome]:
    """One outcome per signature; where the load fails, so does the call."""
    for name in context.artifact.signatures:
        if name != "__saved_model_init_op":
            yield Outcome(f"signature:{name}", loaded.problems, loaded.gaps)
