"""Whether a node may run on the one device that an ordinary process has, its CPU.

Placer in tensorflow/core/common_runtime/placer.cc: another job or task is refused always; another kind of device only
where soft placement is off, which is so in a session that was opened without a config.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from inspector.loaders.graph.cpu import Refusal
from inspector.terms.finding import ExpectedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.graph.context import Context
    from inspector.loaders.graph.reach import Reached
    from inspector.terms.finding import Problem
    from inspector.terms.graph import Node

_CPU = "/job:localhost/replica:0/task:0/device:CPU:0"
# Parts of a device's name; `/gpu:0` is an old way to write `/device:GPU:0`.
_PART = re.compile(r"/(job|replica|task|device|cpu|gpu|tpu):([^/]+)", re.IGNORECASE)
_HERE = {"job": "localhost", "replica": "0", "task": "0"}


def misplaced(item: Reached, *, soft: bool) -> Refusal | None:
    """The refusal of a node that asks for another device; `soft` placement takes the CPU for a missing GPU."""
    wanted = item.node.device
    if not wanted or not _is_elsewhere(wanted, soft=soft):
        return None
    path = f"{item.caller}/{item.node.name}" if item.caller else item.node.name
    text = (
        f"Cannot assign a device for operation {path}: {{{{node {path}}}}} was explicitly assigned to {wanted} but "
        f"available devices are [ {_CPU} ]. Make sure the device specification refers to a valid device."
    )
    return Refusal("OPS115", wanted, "InvalidArgumentError", text, {"op": item.node.op, "device": wanted})


def _is_elsewhere(device: str, *, soft: bool) -> bool:
    # A part that is not named is any: `/device:CPU:0` without a job fits every process.
    for name, value in _PART.findall(device):
        part = name.lower()
        if part in _HERE and value != _HERE[part]:
            return True
        if part not in _HERE and not soft and _kind(part, value) != "CPU:0":
            return True
    return False


def _kind(part: str, value: str) -> str:
    """`CPU:0`; a device without a number is any of its kind."""
    kind = value.upper() if part == "device" else f"{part.upper()}:{value}"
    kind, _, number = kind.partition(":")
    return f"{kind}:{number.replace('*', '0') or '0'}"


# The fields of a device's name (DeviceSpecV2.parse_from_string in tensorflow/python/framework/device_spec.py).
_FIELDS = frozenset({"job", "replica", "task", "device", "cpu", "gpu", "tpu"})
_REWORDED_SINCE = (2, 5)
_CLASS = "_class"


@lru_cache(maxsize=1024)  # a graph names a few devices, in each of its nodes
def device_fault(device: str) -> str:
    """The first part of a device's name that is none, "" where all are."""
    for part in device.split("/"):
        name = part.split(":")[0]
        if part and name.lower() not in _FIELDS:
            return name
    return ""


def malformed(context: Context, device: str) -> ExpectedError | None:
    """What Python says of a device's name that it cannot read."""
    fault = device_fault(device)
    if not fault:
        return None
    if context.release < _REWORDED_SINCE:
        return ExpectedError("ValueError", f"Unknown attribute: '{fault}' in '{device}'")
    text = f"Unknown attribute '{fault}' is encountered while parsing the device spec: '{device}'."
    return ExpectedError("ValueError", text)


def device_problems(context: Context, nodes: tuple[Node, ...], place: str) -> Iterator[Problem]:
    """The first node whose device Python cannot read.

    It sets that of each imported node anew (`_ProcessNewOps` in framework/importer.py), but for colocated ones.
    """
    for node in nodes:
        error = malformed(context, node.device) if node.device and _CLASS not in node.attrs else None
        if error is not None:
            details = {"op": node.op, "device": node.device}
            yield context.problem("OPS115", node.device, f"{place}/{node.name}", error, **details)
            return
