"""What each release does with a dangerous construct: recorded loads of inert cases, and the words for them.

data/guards.json is made by fixtures/scripts/make_guards.py of what fixtures/scripts/record_guards.py saw in real
releases. Between two recorded releases the earlier one's outcome holds.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.terms.audit import Exposure, Moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.terms.audit import Sighting
    from inspector.terms.runtime import Runtime

_DATA = Path(__file__).parent / "data" / "guards.json"
_LABELS = {"bundled": "TensorFlow", "keras2": "keras", "keras3": "keras", "tf_keras": "tf_keras"}
_WHEN = {Moment.LOAD: "runs at load", Moment.CALL: "runs when called", Moment.READ: "works on every reader"}
_NUMBER = re.compile(r"\d+")


def exposure(sighting: Sighting, runtime: Runtime | None) -> tuple[Exposure | None, str]:
    """What the runtime does with it, in a sentence; without a runtime the releases in which it works.

    Nothing where no guard is recorded for it, or the target has no Keras that would open the file.
    """
    if not sighting.guard:
        return None, ""
    if sighting.guard == "lambda_python":
        return _by_python(sighting, runtime)
    if sighting.guard in _data()["published"]:
        return _published(sighting, _data()["published"][sighting.guard], runtime)
    recorded = _data()["outcomes"].get(sighting.guard)
    if recorded is None:
        return None, ""
    when = _WHEN.get(sighting.moment, "works")
    return (None, _ranges(recorded, when)) if runtime is None else _in_runtime(sighting, recorded, when, runtime)


@cache
def _data() -> Any:
    return json.loads(_DATA.read_text(encoding="utf-8"))


def _number(version: str) -> tuple[int, ...]:
    """Numbers of a release; what follows them (rc1, .dev0) counts as that release."""
    return tuple(int(part) for part in _NUMBER.findall(version)[:3])


def _in_runtime(
    sighting: Sighting, recorded: dict[str, Any], when: str, runtime: Runtime
) -> tuple[Exposure | None, str]:
    flavour = runtime.keras_flavour.value
    version = runtime.tensorflow if flavour == "bundled" else runtime.keras
    if version is None or flavour not in _LABELS:
        return None, ""
    label = f"{_LABELS[flavour]} {version}"
    step = _step(recorded.get(flavour, ()), version)
    if step is None:
        return _not_recorded(sighting, flavour, label)
    # Said with its reservation: a release after the newest recorded one may have closed, or opened, what is told here.
    newer = _number(version) > _number(_data()["recorded"][flavour][-1])
    state, text = _words(step, when, label)
    # marshal.loads of another Python raises before a function comes of it: the load fails, but nothing of it runs.
    if state is Exposure.RUNS and not _is_readable(sighting, runtime):
        return Exposure.BLOCKED, f"blocked in Python {runtime.python}: it cannot read the bytecode"
    return state, text + (f" (as in {_data()['recorded'][flavour][-1]}, the newest recorded)" if newer else "")


def _is_readable(sighting: Sighting, runtime: Runtime) -> bool:
    """Whether the target's Python unmarshals a stored function; True where there is none or nobody knows."""
    readers = sighting.details.get("readers")
    return readers is None or runtime.python is None or _minor(runtime.python) in readers.split()


def _step(steps: Any, version: str) -> list[Any] | None:
    """The last change at or before that release."""
    # Only changes are kept: a release that lies between two of them does what the earlier one did.
    passed = [step for step in steps if _number(step[0]) <= _number(version)]
    return passed[-1] if passed else None


def _words(step: list[Any], when: str, label: str) -> tuple[Exposure, str]:
    effect = step[1]
    if effect == "runs":
        return Exposure.RUNS, f"{when} in {label}"
    if effect == "ignored":
        return Exposure.BLOCKED, f"has no effect in {label}"
    text = f"blocked in {label}: load fails with {step[2]}: {step[3]}"
    return Exposure.BLOCKED, f"{text} (safe_mode=False lets it run)" if step[4] else text


def _not_recorded(sighting: Sighting, flavour: str, label: str) -> tuple[Exposure | None, str]:
    """Formats that a flavour does not open need no record."""
    if sighting.guard.endswith("@saved_model") and flavour == "keras3":
        return Exposure.BLOCKED, f"blocked in {label}: it opens no SavedModel as a model"
    return Exposure.UNKNOWN, f"what {label} does with it is not recorded"


def _ranges(recorded: dict[str, Any], when: str) -> str:
    """The releases in which it works, of each flavour, and from which release on Keras 3 stops it."""
    works = [text for flavour in _LABELS for text in _working(flavour, recorded.get(flavour, []))]
    stopped = _stopped_from(recorded.get("keras3", []))
    parts = [f"{when} in {', '.join(works)}" if works else "no recorded release runs it"]
    if any(step[1] == "stops" and step[4] for steps in recorded.values() for step in steps):
        parts.append("elsewhere safe_mode=False lets it run" if works else "safe_mode=False lets it run")
    if works and stopped:
        parts.insert(1, f"blocked from keras {stopped}")
    return "; ".join(parts)


def _working(flavour: str, steps: list[list[str]]) -> Iterator[str]:
    """Ranges of recorded releases in which it runs."""
    releases = [release for release in _data()["recorded"].get(flavour, ()) if steps and _step(steps, release)]
    start = None
    for place, release in enumerate(releases):
        runs = (_step(steps, release) or ["", ""])[1] == "runs"
        start = release if runs and start is None else start
        following = releases[place + 1] if place + 1 < len(releases) else None
        goes_on = following is not None and (_step(steps, following) or ["", ""])[1] == "runs"
        if runs and not goes_on and start is not None:
            yield _range(_LABELS[flavour], start, release, is_first=start == releases[0])
            start = None


def _range(label: str, start: str, end: str, *, is_first: bool) -> str:
    if label == "tf_keras" and is_first:
        return f"tf_keras up to {end}"
    return f"{label} {start}" if start == end else f"{label} {start} to {end}"


def _stopped_from(steps: list[list[str]]) -> str:
    """The release from which on no later one runs it; "" where the newest does, or none ever did."""
    last_run = max((place for place, step in enumerate(steps) if step[1] == "runs"), default=-1)
    return "" if last_run < 0 or last_run == len(steps) - 1 else steps[last_run + 1][0]


def _by_python(sighting: Sighting, runtime: Runtime | None) -> tuple[Exposure | None, str]:
    """Bytecode is read by the Python that wrote it, and by few others."""
    readers = sighting.details.get("readers", "").split()
    if runtime is None or runtime.python is None:
        return None, f"read by Python {', '.join(readers)}" if readers else "read by no Python"
    python = _minor(runtime.python)
    if python in readers:
        return Exposure.RUNS, f"Python {python} reads it"
    return Exposure.BLOCKED, f"blocked in Python {python}: load fails, because it cannot read the bytecode"


def _minor(python: str) -> str:
    return ".".join(python.split(".")[:2])


def _published(sighting: Sighting, ranges: dict[str, Any], runtime: Runtime | None) -> tuple[Exposure | None, str]:
    """Ranges of an advisory: half open, the second release is the first safe one."""
    del sighting
    if runtime is None:
        texts = [f"{first} to before {safe}" for first, safe in ranges["works"]]
        return None, f"works in {ranges['what']} {', '.join(texts)}"
    version = runtime.packages.get(ranges["package"])
    if version is None:
        return None, ""
    label = f"{ranges['what']} {version}"
    if any(_number(first) <= _number(version) < _number(safe) for first, safe in ranges["works"]):
        return Exposure.RUNS, f"works in {label}"
    return Exposure.BLOCKED, f"blocked in {label}"
