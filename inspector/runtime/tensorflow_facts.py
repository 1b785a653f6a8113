"""TensorFlow's op and kernel registry by release: from the shipped catalog, or from a user's snapshot.

Records are as `recorder/tensorflow_part.py` makes them. Every release that has the same OpDef shares one decoded fact:
judging one model against a hundred runtimes decodes each op once.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from inspector.runtime.catalog_store import open_store
from inspector.runtime.facts import Kernel, OpArg, OpAttr, OpFacts
from inspector.runtime.op_summary import summarize
from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

STORE = "tensorflow"
# The spelling of tf.DType.name where it is not the DataType's own in lower case.
_DTYPE_NAMES = {"FLOAT": "float32", "DOUBLE": "float64", "HALF": "float16"}


def recorded_releases() -> tuple[str, ...]:
    """Give the TensorFlow releases that the catalog covers, oldest first."""
    return open_store(STORE).releases


def release_facts(release: str, add_ons: Iterable[Lookup] = ()) -> RecordedTensorFlow:
    """Give the facts of a catalogued release; `add_ons` (of `add_ons.lookups`) are asked after TensorFlow.

    Raises KeyError for a release that is not catalogued.
    """
    if not add_ons:
        return _plain(release)
    store = open_store(STORE)
    return RecordedTensorFlow(release, [lambda key: store.get(release, key), *add_ons], _SHARED)


@cache
def _plain(release: str) -> RecordedTensorFlow:
    """Give one object per release, so that what is remembered about it serves every model."""
    store = open_store(STORE)
    return RecordedTensorFlow(release, [lambda key: store.get(release, key)], _SHARED)


def releases_with_op(name: str) -> tuple[str, ...]:
    """Give the catalogued releases that register that op, oldest first."""
    named = {release for releases, _ in open_store(STORE).variants(f"op/{name}") for release in releases}
    return tuple(release for release in recorded_releases() if release in named)


def snapshot_facts(record: Mapping[str, Any]) -> RecordedTensorFlow:
    """Give the facts of a snapshot's `tensorflow` record. The ops of all modules imported while recording count.

    Raises UsageError for a record that no recorder wrote.
    """
    wanted = {"version": str, "graph_def": dict, "ops": dict, "kernels": dict}
    broken = [name for name, kind in wanted.items() if not isinstance(record.get(name), kind)]
    if broken:
        raise UsageError(f"the snapshot's tensorflow record has no {', '.join(broken)}")
    return RecordedTensorFlow(record["version"], [lambda key: _of_snapshot(record, key)], Decoded())


def _of_snapshot(record: Mapping[str, Any], key: str) -> Any:
    section, _, name = key.partition("/")
    if section == "gradient":
        return name in record.get("gradients", ())
    return record.get(name) if section == "fact" else record.get(_SECTIONS[section], {}).get(name)


_SECTIONS = {"op": "ops", "kernels": "kernels", "behaviour": "behaviours"}


class Decoded:
    """Facts by the identity of what they were decoded from, which is kept, so that its identity stays its own."""

    __slots__ = ("_facts",)

    def __init__(self) -> None:
        self._facts: dict[tuple[int, int], tuple[Any, Any, Any]] = {}

    def get(self, record: Any, context: Any, decode: Callable[[], Any]) -> Any:
        """Give the decoded record, decoding it at the first request."""
        # Records are dicts, which have no hash. An id alone could be given to another dict once its first owner is
        # gone.
        key = (id(record), id(context))
        if key not in self._facts:
            self._facts[key] = (decode(), record, context)
        return self._facts[key][0]


_SHARED = Decoded()
_NONE: Mapping[str, str] = {}


class RecordedTensorFlow:
    """The registry of one release, as `TensorFlowFacts` asks for it.

    `lookups` give the record of a key (`op/MatMul`, `kernels/MatMul`, `fact/graph_def`) or None, in the order asked.
    """

    __slots__ = ("_decoded", "_long_lists", "_lookups", "version")

    def __init__(self, version: str, lookups: Iterable[Lookup], decoded: Decoded) -> None:
        self.version = version
        self._lookups = tuple(lookups)
        self._decoded = decoded
        self._long_lists: Mapping[str, str] = self.behaviour("long_lists") or _NONE

    @property
    def graph_def_producer(self) -> int:
        """The GraphDef version that this release writes: graphs that need a newer consumer are refused."""
        return int(self._record("fact/graph_def")["producer"])

    def op(self, name: str) -> OpFacts | None:
        """Give the registered op, None where this runtime does not know it."""
        record = self._record(f"op/{name}")
        if record is None:
            return None
        fact: OpFacts = self._decoded.get(record, self._long_lists, lambda: _Op(name, record, self._long_lists))
        return fact

    def kernels(self, name: str) -> tuple[Kernel, ...]:
        """Give every kernel of that op that a node without `_kernel` attribute may get, on any device."""
        record = self._record(f"kernels/{name}")
        return () if record is None else self._decoded.get(record, _NONE, lambda: _kernels(record))

    def has_gradient(self, name: str) -> bool:
        """Whether the gradient registry has that name: an op's, or the `_gradient_op_type` of a node."""
        return bool(self._record(f"gradient/{name}"))

    def behaviour(self, name: str) -> Any:
        """Give what a trial while recording found (`unknown_attr`), None where it was not tried."""
        return self._record(f"behaviour/{name}")

    def _record(self, key: str) -> Any:
        return next((r for lookup in self._lookups if (r := lookup(key)) is not None), None)


class _Op(OpFacts):
    """An OpFacts that writes its summary when asked: only what fails shows it."""

    __slots__ = ("_long_lists", "_record")

    def __init__(self, name: str, record: Mapping[str, Any], long_lists: Mapping[str, str]) -> None:
        attrs = {attr["name"]: _attr(attr) for attr in record.get("attr", ())}
        version, text = record.get("deprecated", (0, ""))
        is_stateful = "is_stateful" in record.get("flags", ())
        inputs = tuple(_arg(arg, attrs) for arg in record.get("in", ()))
        outputs = tuple(_arg(arg, attrs) for arg in record.get("out", ()))
        super().__init__(name, attrs, "", version, text, is_stateful, inputs, outputs)
        object.__setattr__(self, "_record", record)
        object.__setattr__(self, "_long_lists", long_lists)

    @property
    def summary(self) -> str:
        """As TensorFlow's errors print it."""
        record: Mapping[str, Any] = object.__getattribute__(self, "_record")
        return summarize(self.name, record, object.__getattribute__(self, "_long_lists"))


def _attr(record: Mapping[str, Any]) -> OpAttr:
    kind, allowed = record["type"], record.get("allowed", ())
    allowed = tuple(map(dtype_name, allowed)) if allowed and "type" in kind else tuple(allowed)
    is_given = "default" in record
    default = _default(record["default"]) if is_given else None
    # By position, as in `_arg`: a model makes hundreds of these, and names cost as much as the rest.
    return OpAttr(record["name"], kind, is_given, allowed, record.get("min"), default)


def _default(value: Mapping[str, Any]) -> Any:
    if "type" in value:
        return dtype_name(value["type"])
    return next(iter(value.values()), None)


def _arg(record: list[str], attrs: Mapping[str, OpAttr]) -> OpArg:
    name, kind, *type_list = record
    is_ref = kind.startswith("Ref(")
    number, _, base = kind.removeprefix("Ref(").rstrip(")").rpartition("*")
    is_attr = base in attrs
    # `N*T`, `Ref(T)`, `float`: the words of OpDef's own builder, an attribute where there is one of that name.
    dtype = "" if is_attr or not base else dtype_name(base.upper())
    return OpArg(name, dtype, base if is_attr else "", number, type_list[0] if type_list else "", is_ref)


def _kernels(record: list[list[Any]]) -> tuple[Kernel, ...]:
    # A kernel with a label serves only nodes that ask for it in `_kernel` (tensorflow/core/framework/op_kernel.cc).
    return tuple(_kernel(device, constraints) for device, constraints, *label in record if not label)


def _kernel(device: str, constraints: Mapping[str, list[Any]]) -> Kernel:
    """Decode one kernel. Nearly all are registered for dtypes; `ApproxTopK` also for a number and a truth value."""
    return Kernel(device, {attr: tuple(map(_constraint, values)) for attr, values in constraints.items()})


def _constraint(value: Any) -> Any:
    return dtype_name(value) if isinstance(value, str) else value


def dtype_name(data_type: str) -> str:
    """Give the name of tf.DType (`float32`) for a DataType without its `DT_` (`FLOAT`)."""
    return _DTYPE_NAMES.get(data_type) or data_type.lower()


if TYPE_CHECKING:
    Lookup = Callable[[str], Any]
