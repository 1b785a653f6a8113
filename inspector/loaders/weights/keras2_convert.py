"""What Keras 2 makes of stored weights before it counts and assigns them: kernels turned, cuDNN biases joined.

Source: `preprocess_weights_for_loading` of Keras' HDF5 format, the same from 1.15 to tf_keras.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.keras2.weights import fits, listed
from inspector.loaders.weights.files import WHOLE_MODEL
from inspector.terms.record import record, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras_common.variables import Variable
    from inspector.loaders.weights.architecture import Holder, Part
    from inspector.terms.keras import Hdf5File

_TURNED = frozenset({"Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "ConvLSTM2DCell"})
_GATES = {"LSTMCell": 4, "GRUCell": 3}
_WITH_BIAS = 3  # kernel, recurrent kernel, bias: without a bias nothing is converted
_TURNED_RANK = 4


@record
class Refused:
    """A layer whose weights cannot be converted: its name, the place in the file, the ValueError's text."""

    layer: str
    path: str
    text: str


def converted(model: Part, file: Hdf5File) -> tuple[Hdf5File, Refused | None]:
    """The file with the shapes that its values have after conversion, and the first layer where that raises.

    Unchanged where the model and the file have another number of layers: nothing is converted then.
    """
    # `load_weights_from_hdf5_group` in keras/src/saving/legacy/hdf5_format.py counts layers first, then converts and
    # counts the weights of one after the other: what conversion raises comes before the count of a later layer.
    wanted = [part for part in model.parts if part.variables() != ()]
    stored = [name for name in listed(file, WHOLE_MODEL, "layer_names") if _weights(file, name)]
    if len(wanted) != len(stored) or any(part.variables() is None for part in wanted):
        return file, None
    shapes: dict[str, tuple[int, ...]] = {}
    for part, name in zip(wanted, stored, strict=True):
        for holder, paths in _by_holder(part, file, name):
            found = [file.datasets[path].shape for path in paths if path in file.datasets]
            text = _convert(holder, found) if len(found) == len(paths) else None
            if text is not None:
                return _reshaped(file, shapes), Refused(part.name, paths[0], text)
            shapes.update(zip(paths, found, strict=False))
    return _reshaped(_cut(file, wanted, stored), shapes), None


def _weights(file: Hdf5File, name: str) -> list[str]:
    return listed(file, f"{WHOLE_MODEL}/{name}", "weight_names")


def _by_holder(part: Part, file: Hdf5File, name: str) -> Iterator[tuple[Holder, list[str]]]:
    """Each object of a layer that holds variables with the datasets that go to it."""
    pairs = _ordered(part)
    paths = [f"{WHOLE_MODEL}/{name}/{weight}" for weight in _weights(file, name)]
    for holder in dict.fromkeys(id(holder) for holder, _ in pairs):
        mine = [path for (owner, _), path in zip(pairs, paths, strict=False) if id(owner) == holder]
        yield next(owner for owner, _ in pairs if id(owner) == holder), mine


def _ordered(part: Part) -> list[tuple[Holder, Variable]]:
    """The variables as the file lists them, trainable ones first, with their holders."""
    flat = list(_holders(part))
    return [pair for pair in flat if pair[1].trainable] + [pair for pair in flat if not pair[1].trainable]


def _holders(part: Part) -> Iterator[tuple[Holder, Variable]]:
    for inner in part.parts:
        yield from _holders(inner)
    for holder in part.holders:
        for variable in holder.variables or ():
            yield holder, variable


def _convert(holder: Holder, shapes: list[tuple[int, ...]]) -> str | None:
    """Change the shapes to those after conversion; the ValueError's text where it raises."""
    made = holder.variables or ()
    if holder.class_name in _TURNED and shapes and not fits(made[0].shape, shapes[0]):
        # `np.transpose(weights[0], (3, 2, 0, 1))` is meant for two sides; a kernel of Conv1D or Conv3D whose shape
        # differs for any other reason is a numpy error and no word about shapes.
        if len(shapes[0]) != _TURNED_RANK:
            return "axes don't match array"
        turned = 2 if holder.class_name == "ConvLSTM2DCell" else 1
        shapes[:turned] = [tuple(shape[axis] for axis in (3, 2, 0, 1)) for shape in shapes[:turned]]
    # `_convert_rnn_weights`: the length of the bias is all that tells cuDNN's layers from the others, so a wrong number
    # of units surfaces as an invalid bias, not as a shape that does not fit.
    gates = _GATES.get(holder.class_name)
    if gates is None or len(shapes) != _WITH_BIAS:
        return None
    return _bias(gates, made, shapes)


def _bias(gates: int, made: tuple[Variable, ...], shapes: list[tuple[int, ...]]) -> str | None:
    """A recurrent layer's bias says which layer it comes from."""
    units, bias = shapes[1][0] if shapes[1] else 0, shapes[2]
    sources = {(2 * units * gates,): "CuDNNGRU", (2, units * gates): "GRU(reset_after=True)"}
    sources[(units * gates,)] = "GRU(reset_after=False)"
    source = sources.get(bias)
    if source is None or (gates == _GATES["LSTMCell"] and source == "GRU(reset_after=True)"):
        return f"Invalid bias shape: {bias}"
    # `np.split(weights[2], 2)` and a sum: cuDNN's two biases become the one that LSTM has.
    if gates == _GATES["LSTMCell"]:
        shapes[2] = (units * gates,)
        return None
    last = made[2].shape if len(made) == _WITH_BIAS else None
    target = "GRU(reset_after=True)" if last is not None and len(last) > 1 else "GRU(reset_after=False)"
    if source != target and "GRU(reset_after=False)" in {source, target}:
        return f"{source} is not compatible with {target}"
    shapes[2] = (2, units * gates) if source == "CuDNNGRU" else bias
    return None


def _reshaped(file: Hdf5File, shapes: dict[str, tuple[int, ...]]) -> Hdf5File:
    datasets = {
        path: replace(found, shape=shapes[path]) if path in shapes else found for path, found in file.datasets.items()
    }
    return replace(file, datasets=datasets)


def _cut(file: Hdf5File, wanted: list[Part], stored: list[str]) -> Hdf5File:
    """A model inside a model takes as many weights as it has variables, and leaves the rest unsaid."""
    attributes = dict(file.attributes)
    for part, name in zip(wanted, stored, strict=True):
        group = f"{WHOLE_MODEL}/{name}"
        given, count = _weights(file, name), len(part.variables() or ())
        if part.is_network and len(given) > count and "weight_names" in attributes[group]:
            named = attributes[group]["weight_names"]
            attributes[group] = {**attributes[group], "weight_names": replace(named, value=given[:count])}
    return replace(file, attributes=attributes)
