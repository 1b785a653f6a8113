"""`model.predict` on zeros after a load that succeeded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Thing


def predict(session: Session, model: Thing | None) -> None:
    """Raise what one call of the model on zeros raises."""
