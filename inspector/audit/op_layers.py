"""Graph ops that layers of Keras 2 carry: the NodeDef of a TensorFlowOpLayer, and raw_ops behind a TFOpLambda."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import DecodeError

from inspector.audit.graph.table import table
from inspector.codec.protobuf import message_class
from inspector.terms.audit import Risk
from inspector.terms.record import record

# What ops do (data/risky_ops.json), and the words for it. Ops that only keep state are part of many models.
_HARM = {
    "write": "writes files",
    "read": "reads files",
    "network": "reaches the network",
    "python": "calls Python code of the process",
    "native": "runs native code",
    "remote": "runs functions elsewhere",
    "filesystem": "configures file systems",
    "hidden": "runs a graph hidden in a constant",
    "stop": "ends the process",
    "sleep": "stops the process for a while",
    "table": "reads a file into a table",
    "checkpoint-read": "reads files",
    "checkpoint-write": "writes files",
}


@record
class OpJudgement:
    """An op of a layer that does more than compute."""

    subject: str
    risk: Risk
    why: str


def of_node_def(node_def: Any) -> OpJudgement | None:
    """Judge the op of a NodeDef, as JSON (TensorFlow 2.1 and later) or as protobuf in a text; None: it computes."""
    if isinstance(node_def, dict):
        name = node_def.get("op")
        return of_op(name) if isinstance(name, str) else None
    if isinstance(node_def, str):
        try:
            return of_op(message_class("tensorflow.NodeDef").FromString(node_def.encode("utf-8")).op)
        except (DecodeError, UnicodeEncodeError):
            return OpJudgement("an unreadable NodeDef", Risk.MEDIUM, "no program can look into")
    return None


def of_op(name: str) -> OpJudgement | None:
    """Judge an op by its name."""
    known = table().ops.get(name)
    if known is None or known.can not in _HARM:
        return None
    return OpJudgement(name, Risk.MEDIUM if known.can == "sleep" else Risk.CRITICAL, _HARM[known.can])
