"""TensorFlow.js models: `model.json` with a graph (the GraphDef as JSON) or a Keras architecture, and weight shards."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from inspector.formats.graph_views import GraphView
from inspector.terms.artifact import Artifact, Damage, DamageKind, Format, Producer
from inspector.terms.keras import KerasModel
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = Format.TFJS


def filled(start: Artifact, manifest: Mapping[str, Any], member: str) -> Artifact:
    """An artifact filled from a parsed `model.json`."""
    topology = manifest.get("modelTopology")
    by = _text(manifest, "generatedBy") or ""  # a version of TensorFlow, `keras v2.4.0`, or what the author put there
    tensorflow = by if by[:1].isdigit() else None
    found = replace(start, format=FORMAT, producer=Producer(tensorflow=tensorflow))
    if not isinstance(topology, dict):
        return found
    if "model_config" in topology or "class_name" in topology:
        return _layers_model(found, topology, member)
    return _graph_model(found, topology, member)


def _layers_model(start: Artifact, topology: Mapping[str, Any], member: str) -> Artifact:
    """A model converted from Keras, or saved by TensorFlow.js itself: the architecture as `to_json` has it."""
    whole = "model_config" not in topology
    version = _text(topology, "keras_version")
    model = KerasModel(
        config=topology if whole else topology["model_config"],
        raw_config=None,
        config_member=member,
        config_pointer="/modelTopology" if whole else "/modelTopology/model_config",
        compile_config=topology.get("training_config"),
        keras_version=version,
        backend=_text(topology, "backend"),
    )
    return replace(start, keras=model, producer=replace(start.producer, keras=version))


def _graph_model(start: Artifact, topology: Mapping[str, Any], member: str) -> Artifact:
    """A converted SavedModel or frozen graph: its GraphDef in protobuf's JSON form."""
    # 20 ms of imports that only this format needs.
    json_format = importlib.import_module("google.protobuf.json_format")
    message = importlib.import_module("inspector.codec.protobuf").message_class("tensorflow.GraphDef")()
    try:
        # Newer converters add fields of their own to the GraphDef, which TensorFlow.js passes over.
        json_format.ParseDict(topology, message, ignore_unknown_fields=True)
    except (json_format.ParseError, RecursionError) as error:
        reason = f"modelTopology is no GraphDef: {str(error)[:200]}"
        return replace(start, damage=(Damage(member, DamageKind.UNPARSEABLE, reason),))
    return replace(start, graph=GraphView(message))


def _text(value: Mapping[str, Any], key: str) -> str | None:
    found = value.get(key)
    return found if isinstance(found, str) else None
