"""`model.load_weights` and `tf.train.Checkpoint.restore`: whether weights fit the model in another file.

`tf.train.Checkpoint.restore` stands for `tf.train.Checkpoint(model=model).restore(path)`, or `Checkpoint(model)` where
the checkpoint has the model as its root, without an assertion on the status that it returns.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.weights.architecture import architecture
from inspector.terms.artifact import Format
from inspector.terms.finding import Gap, Outcome, Problem
from inspector.terms.record import replace
from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from inspector.loaders.keras2.walk import Event
    from inspector.loaders.weights.architecture import Part
    from inspector.runtime.facts import Capabilities
    from inspector.terms.artifact import Artifact

LOAD_WEIGHTS = "model.load_weights"
RESTORE = "tf.train.Checkpoint.restore"
_CHECKPOINTS = frozenset({Format.CHECKPOINT, Format.SAVED_MODEL})
# What is nobody's weights, whatever its name.
_NO_WEIGHTS = frozenset({Format.GRAPH_DEF, Format.META_GRAPH, Format.TFLITE, Format.TFJS, Format.KERAS_JSON})


def loaders_of(weights: Artifact) -> tuple[str, ...]:
    """The loaders that apply to those weights, the one that decides first; none to what holds no weights."""
    if weights.format in _NO_WEIGHTS:
        return ()
    # `load_weights` takes checkpoints too, up to Keras 2.15; `Checkpoint.restore` takes them in every release, so it is
    # what decides.
    return (RESTORE, LOAD_WEIGHTS) if weights.format in _CHECKPOINTS else (LOAD_WEIGHTS,)


def outcomes(weights: Artifact, model: Artifact, capabilities: Capabilities) -> Iterator[Outcome]:
    """What each loader does with the weights, the model being built."""
    parts = architecture(model)
    facts = capabilities.keras
    for loader in loaders_of(weights):
        if parts is None:
            reason = "the model holds no config of a Sequential or Functional model: its variables do not follow"
            yield Outcome(loader, gaps=(Gap(model.whole, reason),))
        elif facts is None:
            yield Outcome(loader, gaps=(Gap(weights.whole, "no Keras is recorded for this runtime"),))
        # Restoring is TensorFlow's own and asks nothing of Keras but the names of attributes, which differ between 2
        # and 3.
        elif loader == RESTORE:
            yield _outcome(loader, _restored(weights, parts, capabilities), weights)
        elif capabilities.runtime.keras_flavour is KerasFlavour.KERAS3:
            yield _of_keras3(weights, parts, capabilities)
        else:
            yield _outcome(loader, _of_keras2(weights, parts, capabilities), weights)


def _outcome(loader: str, events: Iterable[Event], weights: Artifact) -> Outcome:
    """The outcome of one call from the events on its way: what comes after the problem is never reached."""
    met: list[Gap] = list(weights.gaps)
    for event in events:
        if isinstance(event, Problem):
            return Outcome(loader, (event,), tuple(dict.fromkeys(met)))
        met.append(event)
    return Outcome(loader, (), tuple(dict.fromkeys(met)))


def _restored(weights: Artifact, parts: Part, capabilities: Capabilities) -> Iterator[Event]:
    from inspector.loaders.keras2.walk import start  # noqa: PLC0415 - cold start: only where a runtime is given
    from inspector.loaders.weights.restore import restore_events  # noqa: PLC0415 - the same

    if capabilities.keras is None:
        raise AssertionError("asked for before")
    keras3 = capabilities.runtime.keras_flavour is KerasFlavour.KERAS3
    walk = replace(start(capabilities, capabilities.keras), member=Path(weights.path).name)
    yield from restore_events(walk, parts, weights, keras3=keras3)


def _of_keras2(weights: Artifact, parts: Part, capabilities: Capabilities) -> Iterator[Event]:
    from inspector.loaders.keras2.walk import start  # noqa: PLC0415 - cold start: only where Keras 2 answers
    from inspector.loaders.weights.keras2_load import load_events  # noqa: PLC0415 - the same

    if capabilities.keras is None:
        raise AssertionError("asked for before")
    yield from load_events(start(capabilities, capabilities.keras), parts, weights)


def _of_keras3(weights: Artifact, parts: Part, capabilities: Capabilities) -> Outcome:
    from inspector.loaders.keras_common.session import Session  # noqa: PLC0415 - cold start: only where Keras 3 answers
    from inspector.loaders.weights.keras3_load import load  # noqa: PLC0415 - the same

    if capabilities.keras is None:
        raise AssertionError("asked for before")
    session = Session(weights, capabilities.runtime, capabilities.keras, member=Path(weights.path).name)
    try:
        load(session, parts, weights)
    except LoadFailure as failure:
        return Outcome(LOAD_WEIGHTS, (failure.problem(session.member),), tuple(session.gaps))
    return Outcome(LOAD_WEIGHTS, (), (*weights.gaps, *session.gaps))
