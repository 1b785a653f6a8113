"""Variables of a Dense layer under a policy of quantization (`_int8_build` of keras/src/layers/core/dense.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras_common.variables import Variable

if TYPE_CHECKING:
    from inspector.loaders.keras_common.things import Shape, Thing

# `QuantizedFloat8DTypePolicy.default_amax_history_length`
_HISTORY = 1024
_SCALED = ("inputs", "kernel", "outputs_grad")


def mode_of(config: dict[str, Any]) -> str | None:
    """The mode of a layer's policy (`int8`, `int4`, `float8`), None for one that quantizes nothing."""
    dtype = config.get("dtype")
    inner = dtype.get("config") if isinstance(dtype, dict) else None
    if isinstance(inner, dict) and "mode" in inner:
        return str(inner["mode"])
    return dtype.partition("_from_")[0] if isinstance(dtype, str) and "_from_" in dtype else None


def stored(release: tuple[int, ...], layer: Thing, given: Shape | None) -> list[Variable] | None:
    """The variables in the order of `save_own_variables`; None where they are not followed."""
    made = _parts(release, layer, given)
    if made is None:
        return None
    kernel, bias, more = made
    return [kernel, *bias, *more]


def listed(release: tuple[int, ...], layer: Thing, given: Shape | None) -> list[Variable] | None:
    """The variables in the order of `layer.weights`, trainable ones first, of a layer made by its config.

    The scales of float8 are made before the kernel then; `quantize()` makes them behind it, so that what it leaves
    cannot be read back from an `.h5`.
    """
    made = _parts(release, layer, given)
    if made is None:
        return None
    kernel, bias, more = made
    return [*more, kernel, *bias] if kernel.trainable else [*bias, kernel, *more]


def _parts(
    release: tuple[int, ...], layer: Thing, given: Shape | None
) -> tuple[Variable, list[Variable], list[Variable]] | None:
    """The kernel, the bias if there is one, and what quantization adds."""
    mode = mode_of(layer.config)
    if layer.class_name == "EinsumDense" and mode in {"int8", "float8"} and layer.built:
        return _einsum(layer, given, mode)
    units, size = layer.config.get("units"), given[-1] if given else None
    if layer.class_name != "Dense" or not isinstance(units, int) or size is None or not layer.built:
        return None
    bias = [Variable("bias", (units,))] if layer.config.get("use_bias", True) else []
    scale = [Variable("kernel_scale", (units,), trainable=False)]
    if mode == "int8":
        return Variable("kernel", (size, units), trainable=False), bias, scale
    if mode == "int4":
        # Two numbers are packed into a byte: of neighbouring rows up to 3.13, of columns since 3.14.
        packed = ((size + 1) // 2, units) if release < (3, 14) else (size, (units + 1) // 2)
        return Variable("kernel", packed, trainable=False), bias, scale
    return (Variable("kernel", (size, units)), bias, _scales(layer)) if mode == "float8" else None


def _einsum(layer: Thing, given: Shape | None, mode: str) -> tuple[Variable, list[Variable], list[Variable]] | None:
    """The kernel's axes are those of the equation in either mode; which of them int8 scales is not followed."""
    from inspector.loaders.weights.architecture import own  # noqa: PLC0415 - cold start: few layers need it

    made = own("EinsumDense", layer.config, given)
    if not made:
        return None
    if mode == "float8":
        return made[0], made[1:], _scales(layer)
    scale = Variable("kernel_scale", None, trainable=False)
    return Variable("kernel", made[0].shape, trainable=False), made[1:], [scale]


def _scales(layer: Thing) -> list[Variable]:
    dtype = layer.config.get("dtype")
    inner = dtype.get("config") if isinstance(dtype, dict) else {}
    length = inner.get("amax_history_length", _HISTORY) if isinstance(inner, dict) else _HISTORY
    found: list[Variable] = []
    for name in _SCALED:
        found += [Variable(f"{name}_scale", ()), Variable(f"{name}_amax_history", (length,))]
    return found
