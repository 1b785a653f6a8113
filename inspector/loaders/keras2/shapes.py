"""The variables that layers of Keras 2 make for their config and input: what is shared with Keras 3, and what differs.

Keras 2 counts a cell's variables as the layer's own, keeps an axis as a list, and names depthwise kernels otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2.other_variables import other_variables
from inspector.loaders.keras_common.shapes import output_shape
from inspector.loaders.keras_common.variables import CELL_OF, Variable, own_variables
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

Shape = tuple[int | None, ...] | None
# Wrappers with the number of copies that they make of the layer inside.
_COPIES = {"TimeDistributed": 1, "Bidirectional": 2}
_CONSTANT_MEAN_SINCE = (2, 6)


def variables(
    class_name: str, config: Mapping[str, Any], given: Shape, release: tuple[int, int] = (2, 15)
) -> list[Variable] | None:
    """The layer's variables, trainable ones first, as HDF5 files hold them; None where they are not known.

    `release` is Keras' (major, minor).
    """
    if class_name.startswith("ZeroPadding"):  # whose `padding` is no word
        return []
    if class_name == "Dense" and str(config.get("units")).isdecimal():  # `self.units = int(units)` takes words, too
        config = {**config, "units": int(config["units"])}
    if not _is_plain(config):
        return None
    if class_name == "Normalization":
        return _normalization(config, release)
    if class_name in _COPIES:
        return _wrapped(class_name, config, given)
    if class_name == "BatchNormalization" and not config.get("renorm"):
        made = _several_axes(config, given)
        if made is not None:
            return made
    made = own_variables(CELL_OF.get(class_name, class_name), plain(config), given)
    if made is None or class_name == "RNN" or any(one.shape is None for one in made):
        made = other_variables(class_name, plain(config), given)
    # Keras 3 renamed the variable to `kernel`; texts of Keras 2 show the old name.
    if made is not None and class_name.startswith("DepthwiseConv"):
        made = [replace(v, name="depthwise_kernel") if v.name == "kernel" else v for v in made]
    return made


# What sizes and shapes of variables follow from.
_SIZES = (
    "units",
    "filters",
    "input_dim",
    "output_dim",
    "depth_multiplier",
    "groups",
    "num_heads",
    "key_dim",
    "value_dim",
)
_LISTS = ("kernel_size", "strides", "axis", "shared_axes", "dilation_rate")
_WORDS = ("data_format", "padding")


def _is_plain(config: Mapping[str, Any]) -> bool:
    """Whether all that is asked of the config here is of its type: what else a file may hold is refused elsewhere."""
    lists = [config.get(key) for key in _LISTS]
    items = [item for value in lists if isinstance(value, list) for item in value]
    single = [config.get(key) for key in _SIZES] + [value for value in lists if not isinstance(value, list)]
    words = [config.get(key) for key in _WORDS]
    return all(one is None or isinstance(one, (int, float)) for one in (*items, *single)) and all(
        one is None or isinstance(one, str) for one in words
    )


def _normalization(config: Mapping[str, Any], release: tuple[int, int]) -> list[Variable]:
    """From Keras 2.6 on a layer that is given its mean has no variables. Source: Normalization.build."""
    if release >= _CONSTANT_MEAN_SINCE and config.get("mean") is not None:
        return []
    return [Variable(name, None, trainable=False) for name in ("mean", "variance", "count")]


def _several_axes(config: Mapping[str, Any], given: Shape) -> list[Variable] | None:
    """Over several axes a BatchNormalization's variables have the input's rank. Source: `param_shape` of its build."""
    axis = config.get("axis")
    if not isinstance(axis, list) or len(axis) < 2:  # noqa: PLR2004 - several
        return None
    names = [name for name, key in (("gamma", "scale"), ("beta", "center")) if config.get(key, True)]
    shape = None
    if given is not None and all(isinstance(one, int) and -len(given) <= one < len(given) for one in axis):
        kept = {one % len(given) for one in axis}
        shape = tuple(size if at in kept else 1 for at, size in enumerate(given))
    made = [Variable(name, shape) for name in names]
    return made + [Variable(name, shape, trainable=False) for name in ("moving_mean", "moving_variance")]


def _wrapped(class_name: str, config: Mapping[str, Any], given: Shape) -> list[Variable] | None:
    """The variables of the layer inside, once or twice; a TimeDistributed gives it one step of its input."""
    inner = config.get("layer")
    if not isinstance(inner, dict) or not isinstance(inner.get("config"), dict):
        return None
    step = (given[0], *given[2:]) if given and class_name == "TimeDistributed" else given
    made = variables(str(inner.get("class_name")), inner["config"], step)
    return None if made is None else made * _COPIES[class_name]


def plain(config: Mapping[str, Any]) -> dict[str, Any]:
    """The config with an axis that is a list of one as that one, and a cell's defaults of Keras 2."""
    axis = config.get("axis")
    single = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    # A GRU whose config says nothing of `reset_after` is one of TensorFlow 1, whose default is False.
    changed = {"reset_after": False, **config, **({"axis": single} if axis is not None else {})}
    # `self.units = int(units)`: a size may be stored with a fraction of nothing, or of something.
    return {**changed, "units": int(changed["units"])} if isinstance(changed.get("units"), float) else changed


def output(class_name: str, config: Mapping[str, Any], given: Shape) -> Shape:
    """The shape of the layer's output, batch first; None where it is not followed."""
    declared = config.get("batch_input_shape")
    if given is None and isinstance(declared, list):
        given = tuple(declared)
    # A rank that the layer does not take is refused when it is called (calls/specs.py).
    if (given is None and class_name != "InputLayer") or not _is_plain(config):
        return None
    shape = output_shape(class_name, dict(config), given) if given is None or len(given) > 1 else None
    return shape if shape is None or all(size is None or isinstance(size, int) for size in shape) else None


__all__ = ["Shape", "Variable", "output", "variables"]
