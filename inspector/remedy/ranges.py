"""`inspect suggest MODEL`: the widest requirement lines under which a model loads."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from inspector.remedy.environments import Environment, Process, environments
from inspector.remedy.judging import Judge, own_objects, with_add_ons
from inspector.runtime.distributions import release
from inspector.terms.finding import Verdict
from inspector.terms.record import record, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from inspector.terms.runtime import CustomObject


@record
class Requirement:
    """Requirement lines that hold together, with what else they need. `environments` counts those that were judged."""

    lines: tuple[str, ...]
    pythons: tuple[str, ...]
    environments: int
    env: Mapping[str, str]
    imports: tuple[str, ...] = ()
    custom_objects: tuple[str, ...] = ()


def requirements(judge: Judge) -> tuple[Requirement, ...]:
    """The requirements under which the model loads, with the user's own code only where it must be."""
    known = environments()
    for process in _processes(judge):
        loading = [e for e in known if judge.verdict(e, process) is Verdict.LOADS]
        if loading:
            return tuple(_requirements(judge, loading, known, process))
    return ()


def _processes(judge: Judge) -> list[Process]:
    """Nothing added; then the add-ons whose ops are missing; then the user's own classes and functions too."""
    made = judge.producer
    # By the producer's own Keras: what that lacks was the author's code, in every release.
    objects = _usable(own_objects(judge.artifact, made))
    found = [Process()]
    added = with_add_ons(judge.report(made), Process())
    if added is not None:
        found.append(added)
    if objects:
        found += [replace(process, custom_objects=objects) for process in found]
    return found


def _usable(objects: tuple[CustomObject, ...]) -> tuple[CustomObject, ...]:
    return tuple({o.registered_name or o.name: o for o in objects}.values())


def _requirements(
    judge: Judge, loading: list[Environment], known: tuple[Environment, ...], process: Process
) -> list[Requirement]:
    """One for each unbroken run of TensorFlow releases of one sort of Keras."""
    found = []
    for sort in (_is_new, _is_legacy, _is_old):
        of_sort = [e for e in known if sort(e)]
        versions = list(dict.fromkeys(e.tensorflow for e in of_sort))
        good = {e.tensorflow for e in loading if sort(e)}
        # Newest first: what a reader should take.
        for run in reversed(_runs(versions, good)):
            of_run = [e for e in of_sort if e.tensorflow in run]
            for lines, environments_of in _of_run(run, of_run, loading):
                pythons = dict.fromkeys(p for e in environments_of for p in judge.pythons(e))
                found.append(_requirement(lines, environments_of, process, tuple(sorted(pythons, key=release))))
    return found


def _is_new(e: Environment) -> bool:
    return not e.legacy and release(e.tensorflow) >= (2, 16)


def _is_legacy(e: Environment) -> bool:
    return e.legacy


def _is_old(e: Environment) -> bool:
    return release(e.tensorflow) < (2, 16)


def _runs(versions: Sequence[str], good: set[str]) -> list[list[str]]:
    """Stretches of neighbours that are all good."""
    return [list(group) for is_good, group in groupby(versions, key=good.__contains__) if is_good]


def _of_run(
    run: list[str], of_run: list[Environment], loading: list[Environment]
) -> Iterator[tuple[list[str], list[Environment]]]:
    """The lines of each range within a run of TensorFlow releases, with the environments that it covers."""
    # Open upwards within the minor version alone: nothing is known of releases that come later.
    tensorflow = f"tensorflow>={_minor(run[0])},<{_next_minor(run[-1])}"
    if _is_old(of_run[0]) or of_run[0].legacy:
        yield [tensorflow, *(["tf_keras"] if of_run[0].legacy else [])], of_run
        return
    versions = sorted({e.keras or "" for e in of_run}, key=release)
    # A range holds in every TensorFlow of the run, or its two lines would not be true together.
    good = {v for v in versions if all(e in loading for e in of_run if e.keras == v)}
    for keras in reversed(_runs(versions, good)):
        yield [tensorflow, _keras_range(keras, versions)], [e for e in of_run if e.keras in keras]


def _keras_range(run: list[str], versions: list[str]) -> str:
    """What lies between a release that loads and one that does not is not known: the bounds are recorded releases."""
    if len(run) == 1:
        return f"keras=={run[0]}"
    lower = ">=3.0" if run[0] == versions[0] and run[0].startswith("3.0") else f">={run[0]}"
    return f"keras{lower},<={run[-1]}"


def _requirement(
    lines: list[str], covered: list[Environment], process: Process, pythons: tuple[str, ...]
) -> Requirement:
    names = tuple(o.registered_name or o.name for o in process.custom_objects)
    return Requirement((*lines, *process.packages), pythons, len(covered), covered[0].env, process.imports, names)


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _next_minor(version: str) -> str:
    major, minor = release(version)[:2]
    # 1.15 was the last of its line.
    return "2.0" if (major, minor) == (1, 15) else f"{major}.{minor + 1}"
