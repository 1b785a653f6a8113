"""What every step of the Keras 2 loader model works with: the release, the facts, and what a step yields.

A step is a generator of events in the loader's own order: `Problem` where the real loader raises, `Gap` where it cannot
be known. Steps go on after a problem where that helps the reader (every unknown class is named); the first is raised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from inspector.terms.finding import ExpectedError, Gap, Location, Problem
from inspector.terms.keras import StringType
from inspector.terms.record import field, record, replace
from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from inspector.runtime.facts import Capabilities, KerasFacts
    from inspector.terms.keras import Attribute
    from inspector.terms.runtime import CustomObject, Runtime

Event: TypeAlias = Problem | Gap
_TAKES_STR_SINCE = (2, 5)


def numbers(version: str | None) -> tuple[int, int]:
    """Major and minor of a version; (0, 0) where it is not known."""
    parts = [part for part in (version or "").split(".")[:2] if part.isdigit()]
    return (int(parts[0]), int(parts[1])) if len(parts) > 1 else (0, 0)


@record
class Walk:
    """One load: `release` is Keras' (major, minor), TensorFlow's where it bundles Keras; `path` as in KerasFacts.

    `member` and `pointer` say where in the artifact the walk stands.
    """

    runtime: Runtime
    facts: KerasFacts
    release: tuple[int, int]
    path: str = "legacy"
    member: str = ""
    pointer: str = ""
    safe_mode: bool = True
    custom: Mapping[str, CustomObject] = field(default_factory=dict)
    met: dict[Any, tuple[Event, ...]] = field(default_factory=dict, compare=False, repr=False)
    # Whether the file has the optimizer's variables, which are then made when the model is compiled.
    has_slots: bool = False

    def at(self, step: object) -> Walk:
        """The walk one JSON pointer step deeper."""
        pointer = f"{self.pointer}/{step}"
        # By position: `replace` looks at each field, and a walk takes a step for every key of a config.
        return Walk(
            self.runtime,
            self.facts,
            self.release,
            self.path,
            self.member,
            pointer,
            self.safe_mode,
            self.custom,
            self.met,
            self.has_slots,
        )

    def once(self, step: str, events: Callable[[], Iterable[Event]]) -> tuple[Event, ...]:
        """The events of a step at this place, worked out once for the ways of calling load_model that share it.

        `safe_mode` is read on the path `v3` alone.
        """
        # load_model is judged three times (default, compile=False, safe_mode=False), and all but compiling is the same.
        key = (step, self.member, self.pointer, self.path, self.safe_mode or self.path != "v3")
        found = self.met.get(key)
        if found is None:
            found = self.met[key] = tuple(events())
        return found

    def problem(self, rule: str, subject: str, exception: str, text: str, **details: str) -> Problem:
        """A problem at the place where the walk stands; `exception` is its class."""
        return Problem(rule, subject, Location(self.member, self.pointer), ExpectedError(exception, text), details)

    def gap(self, reason: str) -> Gap:
        """Something at this place that cannot be judged."""
        return Gap(Location(self.member, self.pointer), reason)

    @property
    def python(self) -> tuple[int, int]:
        """The target's Python; (0, 0) where it is not known."""
        return numbers(self.runtime.python)

    @property
    def h5py(self) -> tuple[int, int]:
        """The target's h5py; (0, 0) where it is not known."""
        return numbers(self.runtime.packages.get("h5py"))

    def is_bytes(self, attribute: Attribute | None) -> bool:
        """Whether h5py hands the attribute over as bytes, which up to TensorFlow 2.4 is all that Keras decodes."""
        if attribute is None or self.release >= _TAKES_STR_SINCE:
            return True
        if attribute.string_type is StringType.VARIABLE_BYTES:
            return self.h5py < (3, 0)
        return attribute.string_type is not StringType.VARIABLE_STRING


def start(capabilities: Capabilities, facts: KerasFacts) -> Walk:
    """The walk at the beginning of a load."""
    runtime = capabilities.runtime
    bundled = runtime.keras_flavour is KerasFlavour.BUNDLED
    tensorflow = capabilities.tensorflow.version if capabilities.tensorflow else runtime.tensorflow
    # A bundled Keras changes with its TensorFlow, whatever its own number says (2.4.0 in TensorFlow 2.3).
    release = numbers(tensorflow if bundled else facts.version)
    custom = {name: known for known in runtime.custom_objects for name in known.keys}
    return Walk(runtime=runtime, facts=facts, release=release, custom=custom)


def until_problem(*steps: Callable[[], Iterable[Event]]) -> Iterator[Event]:
    """Runs the steps one after the other; what comes after the step that raised is never reached."""
    for step in steps:
        failed = False
        for event in step():
            failed = failed or isinstance(event, Problem)
            yield event
        if failed:
            return


def reworded(events: Iterable[Event], wording: Callable[[ExpectedError], ExpectedError]) -> Iterator[Event]:
    """The events with each exception as the enclosing call passes it on."""
    for event in events:
        yield replace(event, error=wording(event.error)) if isinstance(event, Problem) else event
