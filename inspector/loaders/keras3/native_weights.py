"""`saving_lib._load_state`: weights of a `.keras` archive by the place of each object in the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3 import quantized
from inspector.loaders.keras3.lookup import unreadable_assets
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.hdf5_errors import NO_NUMBER, is_text
from inspector.loaders.keras_common.hdf5_guards import (
    absent_raw_file,
    link_at,
    link_text,
    raw_file_text,
    refusal,
    refuses_linked_groups,
)
from inspector.loaders.keras_common.names import snake_case
from inspector.loaders.keras_common.things import Thing
from inspector.loaders.keras_common.variables import Variable, own_variables
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Shape
    from inspector.loaders.weights.architecture import Holder
    from inspector.terms.keras import Hdf5File

MODELS = frozenset({"Sequential", "Functional", "Model"})
# Built-in layers whose variables belong to objects inside them.
HOLDING = frozenset(
    {"LSTM", "GRU", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "RNN", "Bidirectional", "TimeDistributed",
     "MultiHeadAttention"}
)  # fmt: skip
# Classes whose variables `weights.architecture` knows better than, or instead of, the common table.
_BETTER_KNOWN = frozenset(
    {"Normalization", "Attention", "AdditiveAttention", "PReLU", "EinsumDense", "Resizing", "CenterCrop"}
)
# 3.0.0 and 3.0.1 raise the first error as it is (`_raise_loading_failure` came with 3.0.2).
COLLECTED_SINCE = (3, 0, 2)
# Layers that a policy of quantization changes; others take its compute dtype and no more.
_QUANTIZED = frozenset({"Dense", "EinsumDense", "Embedding", "ReversibleEmbedding"})
# The folder of layers in files of Keras 2.12 and 2.13, which the loader still looks into.
_OLD_FOLDER = "_layer_checkpoint_dependencies"


def load(session: Session, model: Thing, file: Hdf5File) -> None:
    """Raise what loading the weights raises: each object fails alone, the sum of them is raised at the end."""
    failed = [*_root(session, model, file), *_failures(session, model, "", file), *_optimizer(session, model, file)]
    if not failed:
        return
    thing, place, error = failed[0]
    details = {"expected": str(len(expected_of(thing, thing.build_shape) or ())), "found": str(len(store(file, place)))}
    text = error
    if session.release >= COLLECTED_SINCE:
        text = _sum([one for one, _, _ in failed], error)
    raise LoadFailure("ValueError", text, "KER110", thing.name, f"/{place}/vars", details, "model.weights.h5")


def load_npz(session: Session, model: Thing, member: str) -> None:
    """Weights in .npz form, which no release reads back: each object's are a pickled dict in an array of no dimension.

    Up to 3.8 the model's own entry cannot be iterated over; from 3.9 on nothing is unpickled (`np.load` without
    `allow_pickle`), so that every object fails.
    """
    failed, text = [model], "iteration over a 0-d array"
    if session.release >= (3, 9):
        failed, text = list(_everything(model)), "Object arrays cannot be loaded when allow_pickle=False"
    kind = "ValueError"
    if session.release < COLLECTED_SINCE:
        kind = "TypeError"
    else:
        text = _sum(failed, text)
    raise LoadFailure(kind, text, "KER110", model.name, "", {"expected": "arrays of numbers", "found": member}, member)


def _everything(thing: Thing) -> Iterator[Thing]:
    """A model and all its layers, as they are walked."""
    yield thing
    for layer in layers_of(thing) if thing.class_name in MODELS else ():
        yield from _everything(layer)


def _sum(failed: list[Thing], error: str) -> str:
    """The ValueError at the end of the walk."""
    return (
        f"A total of {len(failed)} objects could not be loaded. Example error message for object {failed[0]}:\n\n"
        f"{error}\n\nList of objects that could not be loaded:\n{failed}"
    )


def _root(session: Session, model: Thing, file: Hdf5File) -> Iterator[tuple[Thing, str, str]]:
    """The model itself is an object without variables; up to 3.5 its group must be there all the same.

    3.10 and later write no group for it (`H5IOStore._h5_entry_initialized`).
    """
    if "/vars" not in file.groups and session.release < (3, 6):
        yield model, "", "\"Unable to synchronously open object (object 'vars' doesn't exist)\""


def _failures(session: Session, thing: Thing, place: str, file: Hdf5File) -> Iterator[tuple[Thing, str, str]]:
    """Every object below that fails, with its place in the file and its error."""
    if thing.class_name in MODELS:
        for name, layer in container(layers_of(thing)):
            yield from _failures(session, layer, f"{place}/layers/{name}".strip("/"), file)
        return
    text = unreadable_assets(session, thing)
    if text is not None:
        yield thing, place, text
    for at, holder, expected in _held(session, thing, place):
        _refuse_linked_group(session, thing, at, file)
        error = _error(session.release, holder, expected, at.replace("/_", "/"), file)
        if error is not None and "/_" in at:
            # The projections of attention are walked as `query_dense` and, where that failed, as `_query_dense`.
            error = _error(session.release, holder, expected, at, file)
        error = error or _raw_file(session, at, len(expected), file)
        if error is not None:
            yield holder, at, error
    inner = thing.inner.get("layer")
    if thing.class_name == "TimeDistributed" and inner is not None and inner.class_name in MODELS:
        yield from _failures(session, inner, f"{place}/layer", file)


def _refuse_linked_group(session: Session, thing: Thing, place: str, file: Hdf5File) -> None:
    """From 3.12.4 and 3.15.1 on a link among the groups is refused before any object is asked (`safe_get_h5_group`)."""
    link = link_at(file, f"/{place}/vars")
    if link is not None and session.release >= (3, 15, 1) and refuses_linked_groups(session.release):
        details = {"found": link_text(link)}
        raise LoadFailure("ValueError", link_text(link), "KER116", thing.name, link.path, details, "model.weights.h5")


def _optimizer(session: Session, model: Thing, file: Hdf5File) -> Iterator[tuple[Thing, str, str]]:
    """The optimizer's variables, which come after the layers'."""
    from inspector.loaders.keras3.optimizer_weights import mismatch  # noqa: PLC0415 - it needs the layers' variables

    found = mismatch(session, model, file)
    if found is not None:
        optimizer, made, shape = found
        yield optimizer, "optimizer", assign_error(made, shape, made.name)


def _held(session: Session, thing: Thing, place: str) -> Iterator[tuple[str, Thing, list[Variable]]]:
    """The objects of a layer whose variables are known, each with its place: itself first, then what it holds."""
    expected = expected_of(thing, thing.build_shape)
    if expected is None and thing.facts is not None:
        expected = quantized.stored(session.release, thing, thing.build_shape)
    if expected is not None:
        yield place, thing, expected
    if thing.facts is None or not thing.built:
        return
    for holder in sorted(holders(session, thing), key=lambda one: one.attribute):
        if holder.attribute and holder.variables is not None:
            stand_in = Thing(holder.class_name, {"name": holder.name}, thing.facts, built=True)
            yield f"{place}/{holder.attribute}", stand_in, list(holder.variables)


def holders(session: Session, thing: Thing) -> tuple[Holder, ...]:
    """The objects inside a layer that hold variables, as the file of object paths names them."""
    from inspector.loaders.weights.architecture import holders_of  # noqa: PLC0415 - cold start: few layers hold others

    wrapped = thing.config.get("layer")
    if thing.class_name not in HOLDING or (isinstance(wrapped, dict) and wrapped.get("class_name") == "RNN"):
        # What a wrapper makes of a layer of cells is not followed.
        return ()
    if thing.class_name == "RNN" and thing.build_shape is not None and len(thing.build_shape) != 3:  # noqa: PLR2004 - batch, step, feature
        # The class RNN has no input spec: its cell is built by whatever is left of the shape.
        return ()
    inner = thing.inner.get("layer")
    # A Bidirectional copies its layer with the shape that built it.
    copied = thing.class_name == "Bidirectional" and inner is not None and inner.built
    shape = inner.build_shape if inner is not None and copied else thing.build_shape
    made = holders_of(thing.name, thing.class_name, thing.config, shape)
    if thing.class_name != "Bidirectional" or session.release >= (3, 3, 3) or inner is None or not inner.built:
        return made
    # Up to 3.3.2 a Bidirectional is a Wrapper, which keeps the layer that it copies, built by the config of its own.
    kept = holders_of(inner.name, inner.class_name, inner.config, inner.build_shape)
    return (*(replace(one, attribute=f"layer/{one.attribute}") for one in kept), *made)


def layers_of(model: Thing) -> list[Thing]:
    """The layers as `model.layers` gives them: a Sequential keeps its input layer to itself."""
    if model.class_name == "Sequential" and model.layers and model.layers[0].class_name == "InputLayer":
        return model.layers[1:]
    return model.layers


def container(things: list[Thing]) -> Iterator[tuple[str, Thing]]:
    """Objects of a list with their names in the file: the class's snake case, numbered from the second on."""
    used: dict[str, int] = {}
    for thing in things:
        name = snake_case(thing.class_name)
        if name in used:
            used[name] += 1
            yield f"{name}_{used[name]}", thing
        else:
            used[name] = 0
            yield name, thing


def expected_of(thing: Thing, given: Shape | None) -> list[Variable] | None:
    """The variables that the object has when its weights are loaded; None where that is not known."""
    if thing.facts is None:
        return None
    if thing.is_hollow:
        return []
    made = made_by(thing.class_name, thing.config, given)
    if made is None or thing.built:
        return made
    return []


def made_by(class_name: str, config: dict[str, Any], given: Shape | None) -> list[Variable] | None:
    """The variables that a built-in class itself makes; None where they do not follow from its config."""
    # Quantized layers hold integers and scales instead.
    if class_name in _QUANTIZED and quantized.mode_of(config) is not None:
        return None
    made = own_variables(class_name, config, given)
    if class_name in _BETTER_KNOWN and not config.get("lora_rank"):
        from inspector.loaders.weights.architecture import own  # noqa: PLC0415 - cold start: few layers need it

        return own(class_name, config, given)
    return made


def group_of(file: Hdf5File, place: str) -> str | None:
    """The object's `vars`, with the loader's second look for files of Keras 2.12 to 2.14."""
    for path in (place, place.replace("layers", _OLD_FOLDER)):
        group = f"/{path}/vars" if path else "/vars"
        if group in file.groups:
            return group
    return None


def _raw_file(session: Session, place: str, count: int, file: Hdf5File) -> str | None:
    """What reading raises where the values of one of an object's datasets lie in a file that is not there."""
    group = group_of(file, place.replace("/_", "/")) or group_of(file, place)
    found = (file.datasets.get(f"{group}/{index}") for index in range(count))
    absent = any(absent_raw_file(dataset, session.runtime.assumed_files) for dataset in found)
    return raw_file_text(session.h5py) if absent else None


def store(file: Hdf5File, place: str) -> list[str]:
    """The names in the object's `vars`."""
    group = group_of(file, place)
    if group is None:
        return []
    return [name[len(group) + 1 :] for name in file.datasets if name.startswith(f"{group}/")]


def count_error(name: str, expected: list[str], found: int, *, built: bool) -> str:
    """What a layer says that is offered another number of variables than it has (`Layer._raise_load_variables`)."""
    if expected or built:
        return (
            f"Layer '{name}' expected {len(expected)} variables, but received {found} variables during "
            f"loading. Expected: {expected}"
        )
    return (
        f"Layer '{name}' was never built and thus it doesn't have any variables. However the weights "
        f"file lists {found} variables for this layer.\nIn most cases, this error indicates that "
        "either:\n\n"
        "1. The layer is owned by a parent layer that implements a `build()` method, but calling the parent's "
        f"`build()` method did NOT create the state of the child layer '{name}'. A `build()` method must "
        "create ALL state for the layer, including the state of any children layers.\n\n2. You need to "
        f"implement the `def build_from_config(self, config)` method on layer '{name}', to specify "
        "how to rebuild "
        "it during loading. In this case, you might also want to implement the method that generates the build "
        "config at saving time, `def get_build_config(self)`. The method `build_from_config()` is meant to "
        "create the state of the layer (i.e. its variables) upon deserialization."
    )


def _error(release: tuple[int, ...], thing: Thing, expected: list[Variable], place: str, file: Hdf5File) -> str | None:
    found = store(file, place)
    if len(found) != len(expected):
        return count_error(thing.name, [variable.name for variable in expected], len(found), built=thing.built)
    group = group_of(file, place)
    for index, variable in enumerate(expected):
        refused = refusal(release, file, f"{group}/{index}", str(index), group or "")
        if refused is not None:
            return refused
        dataset = file.datasets.get(f"{group}/{index}")
        if dataset is None:
            return f"\"Unable to synchronously open object (object '{index}' doesn't exist)\""
        if is_text(dataset):
            return NO_NUMBER
        if not fits(variable.shape, dataset.shape):
            return assign_error(variable, dataset.shape, f"{thing.name}/{variable.name}")
    return None


def fits(made: tuple[int | None, ...] | None, found: tuple[int, ...]) -> bool:
    """Whether a stored shape can be that of the variable, as far as the latter is known."""
    if made is None:
        return True
    return len(made) == len(found) and all(a is None or a == b for a, b in zip(made, found, strict=True))


def assign_error(variable: Variable, found: tuple[int, ...], path: str) -> str:
    """What `Variable.assign` says of a value of another shape."""
    return (
        "The shape of the target variable and the shape of the target value in `variable.assign(value)` must match. "
        f"variable.shape={variable.shape}, Received: value.shape={found}. "
        f"Target variable: <KerasVariable shape={variable.shape}, dtype=float32, path={path}>"
    )
