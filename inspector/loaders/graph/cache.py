"""Work on an artifact that no runtime changes is done once, so that judging it against many costs what differs."""

from __future__ import annotations

from collections import OrderedDict
from functools import wraps
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.runtime.facts import Kernel, OpFacts, TensorFlowFacts

T = TypeVar("T")
R = TypeVar("R")

# Artifacts are judged one after the other against all their runtimes: a few in hand are enough, and more would keep
# large models in memory.
GRAPHS_KEPT = 4
# All catalogued releases, with some user's environments: each keeps the ops of the models at hand, some hundred KB.
_RELEASES_KEPT = 64


def once_per_object(kept: int) -> Callable[[Callable[[T], R]], Callable[[T], R]]:
    """Remember the answers for the last `kept` objects, told apart by identity: views have no useful hash."""

    def decorate(function: Callable[[T], R]) -> Callable[[T], R]:
        answers: OrderedDict[int, tuple[T, R]] = OrderedDict()

        @wraps(function)
        def remembered(key: T) -> R:
            found = answers.get(id(key))
            if found is None:
                found = answers[id(key)] = (key, function(key))
                if len(answers) > kept:
                    answers.popitem(last=False)
            return found[1]

        return remembered

    return decorate


def once_per_graph(function: Callable[[T], R]) -> Callable[[T], R]:
    """Remember what was made of the last few graphs."""
    return once_per_object(GRAPHS_KEPT)(function)


class Registry:
    """A release's facts with every answer remembered: a graph asks for each op hundreds of times."""

    __slots__ = ("_kernels", "_ops", "facts")

    def __init__(self, facts: TensorFlowFacts) -> None:
        self.facts = facts
        self._ops: dict[str, OpFacts | None] = {}
        self._kernels: dict[str, tuple[Kernel, ...]] = {}

    def op(self, name: str) -> OpFacts | None:
        """The registered op, None where the release does not know it."""
        if name not in self._ops:
            self._ops[name] = self.facts.op(name)
        return self._ops[name]

    def kernels(self, name: str) -> tuple[Kernel, ...]:
        """Every kernel of that op."""
        if name not in self._kernels:
            self._kernels[name] = self.facts.kernels(name)
        return self._kernels[name]


@once_per_object(_RELEASES_KEPT)
def registry(facts: TensorFlowFacts) -> Registry:
    """The registry of these facts."""
    return Registry(facts)
