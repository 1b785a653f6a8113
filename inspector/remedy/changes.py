"""`inspect suggest MODEL --against LOCK`: the smallest changes to an environment under which a model loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.remedy.environments import Environment, Process, environments, without_tensorflow
from inspector.remedy.judging import Judge, fitted, own_objects, with_add_ons
from inspector.runtime.distributions import RELEVANT, TENSORFLOW, release
from inspector.terms.finding import Verdict
from inspector.terms.record import field, record, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.terms.report import Report
    from inspector.terms.runtime import CustomObject, Runtime

# Calls that leave something out, in the order of what they cost: the compiled state, the safety, the Keras methods.
_OTHER_CALLS = (
    ("keras.models.load_model(compile=False)", "loads without optimizer, loss and metrics"),
    ("tf.saved_model.load", "gives the stored functions without the methods of a Keras model"),
    ("keras.models.load_model(safe_mode=False)", "runs code that is stored in the file: only for models you trust"),
    ("keras.models.load_model", "gives a Keras model"),
)


@record
class Change:
    """A change that makes the model load: new versions by distribution, and what the process does besides.

    `call` names another loader than the required one, `python` the Pythons where the lock's own has no wheels.
    """

    packages: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    imports: tuple[str, ...] = ()
    custom_objects: tuple[str, ...] = ()
    call: str = ""
    pythons: tuple[str, ...] = ()
    note: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """What is compared: a new Python weighs most, then packages, then what the process does."""
        extra = len(self.env) + len(self.imports) + bool(self.custom_objects) + 2 * bool(self.call)
        return (4 * bool(self.pythons) + len(self.packages), extra)


def changes(judge: Judge, runtime: Runtime) -> tuple[Change, ...]:
    """The changes that make the model load, the smallest of each sort, smallest first; () where it loads as it is."""
    report = judge.report(runtime)
    if report.verdict is Verdict.LOADS:
        return ()
    # sorted is stable: of changes of one size the order in which they were found stands, the nearest release first.
    found = sorted(_all(judge, runtime, report), key=lambda change: change.size)
    # One that includes a smaller one is no choice, only more work.
    return tuple(c for i, c in enumerate(found) if not any(_asks_less(other, c) for other in found[:i]))


def _all(judge: Judge, runtime: Runtime, report: Report) -> Iterator[Change]:
    yield from _without_packages(judge, runtime, report)
    yield from _with_packages(judge, runtime, report)


def _asks_less(change: Change, other: Change) -> bool:
    """Whether the other asks for all that this one asks for, and more of it."""
    mine = (change.packages.keys(), set(change.imports), set(change.custom_objects), set(change.env))
    theirs = (other.packages.keys(), set(other.imports), set(other.custom_objects), set(other.env))
    return not change.call and not other.call and all(a <= b for a, b in zip(mine, theirs, strict=True))


def _process(runtime: Runtime, objects: tuple[CustomObject, ...]) -> Process:
    return Process(
        imports=runtime.imports,
        custom_objects=(*runtime.custom_objects, *objects),
        packages=runtime.packages,
        env=runtime.env,
        python=runtime.python,
    )


def _without_packages(judge: Judge, runtime: Runtime, report: Report) -> Iterator[Change]:
    """The user's own code, an import of what is installed, another call."""
    objects = own_objects(judge.artifact, runtime) if _by_keras(report) else ()
    names = _names(objects)
    if objects and _loads(judge, replace(runtime, custom_objects=(*runtime.custom_objects, *objects))):
        yield Change(custom_objects=names, note="your own code; `inspect stubs` writes skeletons of it")
    added = with_add_ons(report, _process(runtime, ()))
    if added is not None and _loads(judge, replace(runtime, imports=added.imports, packages=added.packages)):
        new = {n: v for n, v in added.packages.items() if n not in runtime.packages}
        imports = tuple(i for i in added.imports if i not in runtime.imports)
        yield Change(packages=new, imports=imports, note="registers the ops that the model uses")
    yield from _other_calls(report)


def _loads(judge: Judge, runtime: Runtime) -> bool:
    return judge.report(runtime).verdict is Verdict.LOADS


def _other_calls(report: Report) -> Iterator[Change]:
    # No new judgement: the report has the outcome of every loader that applies.
    loading = {o.loader for o in report.outcomes if o.verdict is Verdict.LOADS}
    for loader, note in _OTHER_CALLS:
        if loader in loading and loader not in report.required:
            yield Change(call=loader, note=note)
            return


def _with_packages(judge: Judge, runtime: Runtime, report: Report) -> Iterator[Change]:
    """Other releases: the nearest of each sort that loads, with the user's own code where the model is made of it."""
    objects = own_objects(judge.artifact, runtime) if _by_keras(report) else ()
    process = _process(runtime, objects)
    # A class that the producer's own Keras has needs no code of the user's: other releases are first tried without it.
    processes = [process] if _no_release_has(judge, objects) else [_process(runtime, ()), process]
    added = None if objects else with_add_ons(report, process)
    for chosen in processes[: 1 if not objects else None]:
        found = list(_releases(judge, runtime, [chosen] if added is None else [chosen, added]))
        if found:
            yield from found
            return


def _by_keras(report: Report) -> bool:
    """Whether a loader of Keras decides: only these look for classes."""
    return any("keras" in loader for loader in report.required)


def _no_release_has(judge: Judge, objects: tuple[CustomObject, ...]) -> bool:
    """Whether the producer's own release lacks one of them too: then no release of Keras has it."""
    return bool(set(_names(objects)) & set(_names(own_objects(judge.artifact, judge.producer))))


def _releases(judge: Judge, runtime: Runtime, processes: list[Process]) -> Iterator[Change]:
    """The nearest environment of each sort that loads."""
    for sort in _sorts(runtime):
        pairs = ((environment, process) for environment in sort for process in processes)
        # Lazily, nearest first: a judgement goes through the whole model, and most pairs are never asked.
        found = next((p for p in pairs if judge.verdict(*p) is Verdict.LOADS), None)
        if found is not None:
            environment, process = found
            yield _change(environment, fitted(process, environment), runtime, judge.pythons(environment))


def _sorts(runtime: Runtime) -> list[list[Environment]]:
    """Another Keras beside the same TensorFlow; tf_keras beside it; another TensorFlow. Nearest first in each."""
    if runtime.tensorflow is None and runtime.keras is not None:
        return [sorted(without_tensorflow(), key=lambda e: _distance(e.keras, runtime.keras))]
    known = environments()
    own = release(runtime.tensorflow or "")[:2]
    same = [replace(e, tensorflow=runtime.tensorflow or "") for e in known if release(e.tensorflow)[:2] == own]
    keras = [e for e in same if not e.legacy and e.keras != runtime.packages.get("keras")]
    # tf_keras is offered beside the user's own TensorFlow alone: to change both is never the smaller change.
    others = [e for e in known if release(e.tensorflow)[:2] != own and not e.legacy]
    return [
        sorted(keras, key=lambda e: _distance(e.keras, runtime.keras)),
        [e for e in same if e.legacy],
        sorted(
            others,
            key=lambda e: (
                _python_fits(e, runtime) is False,
                abs(_ordinal(e.tensorflow) - _ordinal(runtime.tensorflow)),
                e.keras != runtime.packages.get("keras"),
                _distance(e.keras, runtime.keras),
            ),
        ),
    ]


def _ordinal(version: str | None) -> int:
    """TensorFlow's minors in a row: 1.15 before 2.0."""
    major, minor = (*release(version or "0.0"), 0, 0)[:2]
    return minor if major > 1 else minor - 16


def _distance(version: str | None, other: str | None) -> tuple[int, ...]:
    """How far two releases lie from each other, major number first."""
    pairs = zip((*release(version or "0"), 0, 0, 0), (*release(other or "0"), 0, 0, 0), strict=False)
    return tuple(abs(a - b) for a, b in pairs)[:3]


def _python_fits(environment: Environment, runtime: Runtime) -> bool | None:
    """Whether the lock's Python has wheels; None where it is not known."""
    if runtime.python is None:
        return None
    return ".".join(runtime.python.split(".")[:2]) in environment.pythons


def _change(environment: Environment, process: Process, runtime: Runtime, pythons: tuple[str, ...]) -> Change:
    # The lock's own build (`tensorflow-cpu`) stays: two builds in one environment overwrite each other's module.
    name = next((n for n in sorted(runtime.packages) if n in TENSORFLOW), "tensorflow")
    pins = {name if n == "tensorflow" else n: v for n, v in environment.pins.items()}
    others = {n: v for n, v in process.packages.items() if n not in RELEVANT}
    wanted = {**pins, **others}
    return Change(
        packages={n: v for n, v in wanted.items() if runtime.packages.get(n) != v},
        env={n: v for n, v in environment.env.items() if runtime.env.get(n) != v},
        imports=tuple(i for i in process.imports if i not in runtime.imports),
        custom_objects=_names(process.custom_objects[len(runtime.custom_objects) :]),
        pythons=pythons if _python_fits(environment, runtime) is False else (),
    )


def _names(objects: tuple[CustomObject, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(o.registered_name or o.name for o in objects))
