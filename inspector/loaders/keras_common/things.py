"""Stand-ins for what deserialization makes: they know what later steps ask of the real objects, and print alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.terms.record import field, record

if TYPE_CHECKING:
    from inspector.runtime.facts import ClassFacts
    from inspector.terms.runtime import CustomObject

Shape = tuple[int | None, ...]


@record(frozen=False, eq=False)
class Thing:
    """An instance. `facts` is None for a class of the user's. `config` is what its constructor was given.

    `layers` are the layers of a model; `inner` the wrapped layer, cell or cells by attribute name; `nodes` counts its
    calls so far, `outputs` the shape of each call's output; `build_shape` is the shape that built it. `broken_dtype`
    says that its policy is a bare string; `function` is a Lambda's; `listed_output`
    that a model puts out a list of one tensor.
    """

    class_name: str
    config: dict[str, Any]
    facts: ClassFacts | None = None
    custom: CustomObject | None = None
    layers: list[Thing] = field(default_factory=list)
    inner: dict[str, Thing] = field(default_factory=dict)
    nodes: int = 0
    pointer: str = ""
    built: bool = False
    build_shape: Shape | None = None
    outputs: list[Shape | None] = field(default_factory=list)
    broken_dtype: bool = False
    function: FunctionThing | None = None
    listed_output: bool = False
    # The argument of a call that the file holds as the name of a tensor, "" where there is none.
    unrestored: str = ""
    # For each call whether the shape of its output is exactly Keras' own: a size of None in it is one left open.
    exact: list[bool] = field(default_factory=list)
    # Built by a stored config that says no shape: it counts as built, and has no variables.
    is_hollow: bool = False
    # The input layers of a functional model, in the order of its flattened inputs.
    inputs: list[Thing] = field(default_factory=list)
    # Operations of a model's graph, which are no layers.
    operations: list[Thing] = field(default_factory=list)
    # The keyword arguments that its stored calls give it.
    keywords: tuple[str, ...] = ()
    # The tensors of each call, as (layer, node, tensor).
    calls: list[list[tuple[str, int, int]]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The layer's name; the class name where the config has none."""
        return str(self.config.get("name", self.class_name))

    @property
    def kind(self) -> str:
        """The kind of its class; `custom` for a class of the user's."""
        return self.facts.kind if self.facts is not None else "custom"

    def __repr__(self) -> str:
        # Messages of Keras show objects by their repr: keras/src/layers/layer.py has a `__repr__`, most other objects
        # print with an address.
        if self.kind in {"layer", "model", "operation", "custom"}:
            return f"<{self.class_name} name={self.name}, built={self.built}>"
        return f"<{self.class_name} object at 0x0>"


@record
class PolicyThing:
    """A dtype policy other than a plain one, as messages print it."""

    class_name: str
    name: str

    def __repr__(self) -> str:
        return f'<{self.class_name} "{self.name}">'


@record
class FunctionThing:
    """A function that a config names. `code` is its dumped bytecode where the config carries it."""

    name: str
    code: str | None = None

    def __repr__(self) -> str:
        return f"<function {self.name} at 0x0>"


@record
class TensorThing:
    """A symbolic tensor as a node's arguments carry it: its history is (layer, node index, tensor index).

    `exact` says that its shape is Keras' own, with None for sizes that are left open and not for those not followed.
    """

    history: tuple[str, int, int] | None
    shape: Shape | None
    dtype: str
    exact: bool = False
