"""What no writer makes and what has crashed releases: names twice, calls in circles, lost edges, impossible tensors.

Ranges are those of the advisories: CVE-2022-23591 and CVE-2021-41213 (functions in circles), CVE-2022-23565 (an
attribute twice), CVE-2022-23571 and CVE-2022-23564 (tensors), CVE-2020-26271 and CVE-2022-23589 (lost edges).
"""

from __future__ import annotations

from collections import Counter
from itertools import islice
from math import prod
from typing import TYPE_CHECKING

from inspector.graphs.walk import node_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from inspector.audit.graph.units import Unit
    from inspector.terms.graph import Node

# Where all functions call all there are more circles than the file has bytes: the first ones, in short, say enough.
_CIRCLES_SHOWN, _CHAIN_SHOWN = 20, 10
# A constant of one value stands for as many as its shape says. 2 GiB is what a GraphDef could hold as bytes at most.
_SPLAT_BYTES = 2**31
_RESOURCE, _VARIANT = 20, 21
# Bytes of one value by DataType number (tensorflow/core/framework/types.proto); others are one byte or text.
_SIZES = {1: 4, 2: 8, 3: 4, 5: 2, 8: 8, 9: 8, 14: 2, 17: 2, 18: 16, 19: 2, 22: 4, 23: 8}


def faults(unit: Unit) -> Iterator[tuple[str, str, str]]:
    """(what, place, why) of each fault."""
    yield from _names_twice(unit)
    yield from islice(_circles(unit), _CIRCLES_SHOWN)
    for function, nodes in unit.bodies.items():
        yield from _lost_edges(unit, function, nodes)
        for node, op in zip(nodes, unit.ops[function], strict=True):
            reason = _tensor_fault(node) if op == "Const" else ""
            if reason:
                yield node.name, unit.place(function, node.name), reason


def _names_twice(unit: Unit) -> Iterator[tuple[str, str, str]]:
    """The views keep the last function of a name, so the messages are counted."""
    message = getattr(unit.graph, "message", None)
    stored = () if message is None else message.library.function
    for name in _twice(item.signature.name for item in stored):
        yield (
            name,
            unit.place(name, ""),
            "the library holds two functions of this name, and releases differ in which counts",
        )
    for item in stored:
        name = item.signature.name
        for attr in _twice(attr.name for attr in item.signature.attr):
            yield name, unit.place(name, ""), f"the function declares the attribute {attr!r} twice (CVE-2022-23565)"
        for arg in _twice(arg.name for arg in item.signature.input_arg):
            yield name, unit.place(name, ""), f"the function declares the argument {arg!r} twice"
    for function, nodes in unit.bodies.items():
        if len(unit.places[function]) < len(nodes):
            for name in _twice(node.name for node in nodes):
                yield name, unit.place(function, name), "two nodes have this name"


def _twice(names: Iterable[str]) -> list[str]:
    seen = list(names)
    if len(set(seen)) == len(seen):
        return []
    return [name for name, count in Counter(seen).items() if count > 1]


def _circles(unit: Unit) -> Iterator[tuple[str, str, str]]:
    """Functions from which a chain of calls leads back to themselves, one of each circle."""
    edges = _calls(unit)
    done: set[str] = set()
    for start in edges:
        path: dict[str, Iterator[str]] = {}
        if start not in done:
            path[start] = iter(edges[start])
        while path:
            name = next(reversed(path))
            callee = next(path[name], None)
            if callee is None:
                del path[name]
                done.add(name)
            elif callee in path:
                chain = " -> ".join([*list(path)[list(path).index(callee) :], callee])
                yield (
                    callee,
                    unit.place(callee, ""),
                    f"the function calls itself: {chain} (CVE-2022-23591, CVE-2021-41213)",
                )
            elif callee not in done:
                path[callee] = iter(edges.get(callee, ()))


def _calls(unit: Unit) -> Mapping[str, list[str]]:
    """Function to the functions that its nodes name."""
    found: dict[str, list[str]] = {}
    for callee, sites in unit.sites.items():
        for caller, _, _ in sites:
            if caller:
                found.setdefault(caller, []).append(callee)
    return {name: found[name] for name in unit.functions if name in found}  # the circle is named by its first function


def _lost_edges(unit: Unit, function: str, nodes: Iterable[Node]) -> Iterator[tuple[str, str, str]]:
    known = unit.places[function].keys() | unit.arguments(function)
    for node in nodes:
        for tensor in node.inputs:
            if tensor not in known and node_of(tensor) not in known:
                reason = f"its input {tensor!r} comes from a node that is not there (CVE-2020-26271, CVE-2022-23589)"
                yield node.name, unit.place(function, node.name), reason


def _tensor_fault(node: Node) -> str:
    """Why the tensor of a constant is none that TensorFlow writes; "" for a sound one."""
    attrs = node.attrs
    if "value" not in attrs:
        return ""
    value = attrs["value"].tensor
    # A constant says its dtype twice, as an attribute and in its tensor: all its readers take the two for the same.
    if "dtype" in attrs and attrs["dtype"].type != value.dtype:
        return "its dtype is not that of its tensor (CVE-2022-23571)"
    if value.dtype == _RESOURCE:  # releases with the flaw follow the address
        return "it holds a resource handle, an address in the process that wrote it (CVE-2022-23564)"
    sizes = [dim.size for dim in value.tensor_shape.dim]
    if any(size < 0 for size in sizes):
        return "the shape of its tensor has a size that is unknown or negative (CVE-2022-23571)"
    return _size_fault(value, prod(sizes))


def _size_fault(value: Any, count: int) -> str:
    """Bytes that do not fit the shape, and one value that stands for more than the memory holds."""
    size, content = _SIZES.get(value.dtype, 1), value.tensor_content
    if content and value.dtype in _SIZES and len(content) != count * size:
        return f"it has {len(content)} bytes where its shape needs {count * size}"
    # The tensor is made when the node is first run or folded, whatever the file's size.
    if not content and count * size > _SPLAT_BYTES:
        return f"a few bytes stand for a tensor of {count * size / 2**30:,.0f} GiB, which the import allocates"
    return ""
