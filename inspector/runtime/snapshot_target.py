"""A target that the recorder wrote: the environment as it described itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from inspector.runtime.locks.contents import read_bytes
from inspector.terms.errors import UsageError
from inspector.terms.record import record
from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from inspector.terms.runtime import CustomObject

# A recorded TensorFlow 2.21 with its Keras is some 20 MB of JSON; add-on packages add a few.
MAX_BYTES = 256 * 1024 * 1024
SCHEMA = 1
_WRITTEN = {"name", "module"}


@record
class SnapshotTarget:
    """A snapshot with the parts that name the runtime."""

    document: Mapping[str, Any]
    python: str | None
    platform: str | None
    packages: Mapping[str, str]
    tensorflow: str | None
    keras: str | None
    flavour: KerasFlavour
    custom_objects: tuple[CustomObject, ...] = ()
    imports: tuple[str, ...] = ()


def read_snapshot(path: Path) -> SnapshotTarget | None:
    """Read a snapshot; None where the file is no snapshot. UsageError for one of a schema that is not known here."""
    document = _document(path)
    if document is None:
        return None
    if document["schema"] != SCHEMA:
        raise UsageError(f"{path}: a snapshot of schema {document['schema']!r}; this release reads schema {SCHEMA}")
    python, keras = _part(document, "python"), _part(document, "keras")
    return SnapshotTarget(
        document=document,
        python=_text(python, "version"),
        platform=_text(python, "platform"),
        packages={str(name): str(version) for name, version in _part(document, "packages").items()},
        tensorflow=_text(_part(document, "tensorflow"), "version"),
        keras=_text(keras, "version"),
        flavour=_flavour(keras.get("flavour")),
        custom_objects=_registered(path, keras) if keras else (),
        imports=_imported(document),
    )


def _registered(path: Path, keras: Mapping[str, Any]) -> tuple[CustomObject, ...]:
    """The user's registered classes; UsageError where the record lacks what the recorder always writes."""
    if not _is_whole(keras):
        raise UsageError(f"{path}: the snapshot's keras record is incomplete; record it again with `inspect snapshot`")
    from inspector.runtime.keras_facts import defined_objects, registered_objects  # noqa: PLC0415 - cold start: as above

    return (*registered_objects(keras), *defined_objects(keras))


def _imported(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The modules that the recorder imported; one that could not be is not there for a loader either."""
    entries = document.get("imports")
    found = (e for e in entries if isinstance(e, dict) and e.get("error") is None) if isinstance(entries, list) else ()
    return tuple(str(entry.get("module")) for entry in found)


def _is_whole(keras: Mapping[str, Any]) -> bool:
    """Whether the record has what the recorder always writes of registered objects."""
    registered = keras.get("registered")
    return (
        "root" in keras
        and isinstance(registered, dict)
        and all(isinstance(one, dict) and _WRITTEN.issubset(one) and _is_named(one) for one in registered.values())
    )


def _is_named(one: Mapping[str, Any]) -> bool:
    parameters = one.get("parameters")
    return isinstance(one["name"], str) and isinstance(one["module"], str) and isinstance(parameters, dict | None)


def _document(path: Path) -> dict[str, Any] | None:
    """The JSON object, if it is one with a schema and packages."""
    with path.open("rb") as stream:
        # A lock in JSON goes on to its own reader: 64 bytes decide, for a snapshot has megabytes.
        if not stream.read(64).lstrip().startswith(b"{"):
            return None
    try:
        value = json.loads(read_bytes(path, MAX_BYTES))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and {"schema", "packages"} <= value.keys() else None


def _part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def _text(part: Mapping[str, Any], name: str) -> str | None:
    value = part.get(name)
    return value if isinstance(value, str) and value else None


def _flavour(value: object) -> KerasFlavour:
    return next((flavour for flavour in KerasFlavour if flavour.value == value), KerasFlavour.NONE)
