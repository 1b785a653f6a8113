"""Whether a model loads in an environment, with the objects and imports that only the user can add."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from inspector.engine.applicable import REQUIRED
from inspector.engine.capabilities import candidates
from inspector.engine.check import check, loader_outcomes
from inspector.remedy.environments import Environment, Process, runtime_of
from inspector.remedy.missing import missing_objects
from inspector.remedy.producer import producer_target
from inspector.requirements.keras_objects import keras_objects
from inspector.runtime.add_ons import modules_providing, packages_providing, recorded_add_ons
from inspector.runtime.distributions import release
from inspector.runtime.releases import releases
from inspector.runtime.resolve import resolve
from inspector.terms.errors import UsageError
from inspector.terms.finding import Verdict
from inspector.terms.record import replace
from inspector.terms.runtime import CustomObject

if TYPE_CHECKING:
    from inspector.terms.artifact import Artifact
    from inspector.terms.report import Report
    from inspector.terms.runtime import Runtime

_NO_OP = "OPS101"
_TEXT = "tensorflow-text"


class Judge:
    """Judges one artifact by the loaders that decide (default: the format's own); remembers each environment."""

    def __init__(self, artifact: Artifact, loaders: tuple[str, ...]) -> None:
        self.artifact, self.loaders = artifact, loaders
        self.required = loaders or REQUIRED.get(artifact.format, ())
        self._known: dict[tuple[Environment, tuple[str, ...], tuple[str, ...]], Verdict] = {}

    @cached_property
    def producer(self) -> Runtime:
        """The environment that made the model, as far as the file says so."""
        return resolve(producer_target(self.artifact))

    @cached_property
    def has_bytecode(self) -> bool:
        """Whether it depends on the minor version of Python."""
        model = self.artifact.keras
        return model is not None and any(item.is_lambda for item in keras_objects(model.config))

    def report(self, runtime: Runtime) -> Report:
        """The whole report in a runtime."""
        return check(self.artifact, runtime, loaders=self.loaders)

    def verdict(self, environment: Environment, process: Process) -> Verdict:
        """The verdict in an environment; unknown where no release fits the pins."""
        # By the objects' names: no more of them is known here, so that nothing else can change the verdict.
        key = (environment, process.imports, tuple(o.registered_name or o.name for o in process.custom_objects))
        if key not in self._known:
            self._known[key] = self._judged(environment, process)
        return self._known[key]

    def _judged(self, environment: Environment, process: Process) -> Verdict:
        python = ".".join((process.python or "").split(".")[:2])
        process = fitted(process, environment)
        # The releases that load the model may have no wheels for the user's Python: the change then names another one.
        if python not in environment.pythons:
            process = replace(process, python=self._python(environment))
        try:
            runtime = runtime_of(environment, process)
        # A Python without any release that fits: nobody can have that environment.
        except UsageError:
            return Verdict.UNKNOWN
        outcomes = loader_outcomes(self.artifact, runtime, wanted=self.required)
        verdicts = {outcome.verdict for outcome in outcomes if outcome.loader in self.required}
        if Verdict.FAILS in verdicts:
            return Verdict.FAILS
        return Verdict.LOADS if verdicts == {Verdict.LOADS} else Verdict.UNKNOWN

    def pythons(self, environment: Environment) -> tuple[str, ...]:
        """The Pythons that the environment may have: only the one that was judged where the model has bytecode."""
        chosen = self._python(environment)
        return environment.pythons if chosen is None else (chosen,)

    def _python(self, environment: Environment) -> str | None:
        """The Python to judge with where the user's does not fit: the producer's own may be told by its releases."""
        if not environment.pythons or not self.has_bytecode:
            return None
        made = releases("tensorflow").get(self.producer.tensorflow or "", {}).get("python", environment.pythons)
        return next((p for p in reversed(environment.pythons) if p in made), environment.pythons[-1])


def own_objects(artifact: Artifact, runtime: Runtime) -> tuple[CustomObject, ...]:
    """The classes and functions of the user's that the model needs there, as if they were passed or registered."""
    recorded, _ = candidates(runtime)
    facts = next((c.keras for c in recorded if c.keras is not None), None)
    if facts is None:
        return ()
    return tuple(
        CustomObject(
            name=item.key.rpartition(">")[2],
            registered_name=item.key if item.registration else None,
            is_class=not item.is_function,
        )
        for item in missing_objects(artifact, facts)
    )


def with_add_ons(report: Report, process: Process) -> Process | None:
    """The process with the imports, and the packages in their nearest version, of ops that are not registered.

    None where an op is missing that no catalogued add-on has, or none is.
    """
    runtime = report.runtime
    ops = dict.fromkeys(p.subject for o in report.outcomes for p in o.problems if p.rule == _NO_OP)
    if not ops or runtime is None:
        return None
    packages, imports = dict(process.packages), list(process.imports)
    for op in ops:
        names, modules = packages_providing(op), modules_providing(op)
        if not names or not modules:
            return None
        # An installed package first: its import is a smaller change than another package.
        here = next((name for name in names if name in packages), None)
        package = here or names[0]
        packages.setdefault(package, _version(package, runtime.tensorflow or ""))
        imports.append(_module(package, modules))
    return replace(process, packages=packages, imports=tuple(dict.fromkeys(imports)))


def fitted(process: Process, environment: Environment) -> Process:
    """The process with the tensorflow-text of that TensorFlow: each of its releases requires one minor version."""
    present, wanted = process.packages.get(_TEXT), release(environment.tensorflow)[:2]
    # Loading another minor version's library fails on missing symbols, before any model is looked at.
    if present is None or not wanted or release(present)[:2] == wanted:
        return process
    # A recorded release where there is one, for its ops are known; else the first of that minor version.
    recorded = [v for v in recorded_add_ons()[_TEXT] if release(v)[:2] == wanted]
    version = recorded[-1] if recorded else f"{wanted[0]}.{wanted[1]}.0"
    return replace(process, packages={**process.packages, _TEXT: version})


def _version(package: str, tensorflow: str) -> str:
    """The add-on's release of TensorFlow's own minor version where it has one, else its newest."""
    recorded = recorded_add_ons()[package]
    return next((v for v in reversed(recorded) if release(v)[:2] == release(tensorflow)[:2]), recorded[-1])


def _module(package: str, modules: tuple[str, ...]) -> str:
    """The module of that package among those that bring the op; the shortest name, which is the package's own."""
    own = package.replace("-", "_")
    return min(modules, key=lambda module: (not module.startswith(own), len(module), module))
