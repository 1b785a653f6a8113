"""Operations that the masks of an Embedding or Masking layer bring into a graph while it is rebuilt.

A mask that a stored call does not name is taken from the tensor, and the operation that made it becomes part of the
model, under a name of its own choice: `not_equal`. A file of a release that stored some of these calls with their masks
and others without then has two operations of that name. Releases: 3.4 to 3.9 record the masks that they find in every
call; older ones lose them at merges, newer ones do not record those of attention.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inspector.loaders.keras_common.session import Session

_RECORDING = ((3, 4), (3, 10))
_MERGES = frozenset({"Add", "Subtract", "Average", "Maximum", "Minimum", "Multiply"})
_PASSING = frozenset(
    {
        "Dense", "LayerNormalization", "BatchNormalization", "Dropout", "Activation", "ReLU", "LeakyReLU", "ELU",
        "GaussianNoise", "GaussianDropout", "AlphaDropout", "SpatialDropout1D", "MultiHeadAttention", "TimeDistributed",
        "Softmax", "Rescaling", "UnitNormalization", "GroupNormalization",
    }
)  # fmt: skip
_SEQUENCES = frozenset({"LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional"})
_TAKING = _SEQUENCES | {"GlobalAveragePooling1D", "MultiHeadAttention", "TimeDistributed", "BatchNormalization"}


def implicit_masks(session: Session, layers: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of the operations; empty where the release records none, or the file names every mask itself."""
    first, end = _RECORDING
    # Only a name that is there twice is refused: without a stored NotEqual the one that a mask brings along stands
    # alone.
    if not first <= session.release < end or not any(one.get("class_name") == "NotEqual" for one in layers):
        return []
    masked: set[str] = set()
    taken = False
    for layer in layers:
        name, calls = str(layer.get("name")), layer.get("inbound_nodes") or []
        for call in calls if isinstance(calls, list) else []:
            if not isinstance(call, dict):
                return []
            given = _sources(call.get("args"))
            has_mask = bool(given) and given[0] in masked
            taken = taken or (has_mask and _takes(layer, call))
            if _passes(layer, given, masked):
                masked.add(name)
    return ["not_equal"] if taken else []


def _sources(value: Any) -> list[str]:
    """The layers whose tensors stand in stored arguments."""
    from inspector.loaders.weights.architecture import sources  # noqa: PLC0415 - cold start: few graphs have masks

    return sources([value])


def _takes(layer: Mapping[str, Any], call: Mapping[str, Any]) -> bool:
    """Whether the call takes a mask that it does not name."""
    if layer.get("class_name") not in _TAKING:
        return False
    named = call.get("kwargs") or {}
    keys = ("query_mask",) if layer["class_name"] == "MultiHeadAttention" else ("mask",)
    return all(named.get(key) is None for key in keys)


def _passes(layer: Mapping[str, Any], given: Sequence[str], masked: set[str]) -> bool:
    """Whether the layer's output has a mask."""
    kind, found = layer.get("class_name"), layer.get("config")
    config: dict[str, Any] = found if isinstance(found, dict) else {}
    if kind == "Masking" or (kind == "Embedding" and config.get("mask_zero")):
        return True
    if kind in _MERGES:
        return bool(given) and all(name in masked for name in given)
    sequences = kind in _SEQUENCES and bool(config.get("return_sequences"))
    return bool(given) and given[0] in masked and (kind in _PASSING or sequences)
