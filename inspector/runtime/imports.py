"""The modules that a process imports before it loads: which of them are known here, and what is said of the others.

Importing a module may register ops, types and classes of Keras. Of recorded add-ons it is known which; of the user's
own sources (`--custom-objects`) they are read; of any other module nothing is known.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.runtime.catalog_store import open_store
from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# What TensorFlow and Keras import themselves, or what processes import beside them, and that registers nothing there.
_SILENT = {
    *("tensorflow", "keras", "tf_keras", "numpy", "scipy", "pandas", "sklearn", "matplotlib", "PIL", "h5py", "google"),
    *("absl", "six", "wrapt", "packaging", "yaml", "requests", "tqdm", "cv2", "ml_dtypes", "optree", "rich", "namex"),
}
MAX_NAME = 200  # characters; Python names a module by a path, whose longest name has 255


def checked(imports: Iterable[str]) -> tuple[str, ...]:
    """The names as given, `package.module` or `package.module:function`. Raises UsageError for what is no such name."""
    names = tuple(imports)
    for name in names:
        module, colon, function = name.partition(":")
        if not all(part.isidentifier() for part in (*module.split("."), *([function] if colon else []))):
            raise UsageError(f"--import {name[:MAX_NAME]!r}: expected the name of a module, such as my_package.layers")
    return names


def unknown_imports(
    imports: Iterable[str], sources: Iterable[str], snapshot: Mapping[str, Any] | None = None
) -> tuple[str, ...]:
    """The imports of which nobody recorded or read what they register; `sources` as `--custom-objects` names them."""
    known = _SILENT | sys.stdlib_module_names | _of_snapshot(snapshot or {})
    given = [Path(name) for name in sources]
    unread = (name for name in imports if not any(_is_source(name, path) for path in given))
    return tuple(name for name in unread if _top(name) not in known and not _packages(_top(name)))


def import_notes(unknown: Iterable[str], missing: Mapping[str, str]) -> tuple[str, ...]:
    """What the report says of them; `missing` are recorded ones whose package the target has not: module to package."""
    # Notes, no gaps: what loads does so whatever they register; where that matters the loader's outcome has the gap.
    said = [
        f"--import {name}: not recorded: what it registers is not known; name its sources with --custom-objects, or "
        "record the environment with it (inspect snapshot --import)"
        for name in unknown
    ]
    said += [
        f"--import {name}: {package} is not in the target: nothing of it counts" for name, package in missing.items()
    ]
    return tuple(said)


def absent_packages(imports: Iterable[str], packages: Mapping[str, str]) -> dict[str, str]:
    """The recorded modules among the imports of which no package is in the target, each with the package it is of."""
    found = {}
    for name in imports:
        having = sorted(_packages(_top(name)))
        if having and not packages.keys() & having:
            found[name] = having[0]
    return found


def _top(name: str) -> str:
    return name.partition(":")[0].partition(".")[0]


def _packages(module: str) -> set[str]:
    """The recorded packages that bring a top-level module."""
    of_ops, of_classes = open_store("add_ons"), open_store("add_on_classes")
    named = [releases for releases, _ in of_classes.variants(f"module/{module}")]
    having = {release.partition("==")[0] for releases in named for release in releases}
    modules = ((release, one) for release in of_ops.releases for one in of_ops.get(release, "fact/modules"))
    return having | {r.partition("==")[0] for r, one in modules if _top(one) == module}


def _of_snapshot(snapshot: Mapping[str, Any]) -> set[str]:
    """What was imported as the target was recorded; a module that could not be, registered nothing there."""
    imported = snapshot.get("imports")
    entries = [entry for entry in imported if isinstance(entry, dict)] if isinstance(imported, list) else []
    return {_top(str(entry.get("module"))) for entry in entries if entry.get("error") is None}


def _is_source(name: str, given: Path) -> bool:
    """Whether the module lies in sources that are read: the file or folder itself, or something in the folder."""
    top = _top(name)
    inside = (given / top, given / f"{top}.py")
    return (
        given.name == top or (given.suffix == ".py" and top in (given.stem, *given.parts)) or any(map(_exists, inside))
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name longer than any file's: `--custom-objects` takes names of classes, too
        return False
