"""Judges one artifact in every release of the catalog: each TensorFlow with every Keras that can answer beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.engine.applicable import REQUIRED
from inspector.engine.check import loader_outcomes
from inspector.runtime import keras_facts, tensorflow_facts
from inspector.runtime.custom_objects import read_custom_objects
from inspector.runtime.distributions import release
from inspector.runtime.flavour import FIRST_WITH_CHOICE, FIRST_WITH_KERAS, keras_of
from inspector.runtime.imports import checked, unknown_imports
from inspector.runtime.markers import PLATFORM
from inspector.runtime.releases import releases, requirement, satisfies
from inspector.terms.errors import UsageError
from inspector.terms.matrix import Cell, Matrix
from inspector.terms.record import replace
from inspector.terms.runtime import KerasFlavour, Runtime

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from inspector.terms.artifact import Artifact
    from inspector.terms.finding import Outcome

# The outcomes of TensorFlow's own loaders by what they hang on.
_Known = dict["tuple[str | None, str | None, KerasFlavour]", "tuple[Outcome, ...]"]
_FIRST_WITH_KERAS3 = (2, 16)  # the first release that requires Keras 3: pip puts no Keras 2 beside it
_LEGACY = {"TF_USE_LEGACY_KERAS": "1"}


def matrix(artifact: Artifact, base: Runtime, *, loaders: Iterable[str] = (), debug: bool = False) -> Matrix:
    """The verdicts of the required loaders (default: the format's own) in every catalogued pair of releases.

    `base` gives what all runtimes share: the user's classes, imports, files, environment, and Python where it says one.
    Raises UsageError for a loader that applies nowhere.
    """
    required = tuple(loaders) or REQUIRED.get(artifact.format, ())
    known: _Known = {}
    cells = tuple(_cell(artifact, runtime, required, known, debug=debug) for runtime in catalogued(base))
    spoken = {outcome.loader for cell in cells for outcome in cell.outcomes}
    for name in loaders:
        # Only known once every release was judged: names of signatures come from the model.
        if name not in spoken:
            raise UsageError(f"loader {name!r} applies to this {artifact.format.value} artifact in no release")
    return Matrix(artifact, required, cells)


def shared(
    *,
    imports: tuple[str, ...] = (),
    env: Mapping[str, str] | None = None,
    custom_objects: tuple[str, ...] = (),
    python: str | None = None,
    assume_files: tuple[str, ...] = (),
) -> Runtime:
    """What all runtimes of a matrix share, in the words of `inspector.resolve`; without TensorFlow and Keras."""
    # Read once for all runtimes: sources do not change with the release that they are held against.
    objects, gaps = read_custom_objects(custom_objects) if custom_objects else ((), ())
    return Runtime(
        label="every release of the catalog",
        python=python,
        packages={},
        tensorflow=None,
        keras=None,
        keras_flavour=KerasFlavour.NONE,
        env=dict(env or {}),
        imports=imports,
        custom_objects=objects,
        assumed_files=assume_files,
        platform=PLATFORM,
        gaps=gaps,
        unknown_imports=unknown_imports(checked(imports), custom_objects),
    )


def _cell(
    artifact: Artifact,
    runtime: Runtime,
    required: tuple[str, ...],
    known: _Known,
    *,
    debug: bool,
) -> Cell:
    """One runtime's cell. What only TensorFlow decides is judged once for all releases of a Keras beside it.

    The sort of Keras counts: a Keras 2 (also tf_keras) registers classes for the optimizers that a SavedModel revives.
    """
    # Many releases of Keras 3 go with one TensorFlow, and a SavedModel's graph is judged alike beside all of them.
    # them.
    key = (runtime.tensorflow, runtime.python, runtime.keras_flavour)
    if key in known:
        return Cell(runtime, known[key])
    outcomes = loader_outcomes(artifact, runtime, debug=debug, wanted=required)
    found = tuple(outcome for outcome in outcomes if outcome.loader in required)
    if required and all(name.startswith(_OF_TENSORFLOW) for name in required):
        known[key] = found
    return Cell(runtime, found)


# Loaders that no Keras takes part in.
_OF_TENSORFLOW = ("tf.", "signature:", "v1.signature:")


def catalogued(base: Runtime) -> Iterator[Runtime]:
    """Every TensorFlow release of the catalog with each Keras that answers beside it, the oldest first."""
    keras = keras_facts.recorded_releases()
    for tensorflow in tensorflow_facts.recorded_releases():
        for packages, env in _beside(tensorflow, keras):
            runtime = _runtime(base, tensorflow, {"tensorflow": tensorflow, **packages}, {**base.env, **env})
            if runtime.keras_flavour is not KerasFlavour.NONE:
                yield runtime


def _beside(
    tensorflow: str, keras: Mapping[KerasFlavour, tuple[str, ...]]
) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """The Keras distributions that pip puts beside that TensorFlow, and the environment that makes each answer."""
    numbers = release(tensorflow)
    if numbers < FIRST_WITH_KERAS:
        yield {}, {}
    elif numbers < _FIRST_WITH_KERAS3:
        # TensorFlow 2.6.0 and 2.6.1 require `keras~=2.6`: pip may take 2.15, a pair that nobody has on purpose and that
        # does not even import.
        same_minor = [v for v in keras.get(KerasFlavour.KERAS2, ()) if release(v)[:2] == numbers[:2]]
        yield from (({"keras": version}, {}) for version in same_minor)
    else:
        # TensorFlow's own metadata: `keras>=3.0.0` of 2.16, 3.2.0 of 2.17, 3.5.0 of 2.18 and 2.19, 3.10.0 of 2.20,
        # 3.12.0 of 2.21.
        wanted = requirement("tensorflow", tensorflow, "keras") or ""
        fitting = (v for v in keras.get(KerasFlavour.KERAS3, ()) if satisfies(v, wanted))
        yield from (({"keras": version}, {}) for version in fitting)
    if numbers >= FIRST_WITH_CHOICE:
        for version in keras.get(KerasFlavour.TF_KERAS, ()):
            if satisfies(tensorflow, requirement("tf-keras", version, "tensorflow") or ""):
                yield {"tf-keras": version}, _LEGACY


def _runtime(base: Runtime, tensorflow: str, packages: dict[str, str], env: dict[str, str]) -> Runtime:
    answering = keras_of(tensorflow, packages, env)
    beside = f", {'tf_keras' if answering.flavour is KerasFlavour.TF_KERAS else 'keras'} {answering.version}"
    return replace(
        base,
        label=f"tensorflow {tensorflow}{'' if answering.flavour is KerasFlavour.BUNDLED else beside}",
        python=base.python or _python(packages),
        packages={**base.packages, **packages},
        tensorflow=tensorflow,
        keras=answering.version,
        keras_flavour=answering.flavour,
        env=env,
    )


def _python(packages: Mapping[str, str]) -> str | None:
    """The newest Python that all of them have wheels for; None where there is none, or nothing is known."""
    offered = [set(releases(name).get(version, {}).get("python", ())) for name, version in packages.items()]
    return max(set.intersection(*offered), key=release, default=None)
