"""Which recorded releases stand for a runtime, with their facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.runtime.brackets import stand_ins
from inspector.runtime.facts import Capabilities
from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.runtime.brackets import Pair
    from inspector.runtime.facts import KerasFacts, TensorFlowFacts
    from inspector.terms.finding import Gap
    from inspector.terms.runtime import Runtime


def candidates(runtime: Runtime) -> tuple[tuple[Capabilities, ...], Mapping[str, Gap]]:
    """The capabilities to judge with: one where the release was recorded, two where the recorded ones lie around it.

    The gaps say why a part (`tensorflow`, `keras`) has none.
    """
    # What the user recorded is exact: nothing has to stand in for it.
    if runtime.snapshot is not None:
        return (_of_snapshot(runtime),), {}
    from inspector.runtime import keras_facts, tensorflow_facts  # noqa: PLC0415 - cold start: a snapshot needs neither

    found = stand_ins(runtime, tensorflow_facts.recorded_releases(), keras_facts.recorded_releases())
    return tuple(_of_pair(runtime, pair) for pair in found.pairs), found.gaps


def _of_pair(runtime: Runtime, pair: Pair) -> Capabilities:
    return Capabilities(runtime, _tensorflow(runtime, pair.tensorflow), _keras(runtime.keras_flavour, pair.keras))


def _tensorflow(runtime: Runtime, release: str | None) -> TensorFlowFacts | None:
    if release is None:
        return None
    from inspector.runtime.add_ons import lookups  # noqa: PLC0415 - cold start: only with imports
    from inspector.runtime.tensorflow_facts import release_facts  # noqa: PLC0415 - as above

    return release_facts(release, lookups(runtime.imports, runtime.packages) if runtime.imports else ())


def _keras(flavour: KerasFlavour, release: str | None) -> KerasFacts | None:
    # A runtime without a Keras still has TensorFlow's loaders.
    if release is None or flavour is KerasFlavour.NONE:
        return None
    from inspector.runtime.keras_facts import release_facts  # noqa: PLC0415 - cold start: a snapshot has its own

    return release_facts(flavour, release)


def _of_snapshot(runtime: Runtime) -> Capabilities:
    """The user's own recorded environment."""
    from inspector.runtime import keras_facts, tensorflow_facts  # noqa: PLC0415 - cold start: only for snapshots

    record = runtime.snapshot or {}
    tensorflow, keras = record.get("tensorflow"), record.get("keras")
    return Capabilities(
        runtime,
        tensorflow_facts.snapshot_facts(tensorflow) if isinstance(tensorflow, dict) else None,
        keras_facts.snapshot_facts(keras, runtime.keras_flavour) if isinstance(keras, dict) else None,
    )
