"""Whether a node that runs has a kernel on a CPU, and knows the Python or the algorithm that it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.graph.constants import constant, integer
from inspector.loaders.graph.cpu import REFUSING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from inspector.loaders.graph.cache import Registry
    from inspector.loaders.graph.reach import Reached
    from inspector.loaders.graph.uses import Use
    from inspector.runtime.facts import Kernel, OpFacts
    from inspector.terms.graph import Graph

PYTHON_OPS = frozenset({"PyFunc", "PyFuncStateless", "EagerPyFunc"})
# RNG_ALG_AUTO_SELECT (tensorflow/core/framework/rng_alg.h), what tf.random writes; kernels choose an algorithm for it
# only in releases that have the newer op which resolves it.
AUTO_SELECT = 3
_RANDOM_OPS = frozenset(
    {
        "StatelessRandomUniformV2",
        "StatelessRandomNormalV2",
        "StatelessTruncatedNormalV2",
        "StatelessRandomUniformFullIntV2",
        "StatelessRandomUniformIntV2",
    }
)
# DEVICE_DEFAULT: a kernel for every device that has none of its own.
_ON_CPU = frozenset({"CPU", "DEFAULT"})
# int2, float4 and three of the five kinds of float8 have names and no kernels.
_NO_NUMBERS = frozenset(
    {
        *("string", "resource", "variant", "int2", "uint2", "float4_e2m1fn"),
        *("float8_e4m3fnuz", "float8_e4m3b11fnuz", "float8_e5m2fnuz"),
    }
)
_BYTES = frozenset({"float8_e5m2", "float8_e4m3fn"})
_FLOATS = _BYTES | {"float16", "bfloat16", "float32", "float64"}
_HALF_BYTES = frozenset({"int4", "uint4"})
_INTEGERS = _HALF_BYTES | {"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"}
_ALG_INPUT = {"StatelessRandomUniformIntV2": 3}


def suspicious(uses: Iterable[Use], registry: Registry) -> frozenset[Use]:
    """The uses that may fail when they run; which of them do is a matter of the node."""
    asks = PYTHON_OPS | _RANDOM_OPS | REFUSING
    return frozenset(u for u in uses if u.op in asks or impossible_cast(u) or lacks_kernel(u, registry) is not None)


def lacks_kernel(use: Use, registry: Registry) -> tuple[Kernel, ...] | None:
    """The kernels of the op where none of them is for a CPU and these dtypes, else None."""
    op = registry.op(use.op)
    # An op that the release does not know was refused when the graph was imported.
    if op is None:
        return None
    kernels = registry.kernels(use.op)
    return None if use.once("kernels", kernels, lambda: _runs_on_cpu(use, op, kernels)) else kernels


def _runs_on_cpu(use: Use, op: OpFacts, kernels: tuple[Kernel, ...]) -> bool:
    given = {name: value for name, _, value in use.attrs}
    values = {name: given.get(name, attr.default) for name, attr in op.attrs.items()}
    return any(kernel.device in _ON_CPU and _fits(kernel, values) for kernel in kernels)


def _fits(kernel: Kernel, given: Mapping[str, object]) -> bool:
    return all(_allows(allowed, given.get(name)) for name, allowed in kernel.constraints.items())


def _allows(allowed: tuple[object, ...], value: object) -> bool:
    values = value if isinstance(value, tuple) else (value,)
    return value is None or all(item in allowed for item in values)


def impossible_cast(use: Use) -> tuple[str, str] | None:
    """The dtypes of a Cast that no kernel does: text, handles, and the small numbers but for their own kind.

    The kernel is registered for every dtype and refuses the pair only when it is made (CastOpBase::Unimplemented in
    tensorflow/core/kernels/cast_op.cc); all pairs were tried in five releases from 2.4 to 2.21.
    """
    if use.op != "Cast":
        return None
    given = {name: value for name, _, value in use.attrs}
    source, target = given.get("SrcT"), given.get("DstT")
    if source is None or target is None or source == target or (_casts(source, target) and _casts(target, source)):
        return None
    return source, target


def _casts(dtype: str, other: str) -> bool:
    """Whether the dtype lets itself be cast to or from the other."""
    if dtype in _NO_NUMBERS:
        return False
    if dtype in _HALF_BYTES:
        return other in _INTEGERS
    return dtype not in _BYTES or other in _FLOATS


def random_algorithm(graph: Graph, item: Reached) -> int | None:
    """The algorithm number that a stateless random op gets, where a constant of its function says it."""
    if item.node.op not in _RANDOM_OPS:
        return None
    return integer(constant(graph, item, _ALG_INPUT.get(item.node.op, -1)))
