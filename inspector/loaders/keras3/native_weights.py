"""`saving_lib._load_state`: weights of a `.keras` archive by the place of each object in the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Thing
    from inspector.terms.keras import Hdf5File


def load(session: Session, model: Thing, file: Hdf5File) -> None:
    """Raise what loading the weights raises."""
