"""What ops can do to the world outside the graph: data/risky_ops.json, made by `graph_ops_build`."""

from __future__ import annotations

import json
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

_DATA = Path(__file__).parents[1] / "data" / "risky_ops.json"


@record
class RiskyOp:
    """One op: what it `can` do, and the arguments that say to what, with their input position (-1: an attribute).

    `contents` is the position of the input that goes there (-1: none).
    """

    name: str
    can: str
    arguments: tuple[tuple[str, int], ...]
    contents: int
    is_stateful: bool


class Table:
    """Risky ops, ops that call functions, and every op that a recorded release registers."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data

    @cached_property
    def ops(self) -> Mapping[str, RiskyOp]:
        """The risky ops by name."""
        found = self._data["ops"].items()
        return {
            name: RiskyOp(
                name, can, tuple((argument, position) for argument, position in places), contents, bool(stateful)
            )
            for name, (can, places, contents, stateful, *_) in found
        }

    # Names are stored as one text each: parsing 2,000 strings of JSON takes four times as long as splitting it.
    @cached_property
    def calls(self) -> frozenset[str]:
        """Ops with an attribute that names functions."""
        return frozenset(self._data["calls"].split())

    @cached_property
    def stateful_calls(self) -> frozenset[str]:
        """Those of `calls` that are stateful: a function runs them whether or not anything asks for their results."""
        return frozenset(self._data["stateful_calls"].split())

    @cached_property
    def recorded(self) -> frozenset[str]:
        """Every op that a recorded release of TensorFlow registers."""
        return frozenset(self._data["recorded"].split())

    def may_call(self, op: str) -> bool:
        """Whether a node with that op may name functions: other ops need no look at their attributes."""
        return op in self.calls or op not in self.recorded

    def add_on(self, op: str) -> str:
        """The distribution whose modules register the op, "" where none is recorded."""
        found = (package for package, names in self._data["add_ons"].items() if op in names.split())
        return next(found, "")


@cache
def table() -> Table:
    """The shipped table."""
    return Table(json.loads(_DATA.read_text(encoding="utf-8")))
