"""The outcomes of the four calls that Keras 3 answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inspector.loaders.keras3.dispatch import load_model
from inspector.loaders.keras3.predicting import predict
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.hdf5_guards import followed
from inspector.loaders.keras_common.session import Session
from inspector.terms.finding import Gap, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras_common.things import Thing
    from inspector.runtime.facts import Capabilities
    from inspector.terms.artifact import Artifact

LOAD = "keras.models.load_model"
NO_COMPILE = "keras.models.load_model(compile=False)"
UNSAFE = "keras.models.load_model(safe_mode=False)"
PREDICT = "model.predict"


def outcomes(artifact: Artifact, capabilities: Capabilities) -> Iterator[Outcome]:
    """What each call does; `model.predict` has an outcome only where the load succeeds."""
    if capabilities.keras is None:
        gap = Gap(artifact.whole, "nothing is recorded of the Keras of this runtime")
        yield from (Outcome(name, gaps=(gap,)) for name in (LOAD, NO_COMPILE, UNSAFE, PREDICT))
        return
    artifact = followed(artifact)
    loaded = None
    for name in (LOAD, NO_COMPILE, UNSAFE):
        session = _session(artifact, capabilities, name)
        outcome, model = _run(session, name)
        if name == LOAD:
            loaded = model
            first = session, outcome
        yield outcome
    # A model that does not load cannot predict: an outcome of its own would repeat the load's exception.
    if not first[1].problems:
        yield _predict(first[0], loaded)


def _session(artifact: Artifact, capabilities: Capabilities, name: str) -> Session:
    if capabilities.keras is None:
        raise AssertionError("asked for before")
    return Session(
        artifact=artifact,
        runtime=capabilities.runtime,
        facts=capabilities.keras,
        compile=name != NO_COMPILE,
        safe_mode=name != UNSAFE,
        member=artifact.keras.config_member if artifact.keras else Path(artifact.path).name,
    )


def _run(session: Session, name: str) -> tuple[Outcome, Thing | None]:
    """One call of load_model."""
    try:
        model = load_model(session)
    except LoadFailure as failure:
        member = session.member or Path(session.artifact.path).name
        # The first exception is the only one that a user sees; gaps that were met before it still stand, since they may
        # hide an earlier one.
        return Outcome(name, (failure.problem(member),), tuple(session.gaps)), None
    return Outcome(name, (), tuple(session.gaps)), model


def _predict(session: Session, model: Thing | None) -> Outcome:
    """One call of the loaded model on zeros."""
    try:
        predict(session, model)
    except LoadFailure as failure:
        return Outcome(PREDICT, (failure.problem(session.member),), tuple(session.gaps))
    return Outcome(PREDICT, (), tuple(session.gaps))
