"""`saving_api.load_model`: which loader a path goes to, by its name and what lies there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.keras3 import legacy_h5, native
from inspector.loaders.keras_common import texts
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.terms.artifact import Format

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Thing
    from inspector.terms.artifact import Artifact


def load_model(session: Session) -> Thing | None:
    """The loaded model; LoadFailure as Keras raises it."""
    artifact = session.artifact
    # The name decides before the content does, as in keras/src/saving/saving_api.py: a sound zip called `model.h5` goes
    # to h5py, and an HDF5 file called `model.keras` is reported as not found.
    path = artifact.path
    if path.endswith(".keras") and is_zip(artifact):
        return native.load(session)
    if artifact.is_directory and artifact.has_member("config.json") and session.release >= (3, 4):
        if path.endswith(".keras"):
            text = f"[Errno 21] Is a directory: {path!r}"
            raise LoadFailure("IsADirectoryError", text, "KER115", path, "", {"what": "folder"})
        return native.load(session)
    if path.endswith((".h5", ".hdf5")):
        return legacy_h5.load(session)
    if path.endswith(".keras"):
        # Keras' text is the same for every file that is no zip; the rule tells a good model under the wrong suffix,
        # which renaming mends, from a file that is no model.
        rule = "KER115" if artifact.format is Format.KERAS_H5 or artifact.is_directory else "KER107"
        raise LoadFailure("ValueError", texts.file_not_found(path), rule, path, "", {"what": "no zip"})
    text = texts.format_not_supported(session.release, path)
    raise LoadFailure("ValueError", text, "KER107", path, "", {"what": artifact.format.value})


def is_zip(artifact: Artifact) -> bool:
    """`zipfile.is_zipfile`, which looks for the directory at the file's end."""
    return artifact.is_zip and not artifact.is_directory
