"""What the artifact needs, for the report: ops, classes, and the packages known to provide them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from inspector.terms.report import Requirements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.requirements.keras_objects import KerasObject
    from inspector.terms.artifact import Artifact

# Class names of these kinds are said; bare strings ("relu") name functions and aliases, not classes.
_SAID = {
    "layer",
    "model",
    "loss",
    "metric",
    "optimizer",
    "object",
    "schedule",
    "initializer",
    "regularizer",
    "constraint",
}


# The artifact that was asked for last, with its answer: one artifact is judged against many runtimes in a row.
_latest: list[tuple[Artifact, Requirements]] = []


def requirements_of(artifact: Artifact) -> Requirements:
    """The artifact's requirements, sorted."""
    # By identity: a changed copy of an artifact is another one, and comparing graphs costs more than the answer.
    if not _latest or _latest[0][0] is not artifact:
        _latest[:] = [(artifact, _requirements(artifact))]
    return _latest[0][1]


def _requirements(artifact: Artifact) -> Requirements:
    classes = tuple(sorted({o.registered_name or o.class_name for o in _objects(artifact) if _is_class(o)}))
    ops = _ops(artifact)
    return Requirements(ops=ops, classes=classes, packages=tuple(sorted(_packages(ops, classes))))


def _packages(ops: tuple[str, ...], classes: tuple[str, ...]) -> set[str]:
    """The recorded add-ons that register one of the ops, or a class under its `package>Name`."""
    found: set[str] = set()
    if ops:
        from inspector.runtime.add_ons import packages_providing  # noqa: PLC0415 - cold start: only graphs need it

        found.update(package for op in ops for package in packages_providing(op))
    registered = [name for name in classes if ">" in name]
    if registered:
        from inspector.runtime.add_on_classes import packages_with_class  # noqa: PLC0415 - as above

        # Only with the package's prefix: plain names such as `Attention` are classes of many packages.
        found.update(package for name in registered for package in packages_with_class(name))
    return found


def _ops(artifact: Artifact) -> tuple[str, ...]:
    if artifact.saved_model is None and artifact.graph is None:
        return ()
    from inspector.requirements.ops import op_names  # noqa: PLC0415 - cold start: only graphs need it

    return op_names(artifact)


def _objects(artifact: Artifact) -> Iterator[KerasObject]:
    """Every object of the model's config, its compile config, and a SavedModel's Keras metadata."""
    if artifact.keras is None and artifact.keras_metadata is None:
        return
    from inspector.requirements.keras_objects import keras_objects  # noqa: PLC0415 - cold start, as above

    if artifact.keras is not None:
        yield from keras_objects(artifact.keras.config)
        yield from keras_objects(artifact.keras.compile_config, kind="object")
    if artifact.keras_metadata is not None:
        for node in artifact.keras_metadata.nodes:
            yield from keras_objects(_metadata(node.metadata), kind="object")


def _metadata(text: str) -> Any:
    """The node's own class with its config; None where the text is no JSON object (the loader model says so)."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    # Everything else of the node (shapes, build inputs, training config of metrics) is bookkeeping of the loader.
    return {key: parsed.get(key) for key in ("class_name", "config")} if isinstance(parsed, dict) else None


def _is_class(item: KerasObject) -> bool:
    return item.kind in _SAID and not item.is_identifier and not item.is_lambda
