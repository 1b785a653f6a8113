"""Static inspector for TensorFlow and Keras model artifacts: says whether a model loads in an environment, and why not.

The functions here are the public interface. Nothing that is inspected is ever executed, imported or instantiated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.terms.errors import InspectorError, UsageError
from inspector.terms.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import networkx as nx

    from inspector.terms.artifact import Artifact
    from inspector.terms.matrix import Matrix
    from inspector.terms.report import Report
    from inspector.terms.runtime import Runtime

__all__ = ["InspectorError", "UsageError", "check", "graph", "inspect", "isolated", "matrix", "read", "resolve"]
__version__ = VERSION

# Each function imports what it needs when called: a reader of one format does not pay for the others (cold start).
# ruff: noqa: PLC0415


def read(path: str) -> Artifact:
    """Parse a model: SavedModel folder, `.keras`, `.h5`, GraphDef, ... recognised by content.

    A broken file yields an artifact that says so. Raises UsageError for no such path, or a folder with no model in it.
    """
    from inspector.reading import read as read_artifact

    return read_artifact(path)


def resolve(  # noqa: PLR0913 - the public contract names each
    target: str,
    *,
    imports: Iterable[str] = (),
    env: Mapping[str, str] | None = None,
    custom_objects: Iterable[str] = (),
    python: str | None = None,
    assume_files: Iterable[str] = (),
) -> Runtime:
    """Resolve a target: lock file, pin (`tensorflow==2.15.1`), snapshot, or venv folder.

    `imports` are modules the process imports before it loads; `env` the environment variables that matter;
    `custom_objects` the user's own classes, as names or as sources read with `ast`. Raises UsageError.
    """
    from inspector.runtime.resolve import resolve as resolve_target

    return resolve_target(
        target,
        imports=tuple(imports),
        env=dict(env or {}),
        custom_objects=tuple(custom_objects),
        python=python,
        assume_files=tuple(assume_files),
    )


def check(
    artifact: Artifact,
    runtime: Runtime | None,
    *,
    model: Artifact | None = None,
    loaders: Iterable[str] = (),
    debug: bool = False,
) -> Report:
    """Judge an artifact in a runtime (None: audit only); `loaders` are those that decide (else the format's own).

    `model` is what a weights file or checkpoint is loaded into: the report then says how they fit. UsageError for an
    artifact that holds no weights.
    """
    if model is not None:
        from inspector.engine.pairs import check_pair

        return check_pair(artifact, model, runtime, loaders=loaders, debug=debug)
    from inspector.engine.check import check as check_artifact

    return check_artifact(artifact, runtime, loaders=loaders, debug=debug)


def inspect(path: str, against: str | None = None, **options: Iterable[str]) -> Report:
    """Read, resolve and check in one call; `options` are those of `resolve`."""
    runtime = None if against is None else resolve(against, **options)  # type: ignore[arg-type]
    return check(read(path), runtime)


def isolated(path: str, against: str | None = None, **options: Iterable[str]) -> dict[str, Any]:
    """`inspect` in a child process with limits, which can write nothing; the JSON report as a dict.

    A model that the child does not survive has the finding INT110 and is unknown. Raises UsageError, also where the
    platform has no `fork`; a process with threads should call `inspect` in a worker of its own instead.
    """
    from inspector.engine.isolation import isolated as inspect_isolated

    return inspect_isolated(path, lambda: inspect(path, against, **options))


def matrix(  # noqa: PLR0913 - the options of `resolve`, each by its name
    artifact: Artifact,
    *,
    loaders: Iterable[str] = (),
    imports: Iterable[str] = (),
    env: Mapping[str, str] | None = None,
    custom_objects: Iterable[str] = (),
    python: str | None = None,
    assume_files: Iterable[str] = (),
    debug: bool = False,
) -> Matrix:
    """Judge an artifact in every catalogued TensorFlow with every Keras that can answer beside it.

    Only the required loaders are judged. Without `python` each pair has the newest that it has wheels for.
    """
    from inspector.engine import matrix as engine

    base = engine.shared(
        imports=tuple(imports),
        env=env,
        custom_objects=tuple(custom_objects),
        python=python,
        assume_files=tuple(assume_files),
    )
    return engine.matrix(artifact, base, loaders=loaders, debug=debug)


def graph(artifact: Artifact, level: str = "ops") -> nx.MultiDiGraph:
    """Return the artifact as a networkx graph; levels: `ops`, `layers`, `functions`. UsageError for any other level."""
    from inspector.graphs import build

    return build(artifact, level)
