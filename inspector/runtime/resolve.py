"""Turns what the user names as the target into a `Runtime`."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.runtime.distributions import RELEVANT
from inspector.runtime.flavour import keras_of
from inspector.runtime.locks.contents import LockContents, LockContext, read_bytes
from inspector.runtime.locks.registry import read_lock
from inspector.runtime.markers import PLATFORM
from inspector.runtime.partners import complete, tensorflow_of
from inspector.terms.errors import UsageError
from inspector.terms.finding import Gap, Location
from inspector.terms.record import record, replace
from inspector.terms.runtime import Runtime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.terms.runtime import CustomObject

_PYTHON = r"\d+\.\d+(\.\d+)?$"
_PYTHON_FILE = r"\s*(?:cpython-|python-)?(\d+\.\d+(?:\.\d+)?)"
MAX_PYTHON_FILE = 4096  # one line


@record
class Process:
    """What the process adds to the environment before it loads; Runtime's fields of the same names."""

    imports: tuple[str, ...]
    env: Mapping[str, str]
    custom_objects: tuple[CustomObject, ...]
    assumed_files: tuple[str, ...]
    gaps: tuple[Gap, ...]
    sources: tuple[str, ...] = ()  # as `--custom-objects` names them


def resolve(  # noqa: PLR0913 - the public contract names each
    target: str,
    *,
    imports: tuple[str, ...] = (),
    env: Mapping[str, str] | None = None,
    custom_objects: tuple[str, ...] = (),
    python: str | None = None,
    assume_files: tuple[str, ...] = (),
) -> Runtime:
    """Resolve a target as `inspector.resolve` describes it. Raises UsageError, one line, for what is no target."""
    # pathlib takes it for the current folder.
    if not target:
        raise UsageError("--against is empty")
    if python is not None and not re.match(_PYTHON, python):
        raise UsageError(f"--python {python}: expected a version such as 3.11 or 3.11.7")
    objects, gaps = _custom_objects(custom_objects)
    process = Process(_checked(imports), dict(env or {}), objects, assume_files, gaps, custom_objects)
    return _with_imports(_resolved(target, process, python), process)


def _resolved(target: str, process: Process, python: str | None) -> Runtime:
    path = Path(target)
    # What lies on the disk comes first: a file called `keras` is a target that the user made.
    kind = _kind(path)
    if kind is not None:
        return _installed(path, process, python) if kind == "folder" else _file(path, process, python)
    from inspector.runtime.pins import is_pin, read_pins  # noqa: PLC0415 - cold start: most targets are files

    if is_pin(target):
        return _runtime(target, read_pins(target), process, python)
    raise UsageError(f"{target}: no such file, and no pin such as tensorflow==2.15.1")


def _kind(path: Path) -> str | None:
    """`folder`, `file`, or None where nothing of that name exists (or can: pins may be longer than any file name)."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return None
    # A shell's `<(pip freeze)` is a pipe: its type is told from its first bytes, which are gone at the second opening.
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise UsageError(f"{path}: a pipe or device; a target is read more than once: write it to a file")
    return "folder" if stat.S_ISDIR(mode) else "file"


def _checked(imports: tuple[str, ...]) -> tuple[str, ...]:
    if not imports:
        return ()
    from inspector.runtime.imports import checked  # noqa: PLC0415 - cold start: only with imports

    return checked(imports)


def _with_imports(runtime: Runtime, process: Process) -> Runtime:
    """The runtime with what is not known of its process's imports."""
    if not process.imports:
        return runtime
    from inspector.runtime.imports import absent_packages, import_notes, unknown_imports  # noqa: PLC0415 - as above

    unknown = unknown_imports(process.imports, process.sources, runtime.snapshot)
    # A snapshot says what really came of its imports.
    absent = {} if runtime.snapshot else absent_packages(process.imports, runtime.packages)
    return replace(runtime, unknown_imports=unknown, notes=import_notes(unknown, absent))


def _custom_objects(named: tuple[str, ...]) -> tuple[tuple[CustomObject, ...], tuple[Gap, ...]]:
    if not named:
        return (), ()
    from inspector.runtime.custom_objects import read_custom_objects  # noqa: PLC0415 - cold start: loads ast

    return read_custom_objects(named)


def _file(path: Path, process: Process, python: str | None) -> Runtime:
    """A snapshot, or a lock of any type."""
    if path.suffix == ".json":
        from inspector.runtime.snapshot_target import read_snapshot  # noqa: PLC0415 - cold start

        snapshot = read_snapshot(path)
        if snapshot is not None:
            return Runtime(
                label=str(path),
                python=snapshot.python or python,
                packages=snapshot.packages,
                tensorflow=snapshot.tensorflow,
                keras=snapshot.keras,
                keras_flavour=snapshot.flavour,
                env=process.env,
                imports=tuple(dict.fromkeys((*process.imports, *snapshot.imports))),
                custom_objects=(*process.custom_objects, *snapshot.custom_objects),
                assumed_files=process.assumed_files,
                platform=snapshot.platform,
                snapshot=snapshot.document,
                gaps=process.gaps,
            )
    # A Python that the user names rules over what the lock says, and that over the folder's `.python-version`, which
    # says what is used here and not where the model is deployed.
    contents = read_lock(LockContext(path, python, _python_beside(path)))
    return _runtime(str(path), contents, process, python or contents.python or _python_beside(path))


def _installed(folder: Path, process: Process, python: str | None) -> Runtime:
    from inspector.runtime.installed import is_environment, read_environment  # noqa: PLC0415 - cold start

    if not is_environment(folder):
        raise UsageError(f"{folder}: a folder, but no Python environment (no pyvenv.cfg, conda-meta or site-packages)")
    contents = read_environment(folder)
    return _judged(str(folder), contents, dict(contents.packages), process, contents.python or python)


def _runtime(label: str, contents: LockContents, process: Process, python: str | None) -> Runtime:
    """The runtime of a lock or pins: what pip would install from them."""
    return _judged(label, contents, complete(label, contents, python), process, python)


def _imported(process: Process, packages: Mapping[str, str]) -> tuple[CustomObject, ...]:
    """What the process's imports register: it is looked up as the user's own classes are."""
    if not process.imports:
        return ()
    from inspector.runtime.add_on_classes import imported_objects  # noqa: PLC0415 - cold start: only with imports

    return imported_objects(process.imports, packages)


def _judged(
    label: str, contents: LockContents, packages: Mapping[str, str], process: Process, python: str | None
) -> Runtime:
    """The runtime of those packages, with the Keras that answers in it."""
    if not contents.gaps and not RELEVANT & packages.keys():
        raise UsageError(f"{label}: neither TensorFlow nor Keras is in it{_unread(contents)}")
    tensorflow, conflict = tensorflow_of(packages)
    answering = keras_of(tensorflow, packages, process.env)
    reason = conflict or answering.reason
    own = (Gap(Location(label), reason),) if reason and (conflict or not contents.gaps) else ()
    return Runtime(
        label=label,
        python=python,
        packages=dict(sorted(packages.items())),
        tensorflow=tensorflow,
        keras=answering.version,
        keras_flavour=answering.flavour,
        env=process.env,
        imports=process.imports,
        custom_objects=(*process.custom_objects, *_imported(process, packages)),
        assumed_files=process.assumed_files,
        platform=PLATFORM,
        gaps=(*contents.gaps, *own, *process.gaps),
    )


def _unread(contents: LockContents) -> str:
    count = len(contents.unread)
    return f" ({count} entries without a version were passed over, the first: {contents.unread[0]})" if count else ""


def _python_beside(path: Path) -> str | None:
    """The version in a `.python-version` beside the lock (pyenv, uv: first line, `3.11.7` or `cpython-3.11`)."""
    file = path.parent / ".python-version"
    if not file.is_file():
        return None
    found = re.match(_PYTHON_FILE, read_bytes(file, MAX_PYTHON_FILE).decode("utf-8", errors="replace"))
    return found[1] if found else None
