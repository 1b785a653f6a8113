"""`load_weights_from_hdf5_group`: weights of an `.h5` by the order of its layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.keras_common.failure import LoadFailure

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Thing
    from inspector.terms.keras import Hdf5File

ROOT = "/model_weights"


def load(session: Session, model: Thing, file: Hdf5File) -> None:
    """Raise what loading the weights raises, as far as the file alone tells."""
    if ROOT not in file.groups:
        raise _missing_object(session, "model_weights", ROOT)
    for name in _names(file, ROOT, "layer_names"):
        group = f"{ROOT}/{name}"
        _check_group(session, file, group, name)
        for weight in _names(file, group, "weight_names"):
            _check_dataset(session, file, f"{group}/{weight}", weight)


def _names(file: Hdf5File, group: str, attribute: str) -> list[str]:
    """A list of names, which long lists keep in numbered attributes."""
    attributes = file.attributes.get(group, {})
    if attribute in attributes:
        return [str(name) for name in attributes[attribute].value]
    found: list[str] = []
    chunk = 0
    while f"{attribute}{chunk}" in attributes:
        found.extend(str(name) for name in attributes[f"{attribute}{chunk}"].value)
        chunk += 1
    return found


def _check_group(session: Session, file: Hdf5File, group: str, name: str) -> None:
    if group not in file.groups:
        raise _missing_object(session, name, group)


def _check_dataset(session: Session, file: Hdf5File, path: str, name: str) -> None:
    link = next((one for one in file.links if one.path == path), None)
    if link is not None:
        raise _link(session, link.kind, path)
    found = file.datasets.get(path)
    if found is None:
        raise _missing_object(session, name, path)
    if found.external and session.hardened:
        text = f"Not allowed: H5 file with external Dataset: {list(found.external)}"
        raise LoadFailure("ValueError", text, "KER110", name, path)
    if found.virtual and session.hardened:
        raise LoadFailure("ValueError", "Not allowed: H5 file with virtual Dataset", "KER110", name, path)


def _link(session: Session, kind: str, path: str) -> LoadFailure:
    if session.hardened:
        shown = "ExternalLink" if kind == "external" else "SoftLink"
        return LoadFailure("ValueError", f"Not allowed: H5 file with {shown}", "KER110", path, path)
    text = "'Unable to synchronously open object (file signature not found)'"
    return LoadFailure("KeyError", text, "KER110", path, path)


def _missing_object(session: Session, name: str, path: str) -> LoadFailure:
    """A group or dataset that is named but not there."""
    last = name.rpartition("/")[2] or name
    if session.hardened:
        return LoadFailure("KeyError", repr(last), "KER110", name, path)
    text = f"\"Unable to synchronously open object (object '{last}' doesn't exist)\""
    return LoadFailure("KeyError", text, "KER110", name, path)
