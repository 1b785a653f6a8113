"""Models loading the zip format of Keras 2.12 to 2.15 and tf_keras: config.json, then model.weights.h5, then assets.

Source: `saving_lib.load_model`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2.calls.graph import call_events
from inspector.loaders.keras2.compile_arguments import argument_events
from inspector.loaders.keras2.h5 import unopened
from inspector.loaders.keras2.keras_zip_state import state_events
from inspector.loaders.keras2.odd_calls import called_events
from inspector.loaders.keras2.optimizer_state import optimizer_events
from inspector.loaders.keras2.v3 import model_events, value_events
from inspector.loaders.keras2.walk import until_problem
from inspector.loaders.keras_common.archives import decoding_exception, exception_of, unpacking_damage
from inspector.loaders.keras_common.archives import unopened as unopened_archive
from inspector.terms.artifact import DamageKind
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.terms.artifact import Artifact
    from inspector.terms.keras import KerasModel

_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"


def zip_events(walk: Walk, artifact: Artifact, *, compiling: bool) -> Iterator[Event]:
    """What loading that zip file raises."""
    yield from artifact.gaps
    here = replace(walk, member=_CONFIG)
    model = artifact.keras
    broken = unopened_archive(artifact)
    if broken is not None:
        yield here.problem("KER113", _CONFIG, "BadZipFile", broken)
        return
    if model is None:
        yield here.gap("the zip archive could not be read")
        return
    if model.config_limit is not None:
        yield here.gap(model.config_limit)
        return
    # keras/src/saving/saving_lib.py `load_model`: the config, the whole model with its compilation, then the weights
    # member is looked for: a file without weights fails last.
    yield from until_problem(
        lambda: _config_readable(here, artifact, model),
        lambda: _architecture(here, model, compiling=compiling),
        lambda: _weights(replace(walk, member=_WEIGHTS), artifact, model),
        lambda: optimizer_events(replace(walk, member=_WEIGHTS), model) if compiling else (),
    )


def _config_readable(walk: Walk, artifact: Artifact, model: KerasModel) -> Iterator[Event]:
    """config.json must be there, and JSON."""
    damage = artifact.damaged(_CONFIG)
    if damage is not None and damage.kind is DamageKind.MISSING:
        text = repr(f"There is no item named '{_CONFIG}' in the archive")
        yield walk.problem("KER112", _CONFIG, "KeyError", text)
    elif model.config_error is not None:
        yield walk.problem("KER113", _CONFIG, decoding_exception(model.config_error), model.config_error)


def _architecture(walk: Walk, model: KerasModel, *, compiling: bool) -> Iterator[Event]:
    """The model, built and compiled inside the deserialization of the outermost object."""
    nested = replace(walk, path="v3" if walk.release >= (2, 13) else "legacy")
    steps: list[Callable[[], Iterable[Event]]] = [
        lambda: () if compiling else _without_compiling(walk, model.config),
        lambda: nested.once("model", lambda: model_events(nested, model.config)),
        lambda: nested.once("calls", lambda: called_events(nested, model.config)),
        lambda: nested.once("shapes", lambda: call_events(nested, model.config)),
    ]
    if compiling and model.compile_config:
        steps.append(lambda: _compiled(replace(walk, path="v3", pointer="/compile_config"), model.compile_config))
    yield from until_problem(*steps)


def _without_compiling(walk: Walk, config: Any) -> Iterator[Event]:
    """`config["compile_config"] = None`, which only a dict takes."""
    if isinstance(config, dict):
        return
    text = f"'{type(config).__name__}' object does not support item assignment"
    if isinstance(config, list):
        text = "list indices must be integers or slices, not str"
    yield walk.problem("KER130", "config.json", "TypeError", text)


def _compiled(walk: Walk, config: Any) -> Iterator[Event]:
    """compile_config: its objects, then the optimizer's variables. Up to 2.13 a legacy optimizer cannot be built."""
    yield from until_problem(
        lambda: value_events(walk, config), lambda: _optimizer(walk, config), lambda: argument_events(walk, config)
    )


def _optimizer(walk: Walk, config: Any) -> Iterator[Event]:
    optimizer = config.get("optimizer") if isinstance(config, dict) else None
    if isinstance(optimizer, int | float | list) and optimizer:
        text = f"Could not interpret optimizer identifier: {optimizer}"
        yield walk.at("optimizer").problem(
            "KER103", "optimizer", "ValueError", text, key="optimizer", value=repr(optimizer)
        )
        return
    if walk.release < (2, 14) and isinstance(optimizer, dict) and "legacy" in str(optimizer.get("module")):
        name = str(optimizer.get("class_name"))
        text = f"'{name}' object has no attribute 'build'"
        yield walk.at("optimizer").problem("KER114", name, "AttributeError", text)


def _weights(walk: Walk, artifact: Artifact, model: KerasModel) -> Iterator[Event]:
    """The weights file must be there and open; then the state of every layer is read."""
    if not artifact.has_member(_WEIGHTS) and not artifact.has_member("model.weights.npz"):
        text = "Expected a model.weights.h5 or model.weights.npz file."
        yield walk.problem("KER112", _WEIGHTS, "ValueError", text)
    elif model.hdf5_error is not None and exception_of(model.hdf5_error) is not None:
        yield walk.problem("KER132", _WEIGHTS, exception_of(model.hdf5_error) or "", model.hdf5_error, path=_WEIGHTS)
    elif model.hdf5_error is not None:
        yield unopened(walk, model.hdf5_error)
    # `len(all_filenames) > 3` makes the loader unpack the archive for its assets, other members with them: damage that
    # no step would read ends the load all the same.
    elif (damage := unpacking_damage(artifact)) is not None:
        kind = exception_of(damage.reason) or "BadZipFile"
        yield walk.problem("KER116", damage.member, kind, damage.reason, found=damage.reason)
    elif not artifact.has_member(_WEIGHTS):
        # The entry of the model itself is a pickled dict in an array of no dimension.
        yield walk.problem(
            "KER110", "model.weights.npz", "TypeError", "iteration over a 0-d array", expected="", found=""
        )
    elif model.hdf5 is not None:
        yield from walk.once("state", lambda: state_events(walk, artifact, model))
    else:
        yield walk.gap("the weights could not be read")
