"""Models `load_model_from_hdf5` of Keras 2: model_config, the model, its weights, compiling it.

Source: Keras' HDF5 format of each release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.loaders.keras2.calls.graph import call_events
from inspector.loaders.keras2.keras_zip_state import is_built
from inspector.loaders.keras2.objects import LAYER, object_events
from inspector.loaders.keras2.odd_calls import called_events
from inspector.loaders.keras2.training import compile_events
from inspector.loaders.keras2.walk import until_problem
from inspector.loaders.keras2.weights import listed, opened, weight_events
from inspector.terms.keras import StringType
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.terms.artifact import Artifact
    from inspector.terms.finding import Problem
    from inspector.terms.keras import Attribute, KerasModel


_EXPERIMENTAL_RESTORED_SINCE = (2, 11)


def hdf5_events(walk: Walk, artifact: Artifact, *, compiling: bool) -> Iterator[Event]:
    """What loading that HDF5 file raises; that it bears the HDF5 signature is known."""
    yield from artifact.gaps
    if artifact.hdf5_error is not None:
        yield unopened(walk, artifact.hdf5_error)
        return
    model = artifact.keras
    if model is None:
        text = texts.no_model_config(walk.release).format(path=artifact.path)
        yield walk.problem("KER136", "model_config", "ValueError", text)
        return
    config = replace(walk, pointer="model_config")
    if model.config_limit is not None:
        yield config.gap(model.config_limit)
        return
    # The order of `load_model_from_hdf5` in keras/src/saving/legacy/hdf5_format.py: the training config is read last,
    # so that what is wrong with it is hidden by anything wrong with the model or its weights.
    steps = [
        lambda: _readable(walk, model, "model_config", model.config_error),
        lambda: walk.once("model", lambda: _model(config, model.config)),
        lambda: walk.once("calls", lambda: called_events(config, model.config)),
        # Layers are called while the graph is rebuilt, before any weight is read: a shape that a layer refuses wins
        # over one that does not fit its variable.
        lambda: walk.once("shapes", lambda: call_events(config, model.config)),
        lambda: walk.once("weights", lambda: weight_events(walk, model.config, model.hdf5) if model.hdf5 else ()),
    ]
    if compiling:
        steps.append(lambda: _compiled(walk, model))
    yield from until_problem(*steps)


def _model(walk: Walk, config: Any) -> Iterator[Event]:
    """What `model_from_config` raises."""
    if isinstance(config, list):
        yield walk.problem("KER130", "model", "TypeError", texts.not_a_model(walk.release, config))
    else:
        yield from object_events(walk, LAYER, config)


def unopened(walk: Walk, reason: str) -> Problem:
    """h5py's OSError for a file that it cannot open, in the words of the target's h5py."""
    inner = reason[reason.find("(") + 1 : -1] if "(" in reason else reason
    text = texts.hdf5_open(walk.h5py, "file", inner)
    return walk.problem("KER132", walk.member, "OSError", text, path=walk.member)


def _readable(walk: Walk, model: KerasModel, name: str, error: str | None) -> Iterator[Event]:
    """A JSON attribute: text that old releases can decode, and JSON."""
    here = replace(walk, pointer=name)
    undecoded = _undecoded(walk, _root(model).get(name))
    if undecoded is not None:
        yield here.problem("KER113", name, "UnicodeDecodeError", undecoded)
    elif not walk.is_bytes(_root(model).get(name)):
        yield here.problem("KER131", name, "AttributeError", "'str' object has no attribute 'decode'")
    elif error is not None:
        yield here.problem("KER113", name, "JSONDecodeError", error)


def _undecoded(walk: Walk, attribute: Attribute | None) -> str | None:
    """The decoder's words for bytes that are no UTF-8; None where h5py hands over a str, or they are."""
    if attribute is None or not isinstance(attribute.value, str):
        return None
    variable = attribute.string_type in {StringType.VARIABLE_BYTES, StringType.VARIABLE_STRING}
    if variable and (walk.h5py >= (3, 0) or attribute.string_type is StringType.VARIABLE_STRING):
        return None
    try:
        attribute.value.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeDecodeError as error:
        return str(error)
    return None


def _root(model: KerasModel) -> dict[str, Attribute]:
    return dict(model.hdf5.attributes.get("/", {})) if model.hdf5 else {}


def _compiled(walk: Walk, model: KerasModel) -> Iterator[Event]:
    """Compiling from training_config; without one the model stays uncompiled, with a warning."""
    # `compile=True` of a file without a training config is a warning, not an error (`f.attrs.get` returns None), and so
    # is no problem here.
    if "training_config" not in _root(model):
        return
    has_slots = model.hdf5 is not None and "/optimizer_weights" in model.hdf5.groups
    here = replace(walk, pointer="training_config", has_slots=has_slots)
    yield from until_problem(
        lambda: _readable(walk, model, "training_config", model.compile_config_error),
        lambda: compile_events(here, model.compile_config),
        lambda: _optimizer_state(walk, model) if has_slots else (),
    )


def _optimizer_state(walk: Walk, model: KerasModel) -> Iterator[Event]:
    """Every variable that the file lists for its optimizer is read; what then does not fit is a warning."""
    config = model.compile_config.get("optimizer_config") if isinstance(model.compile_config, dict) else None
    inner = config.get("config") if isinstance(config, dict) else None
    # Keras 2.8 to 2.10 leave the state of their experimental optimizers alone; 2.1 reads none for a model that does
    # not know its inputs.
    experimental = isinstance(inner, dict) and inner.get("is_legacy_optimizer") is False
    if model.hdf5 is None or (experimental and walk.release < _EXPERIMENTAL_RESTORED_SINCE):
        return
    if walk.release < (2, 2) and not is_built(model.config):
        return
    group = "/optimizer_weights"
    for weight in listed(model.hdf5, group, "weight_names"):
        found = list(opened(walk, model.hdf5, group, weight))
        yield from found
        if found:
            return
