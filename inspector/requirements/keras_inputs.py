"""The inputs that a Keras model declares in its config: name, dtype, shape with the batch dimension."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.terms.graph import TensorInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# InputLayer's shape key: Keras 3 writes `batch_shape`, Keras 2 `batch_input_shape`, which any first layer may carry.
_SHAPE_KEYS = ("batch_shape", "batch_input_shape")
_LAYER_LIMIT = 100_000  # layers looked at: the largest public models have some thousands


def declared_inputs(config: Any) -> Mapping[str, TensorInfo]:
    """Input name to tensor; empty where the model declares none (a subclassed model, or one never built)."""
    inner = config.get("config") if isinstance(config, dict) else None
    if not isinstance(inner, dict):
        return {}
    layers = [layer for layer in _list(inner.get("layers"))[:_LAYER_LIMIT] if isinstance(layer, dict)]
    if config.get("class_name") == "Sequential":
        return dict(_of_sequential(layers[:1], inner))
    return dict(_of_functional(layers, inner))


def _of_sequential(layers: list[dict[str, Any]], inner: Mapping[str, Any]) -> Iterator[tuple[str, TensorInfo]]:
    for layer in layers:
        found = _tensor(layer)
        # A Sequential without an InputLayer knows its input once it was built, and Keras stores that shape beside its
        # layers.
        if found is None and isinstance(inner.get("build_input_shape"), list):
            found = _info("input", "float32", inner["build_input_shape"])
        if found is not None:
            yield found.tensor, found


def _of_functional(layers: list[dict[str, Any]], inner: Mapping[str, Any]) -> Iterator[tuple[str, TensorInfo]]:
    """The layers that `input_layers` names, in that order."""
    by_name = {name: layer for layer in layers if isinstance(name := _name(layer), str)}
    for name in _input_names(inner.get("input_layers")):
        found = _tensor(by_name.get(name, {}))
        if found is not None:
            yield name, found


def _input_names(value: Any) -> Iterator[str]:
    """Names in `[name, 0, 0]`, `[[name, 0, 0], ...]` or a dict of these."""
    # A model that was made with a dict of inputs keeps its keys.
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list) and value and isinstance(value[0], str):
        yield value[0]
    else:
        for item in _list(value):
            yield from _input_names(item) if isinstance(item, list | dict) else ()


def _tensor(layer: Mapping[str, Any]) -> TensorInfo | None:
    inner = layer.get("config")
    if not isinstance(inner, dict):
        return None
    shape = next((inner[key] for key in _SHAPE_KEYS if isinstance(inner.get(key), list)), None)
    return None if shape is None else _info(_name(layer) or "input", inner.get("dtype"), shape)


def _info(name: Any, dtype: Any, shape: list[Any]) -> TensorInfo:
    """A tensor; a dtype policy (a dict) is said by its name."""
    if isinstance(dtype, dict):
        dtype = _dict(dtype.get("config")).get("name")
    sizes = tuple(size if isinstance(size, int) else -1 for size in shape)
    return TensorInfo(str(name), dtype if isinstance(dtype, str) else "float32", sizes)


def _name(layer: Mapping[str, Any]) -> Any:
    return layer.get("name") or _dict(layer.get("config")).get("name")


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
