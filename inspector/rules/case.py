"""One problem as a rule's advice sees it: what fails where, in which file and runtime, and who wrote the file."""

from __future__ import annotations

from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING

from inspector.rules.writer import Standing, Writer, keras_writer, tensorflow_writer

if TYPE_CHECKING:
    from inspector.terms.artifact import Artifact
    from inspector.terms.finding import Problem
    from inspector.terms.runtime import Runtime

_COMPILED = ("training_config", "compile_config")
_BY_KERAS = ("keras.", "model.")
COMPILE = "load with compile=False, and compile again"


class Case:
    """A problem with everything that the best advice hangs on. `artifact` is None where only the problem is known."""

    def __init__(self, problem: Problem, runtime: Runtime, loader: str, artifact: Artifact | None) -> None:
        self.problem, self.runtime, self.loader, self.artifact = problem, runtime, loader, artifact
        self.subject, self.member, self.pointer = problem.subject, problem.location.member, problem.location.pointer

    @cached_property
    def file(self) -> str:
        """The model's name without its folders."""
        return PurePath(self.artifact.path).name if self.artifact is not None else "the model"

    @cached_property
    def stem(self) -> str:
        """The model's name without its ending."""
        return PurePath(self.file).stem

    @cached_property
    def by_keras(self) -> bool:
        """Whether a loader of Keras fails."""
        return self.loader.startswith(_BY_KERAS)

    @cached_property
    def writer(self) -> Writer:
        """What wrote the model: the Keras for its loaders, else the TensorFlow."""
        return (keras_writer if self.by_keras else tensorflow_writer)(self.artifact, self.runtime)

    @cached_property
    def same_release(self) -> bool:
        """Whether the release that wrote the model fails to read it: then somebody changed the file afterwards."""
        return self.writer.standing is Standing.SAME

    @cached_property
    def compiled(self) -> bool:
        """Whether the place belongs to what `compile()` stored: loss, metrics, optimizer."""
        return any(part in self.pointer for part in _COMPILED) and "compile=False" not in self.loader

    def detail(self, name: str) -> str:
        """A detail of the problem, `?` where it has none."""
        return str(self.problem.details.get(name, "?"))

    @cached_property
    def place(self) -> str:
        """Member and pointer as they are printed."""
        return f"{self.member}:{self.pointer}" if self.pointer.strip("/") else self.member

    @cached_property
    def install(self) -> str:
        """How to have the release that wrote the model; empty where the file does not say which."""
        ways = ", or ".join(self.writer.installs)
        return f"{ways} ({self.writer.name} wrote it)" if ways else ""

    def undo(self, what: str = "") -> str:
        """What is left where the file was changed after it was saved."""
        done = what or f"undo what was changed at {self.place}"
        return f"no release reads the file as it is: {done}, or copy the model again from where it was saved"

    def released(self, otherwise: str) -> str:
        """The writer's release, and what to do if that was not it; `otherwise` alone where it is the same release."""
        if self.same_release or not self.install:
            return otherwise
        return f"{self.install}; if that fails too, {otherwise}"
