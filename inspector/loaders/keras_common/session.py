"""One modelled load: the runtime's facts, the loader's arguments, and what could not be judged on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.terms.finding import Gap, Location
from inspector.terms.record import field, record

if TYPE_CHECKING:
    from inspector.runtime.facts import KerasFacts
    from inspector.terms.artifact import Artifact
    from inspector.terms.runtime import CustomObject, Runtime

# Nesting of configs: deeper than any model, well inside Python's own recursion limit (1,000 frames, ~10 a level).
MAX_DEPTH = 60


@record(frozen=False)
class Session:
    """One call of a loader. `path` is the deserialization path whose recorded trials apply (`v3` or `legacy`).

    `safe_mode` is what the deserializer is called with; `safe_scope` the scope around it, None while none is set (the
    `.h5` loader before 3.11.3 sets none). `shared` holds objects by their `shared_object_id`.
    """

    artifact: Artifact
    runtime: Runtime
    facts: KerasFacts
    compile: bool = True
    safe_mode: bool = True
    safe_scope: bool | None = None
    path: str = "v3"
    member: str = ""
    custom_objects: bool = True
    gaps: list[Gap] = field(default_factory=list)
    release: tuple[int, ...] = ()
    depth: int = 0
    shared: dict[Any, Any] = field(default_factory=dict)
    # How many layers of each kind were given a name by Keras (`auto_name` in keras/src/utils/naming.py).
    named: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.release = release_of(self.facts.version)

    @property
    def safe(self) -> bool:
        """Whether Python lambdas are refused at this point: the scope's word, else the argument's."""
        # `in_safe_mode()` in keras/src/saving/serialization_lib.py: a scope that is set overrules the argument in both
        # directions, one that is None leaves it.
        return self.safe_mode if self.safe_scope is None else self.safe_scope

    @property
    def python(self) -> str | None:
        """The target's Python as its minor release, `3.11`."""
        version = self.runtime.python
        return ".".join(version.split(".")[:2]) if version else None

    @property
    def h5py(self) -> tuple[int, int]:
        """The target's h5py; one of this year's where it is not known."""
        found = release_of(self.runtime.packages.get("h5py") or "3.14")
        return (found[0], found[1] if len(found) > 1 else 0)

    @property
    def hardened(self) -> bool:
        """Whether the release has the checks of 3.15, which were carried back to 3.12.3 but not to 3.13 and 3.14."""
        return (3, 12, 3) <= self.release < (3, 13) or self.release >= (3, 15)

    @property
    def checks_nodes(self) -> bool:
        """Whether a Functional model that cannot be put together ends in an error: from 3.12.2 and 3.14.1 on."""
        return (3, 12, 2) <= self.release < (3, 13) or self.release >= (3, 14, 1)

    def auto_name(self, prefix: str) -> str:
        """The next name of that kind, as a process that has made no layer yet gives it."""
        count = self.named.get(prefix, 0)
        self.named[prefix] = count + 1
        return f"{prefix}_{count}" if count else prefix

    def gap(self, pointer: str, reason: str) -> None:
        """Note something that could not be judged."""
        found = Gap(Location(self.member, pointer), reason)
        # The loader comes by the same place on several ways (load, compile, predict); one gap a place is enough.
        if found not in self.gaps:
            self.gaps.append(found)

    def custom(self, *names: object) -> CustomObject | None:
        """The user's object of one of these names, registered or passed as custom_objects."""
        if not self.custom_objects:
            return None
        for name in names:
            for found in self.runtime.custom_objects:
                if name in found.keys:
                    return found
        return None


def release_of(version: str) -> tuple[int, ...]:
    """A version as numbers: `3.12.0` is (3, 12, 0); a suffix such as `rc1` is left out."""
    numbers = []
    for part in version.split(".")[:3]:
        digits = "".join(c for c in part if c.isdigit())
        numbers.append(int(digits) if digits else 0)
    return tuple(numbers)
