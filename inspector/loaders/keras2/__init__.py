"""Model of Keras 2's `keras.models.load_model`: TensorFlow 1.15 to 2.5 (bundled), Keras 2.6 to 2.15, tf_keras.

`outcomes` yields what each way of calling it does with the artifact; the modules are the loader's own steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.terms.finding import Gap, Outcome, Problem
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from inspector.loaders.keras2.walk import Event
    from inspector.runtime.facts import Capabilities
    from inspector.terms.artifact import Artifact

LOAD = "keras.models.load_model"
# Releases whose load_model takes safe_mode. Source: the signatures of keras 2.11 and 2.12.
_SAFE_MODE_SINCE = (2, 12)


def outcomes(artifact: Artifact, capabilities: Capabilities) -> Iterator[Outcome]:
    """What loading with the defaults, compile=False and safe_mode=False does, and calling the loaded model once."""
    from inspector.loaders.keras2.dispatch import load_events  # noqa: PLC0415 - cold start: only where Keras 2 answers
    from inspector.loaders.keras2.prediction import predict_events  # noqa: PLC0415 - the same
    from inspector.loaders.keras2.walk import start  # noqa: PLC0415 - the same
    from inspector.loaders.keras_common.hdf5_guards import followed  # noqa: PLC0415 - the same

    facts = capabilities.keras
    if facts is None:
        yield Outcome(LOAD, gaps=(Gap(artifact.whole, "no Keras is recorded for this runtime"),))
        return
    # No release of Keras 2 looks at links: h5py opens what is behind a soft link under the link's own name, so the file
    # is shown to every step as HDF5 itself shows it.
    artifact = followed(artifact)
    walk = start(capabilities, facts)
    loaded = _outcome(LOAD, load_events(walk, artifact, capabilities, compiling=True))
    yield loaded
    yield _outcome(f"{LOAD}(compile=False)", load_events(walk, artifact, capabilities, compiling=False))
    if walk.release >= _SAFE_MODE_SINCE:
        unsafe = replace(walk, safe_mode=False)
        yield _outcome(f"{LOAD}(safe_mode=False)", load_events(unsafe, artifact, capabilities, compiling=True))
    # `predict` needs the model that the first call returned: its exception stands for both, so that a report never says
    # that a model predicts which cannot be had.
    if loaded.problems:
        yield Outcome("model.predict", loaded.problems, loaded.gaps)
    else:
        called = _outcome("model.predict", predict_events(walk, artifact, capabilities))
        yield Outcome("model.predict", called.problems, loaded.gaps + called.gaps)


def _outcome(loader: str, events: Iterable[Event]) -> Outcome:
    """The outcome of one call from the events on its way."""
    met = list(events)
    problems = tuple(event for event in met if isinstance(event, Problem))
    return Outcome(loader, problems, tuple(dict.fromkeys(event for event in met if isinstance(event, Gap))))
