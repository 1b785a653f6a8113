"""What calls work with: symbolic tensors, layers as far as calls ask for them, and how a call refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras_common.failure import LoadFailure
from inspector.terms.record import field, record

if TYPE_CHECKING:
    from inspector.loaders.keras2.calls.graph import Network
    from inspector.loaders.keras2.walk import Walk

Shape = tuple[int | None, ...]
# From TensorFlow 2.4 on a symbolic tensor is a KerasTensor, and a layer that is built is not asked for its input_spec
# again when it is called on one (keras/engine/base_layer.py `_infer_output_signature`).
KERAS_TENSORS_SINCE = (2, 4)
# `traceback_utils` names the layer in what its call raises.
NAMED_SINCE = (2, 7)


@record
class Tensor:
    """A symbolic tensor. `shape` has the batch first and None for sizes that are open in Keras, too.

    It is None where it is not followed, or where Keras itself knows no rank: then `rankless` is set.
    """

    shape: Shape | None = None
    rankless: bool = False

    @property
    def followed(self) -> bool:
        """Whether its shape is known as Keras knows it."""
        return self.shape is not None or self.rankless


UNKNOWN = Tensor()


@record(frozen=False, eq=False)
class Layer:
    """A layer that was made: `nodes` holds the outputs of each call, `built_on` the tensors of the first.

    `network` are the layers of a model; `pointer` is where its config lies.
    """

    name: str
    class_name: str
    config: dict[str, Any]
    pointer: str
    network: Network | None = None
    nodes: list[list[Tensor]] = field(default_factory=list)
    built_on: list[Tensor] | None = None


@record
class Call:
    """A call of a layer on tensors. `listed` says that they came as a list; `inside` that a layer around it runs."""

    walk: Walk
    layer: Layer
    inputs: list[Tensor]
    listed: bool = False
    inside: bool = False

    @property
    def release(self) -> tuple[int, int]:
        """Keras' (major, minor)."""
        return self.walk.release

    @property
    def config(self) -> dict[str, Any]:
        """The layer's config."""
        return self.layer.config

    @property
    def shape(self) -> Shape:
        """The first input's shape, () where it has none."""
        return self.inputs[0].shape or () if self.inputs else ()

    @property
    def first(self) -> bool:
        """Whether it builds the layer."""
        return self.layer.built_on is None

    def refused(self, kind: str, text: str, rule: str = "KER135") -> LoadFailure:
        """The exception as the call lets it out."""
        # The node that an op gets is named after the layer, so what follows the first line is only nearly Keras' own.
        details = {"class": self.layer.class_name, "key": "inputs", "value": self.shown}
        return LoadFailure(kind, text, rule, self.layer.name, self.layer.pointer, details)

    @property
    def shown(self) -> str:
        """The shapes of the inputs as messages of Keras show them."""
        shapes = [str(one.shape) if not one.rankless else "<unknown>" for one in self.inputs]
        return shapes[0] if not self.listed and shapes else f"[{', '.join(shapes)}]"
