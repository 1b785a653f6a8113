"""`inspect stubs`: a Python file with a skeleton of every class and function that a model needs and its Keras lacks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from inspector.engine.capabilities import candidates
from inspector.remedy.bases import base_of
from inspector.remedy.missing import Missing, Use, missing_objects
from inspector.remedy.names import named, quoted, remark
from inspector.remedy.parameters import parameters_of
from inspector.remedy.producer import producer_target
from inspector.remedy.skeleton import Skeleton
from inspector.remedy.spelling import spelling_of
from inspector.remedy.stored import Weight, kernels, metric_weights, stored_weights
from inspector.remedy.stub_layers import LayerStub
from inspector.remedy.stub_others import class_lines, function_lines
from inspector.remedy.wiring import Shape, Wiring, wiring
from inspector.runtime.resolve import resolve
from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.runtime.facts import KerasFacts
    from inspector.terms.artifact import Artifact
    from inspector.terms.runtime import Runtime

# More would be no text to fill in; real models name some ten classes of their own.
SKELETONS = 200
_STATEFUL = frozenset({"layer", "model"})
_UNFINISHED = '''\
def unfinished(layer, inputs):
    """Zeros of the layer's output shape, so that the model can be built. Running it fails."""
    first = tf.nest.flatten(inputs)[0]
    shapes = layer.compute_output_shape(tf.nest.map_structure(lambda x: tuple(x.shape.as_list()), inputs))
    outputs = [
        failing(layer.name, tf.zeros([tf.shape(first)[0], *(1 if size is None else size for size in shape[1:])]))
        for shape in (shapes if isinstance(shapes, list) else [shapes])
    ]
    return outputs if isinstance(shapes, list) else outputs[0]
'''
_FAILING = '''\
def failing(name, value):
    """The value, for as long as nobody computes it."""
    with tf.control_dependencies([tf.debugging.Assert(False, [name + " is a skeleton: fill it in"])]):
        return tf.identity(value)
'''
_PART = '''\
class Part(keras.layers.Layer):
    """Holds the weights of a sublayer whose class the file does not say: put the real layer in its place.

    A dict stands for a sublayer of it, a list for the shape of a weight that is not trained.
    """

    def __init__(self, weights, **kwargs):
        super().__init__(**kwargs)
        for name, shape in weights.items():
            if isinstance(shape, dict):
                setattr(self, name, Part(shape, name=name))
            else:
                trained = isinstance(shape, tuple)
                setattr(self, name, self.add_weight(name=name, shape=tuple(shape), trainable=trained))
        self.built = True
'''


def stub_file(artifact: Artifact, runtime: Runtime | None) -> str:
    """The source for the Keras of that runtime (None: the release that made the model).

    Raises UsageError where the runtime has no recorded Keras.
    """
    target = runtime or resolve(producer_target(artifact))
    facts = _facts(target)
    return "\n".join(_Source(artifact, facts).lines())


def _facts(target: Runtime) -> KerasFacts:
    recorded, gaps = candidates(target)
    facts = next((c.keras for c in recorded if c.keras is not None), None)
    if facts is None:
        reasons = [gap.reason for gap in gaps.values()]
        raise UsageError(f"{target.label}: {reasons[-1] if reasons else 'no Keras there'}")
    return facts


class _Source:
    """Puts the file together."""

    def __init__(self, artifact: Artifact, facts: KerasFacts) -> None:
        self.artifact, self.facts = artifact, facts
        self.spelling = spelling_of(facts)
        self.wires = _wires(artifact)
        self.taken: set[str] = set()

    def lines(self) -> list[str]:
        """The whole file."""
        missing = missing_objects(self.artifact, self.facts)[:SKELETONS]
        names = {item: named(item.class_name, self.taken) for item in missing}
        blocks = [self._block(item, name) for item, name in names.items()]
        body = "\n".join("\n".join(block) for block in blocks)
        lines = [*self._head(missing), *self.spelling.imports]
        # Keras 3 runs without TensorFlow: it is imported only where a skeleton needs it.
        if "tf." in body and self.spelling.imports == ("import keras",):
            lines.append("import tensorflow as tf")
        for helper in self._helpers(body):
            lines += ["", "", *helper.rstrip().split("\n")]
        for block in blocks:
            lines += ["", "", *block]
        return [*lines, *_table(names), ""]

    def _helpers(self, body: str) -> Iterator[str]:
        if "failing(" in body or "unfinished(" in body:
            yield _FAILING
        if "unfinished(" in body:
            yield _UNFINISHED
        if " = Part(" in body:
            yield _PART

    def _head(self, missing: tuple[Missing, ...]) -> list[str]:
        if not missing:
            said = f"No custom classes or functions are missing: {self.spelling.title} has all that the model needs."
            return [f'"""{said}"""', "", f"# Made for {remark(self.artifact.path)}", ""]
        plain = any(item.registration is None for item in missing)
        use = "custom_objects=CUSTOM_OBJECTS" if plain else "after importing this file"
        return [
            f'"""Skeletons of what a model needs and {self.spelling.title} does not have: fill in every TODO.',
            "",
            "The model loads with them as they are. What they compute is up to you.",
            '"""',
            "",
            f"# Made for {remark(self.artifact.path)}",
            "# keras.models.load_model(..., custom_objects=CUSTOM_OBJECTS)"
            if plain
            else f"# keras.models.load_model(...) {use}",
            "",
        ]

    def _block(self, item: Missing, name: str) -> list[str]:
        decorator = self.spelling.decorator(item, name)
        if item.is_function:
            return [*decorator, *function_lines(item, name, self.spelling)]
        base = base_of(item, self.facts)
        # A Functional or Sequential is made from its layers by the `from_config` of its base.
        parameters = [] if "layers" in base.keys else parameters_of(item, base)
        skeleton = Skeleton(item, name, base, parameters, self._weights(item))
        if item.kind in {"layer", "model"}:
            return [*decorator, *LayerStub(skeleton, self.wires).lines(self.spelling)]
        return [*decorator, *class_lines(skeleton, self.spelling)]

    def _weights(self, item: Missing) -> dict[Use, tuple[Weight, ...]]:
        if item.kind == "metric":
            return {item.uses[0]: metric_weights(self.artifact, item)}
        return {use: stored_weights(self.artifact, use) for use in item.uses} if item.kind in _STATEFUL else {}


def _table(names: dict[Missing, str]) -> list[str]:
    """`CUSTOM_OBJECTS` of what no decorator registers."""
    rows = [f"    {quoted(item.key)}: {name}," for item, name in names.items() if item.registration is None]
    return ["", "", "CUSTOM_OBJECTS = {", *rows, "}"] if rows else ["", "", "CUSTOM_OBJECTS = {}"]


def _wires(artifact: Artifact) -> Wiring:
    if artifact.keras is not None:
        return wiring(artifact.keras.config, kernels=kernels(artifact.keras.hdf5))
    nodes = artifact.keras_metadata.nodes if artifact.keras_metadata is not None else ()
    parsed = [_parsed(node.metadata) for node in nodes]
    model = next((p for p in parsed if isinstance(p.get("config"), dict) and "layers" in p["config"]), None)
    return wiring(model, {str(p.get("name")): shape for p in parsed if (shape := _built(p)) is not None})


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _built(metadata: dict[str, Any]) -> Shape | None:
    given = metadata.get("build_input_shape")
    items = given.get("items") if isinstance(given, dict) else given
    ok = isinstance(items, list) and all(size is None or isinstance(size, int) for size in items)
    return tuple(items) if ok and isinstance(items, list) else None
