"""A layer's call while a functional model is rebuilt: the tensors it is given, and what the call can raise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.things import TensorThing, Thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras_common.session import Session


class NodeMissing(Exception):  # noqa: N818 - Keras' IndexError: the call has to wait
    """A call needs the output of a call that has not been made yet."""


def node_arguments(session: Session, node: Any, created: dict[str, Thing], pointer: str) -> list[TensorThing]:
    """The tensors that a stored call takes; NodeMissing where one does not exist yet."""
    if not node:
        return []
    if isinstance(node, list):
        return [_legacy_tensor(session, one, created, pointer) for one in node]
    from inspector.loaders.keras3.deserialize import deserialize  # noqa: PLC0415 - they call each other

    args = deserialize(session, node["args"], pointer)
    kwargs = deserialize(session, node["kwargs"], pointer)
    tensors = list(_tensors(args)) + list(_tensors(kwargs))
    for tensor in tensors:
        if tensor.history is not None:
            _check_revived(session, tensor.history, created, pointer)
    return tensors


def _legacy_tensor(session: Session, data: Any, created: dict[str, Thing], pointer: str) -> TensorThing:
    if len(data) not in {3, 4}:
        text = "Cannot deserialize the model (invalid config data?)"
        details = {"class": "Functional", "key": "inbound_nodes", "value": str(data)}
        raise LoadFailure("ValueError", text, "KER103", "inbound_nodes", pointer, details)
    name, index, tensor = data[:3]
    if name not in created:
        raise _missing_node(session, str(name), pointer)
    if created[name].nodes <= index:
        raise NodeMissing
    return TensorThing((name, index, tensor), None, "")


def _missing_node(session: Session, name: str, pointer: str) -> LoadFailure:
    """A call whose input names no layer of the model; a plain KeyError where nothing was hardened."""
    details = {"class": "Functional", "key": "inbound_nodes", "value": name}
    if session.hardened:
        text = f"Invalid Functional model configuration. Missing node: {name}"
        return LoadFailure("ValueError", text, "KER103", name, pointer, details)
    return LoadFailure("KeyError", repr(name), "KER103", name, pointer, details)


def _check_revived(
    session: Session, history: tuple[str, int, int], created: dict[str, Thing], pointer: str
) -> None:
    name, index, _ = history
    if name not in created:
        details = {"class": "Functional", "key": "inbound_nodes", "value": str(name)}
        raise LoadFailure("ValueError", f"Unknown layer: {name}", "KER103", str(name), pointer, details)
    layer = created[name]
    if layer.nodes > index:
        return
    if session.release >= (3, 7):
        raise NodeMissing
    text = (
        f"Layer node index out of bounds.\ninbound_layer = {layer}\ninbound_layer._inbound_nodes = []\n"
        f"inbound_node_index = {index}"
    )
    details = {"class": "Functional", "key": "inbound_nodes", "value": str(name)}
    raise LoadFailure("ValueError", text, "KER103", str(name), pointer, details)


def _tensors(value: Any) -> Iterator[TensorThing]:
    """Every symbolic tensor in nested arguments."""
    if isinstance(value, TensorThing):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _tensors(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _tensors(inner)


def call(session: Session, layer: Thing, _arguments: list[TensorThing]) -> None:
    """One symbolic call of the layer."""
    if layer.broken_dtype and session.release < (3, 4):
        # Up to 3.3 a policy of Keras 2 is a bare string by now, and the first call asks it to convert its input.
        policy = layer.config.get("dtype")
        name = str(policy.get("class_name")) if isinstance(policy, dict) else "dtype"
        text = "'str' object has no attribute 'convert_input'"
        details = {"class": name, "module": ""}
        raise LoadFailure("AttributeError", text, "KER101", name, f"{layer.pointer}/config/dtype", details)
    layer.nodes += 1
    layer.built = True
