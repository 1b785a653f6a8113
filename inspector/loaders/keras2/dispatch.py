"""Which loader `load_model` of each release hands a path to: the zip format, HDF5, or a SavedModel folder.

Up to Keras 2.7 whatever is no HDF5 file is taken for a SavedModel folder; from 2.8 on whatever is no folder is taken
for HDF5; from 2.12 on a zip file whose name ends in `.keras` comes first.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.runtime.facts import Capabilities
    from inspector.terms.artifact import Artifact

_ZIP_SINCE = (2, 12)
_FOLDER_TEST_SINCE = (2, 8)


def load_events(walk: Walk, artifact: Artifact, capabilities: Capabilities, *, compiling: bool) -> Iterator[Event]:
    """What `load_model(path)` raises."""
    name = Path(artifact.path).name
    file = replace(walk, member=name)
    # By content, not by name: keras/saving/save.py asked `h5py.is_hdf5` up to 2.7, and lets h5py open whatever is no
    # folder from 2.8 on, so an HDF5 file loads under any suffix, `.keras` among them.
    is_hdf5 = not artifact.is_directory and artifact.hdf5_signature_offset is not None
    if artifact.is_directory or (not is_hdf5 and walk.release < _FOLDER_TEST_SINCE):
        yield from _folder(walk, artifact, capabilities, compiling=compiling)
    # keras/src/saving/saving_api.py `load_model`: both the suffix and `zipfile.is_zipfile` are asked for. A zip file
    # under another name falls through to the legacy loader, which takes it for HDF5.
    elif walk.release >= _ZIP_SINCE and artifact.suffix == ".keras" and artifact.is_zip:
        from inspector.loaders.keras2.keras_zip import zip_events  # noqa: PLC0415 - cold start

        yield from zip_events(walk, artifact, compiling=compiling)
    elif not is_hdf5:
        yield _no_hdf5(file, artifact)
    else:
        from inspector.loaders.keras2.h5 import hdf5_events  # noqa: PLC0415 - cold start

        yield from hdf5_events(file, artifact, compiling=compiling)


def _no_hdf5(walk: Walk, artifact: Artifact) -> Event:
    """A file that is no HDF5: a zip from a newer Keras, or anything else."""
    from inspector.loaders.keras2.h5 import unopened  # noqa: PLC0415 - cold start

    problem = unopened(walk, "(file signature not found)")
    # The exception is the same; the rule tells a `.keras` of a newer Keras, which another release reads, from a file
    # that none reads.
    return replace(problem, rule="KER107") if artifact.is_zip else problem


def _folder(walk: Walk, artifact: Artifact, capabilities: Capabilities, *, compiling: bool) -> Iterator[Event]:
    """A SavedModel folder, or what is taken for one."""
    # A saved_model.pb that is there and damaged is met by the parser, with its own words; only a folder without one is
    # reported as no SavedModel.
    if artifact.saved_model is None and not any(d.member.startswith("saved_model.pb") for d in artifact.damage):
        yield no_saved_model(walk, artifact)
        return
    from inspector.loaders.keras2.saved_model import saved_model_events  # noqa: PLC0415 - cold start

    yield from saved_model_events(walk, artifact, capabilities, compiling=compiling)


def no_saved_model(walk: Walk, artifact: Artifact) -> Event:
    """The OSError for a path below which no saved_model.pb lies, be it a folder or not."""
    text = f"SavedModel file does not exist at: {artifact.path}/{{saved_model.pbtxt|saved_model.pb}}"
    name = Path(artifact.path).name
    here = replace(walk, member=name)
    if artifact.is_directory:
        return here.problem("KER112", "saved_model.pb", "OSError", text)
    return here.problem("KER107", name, "OSError", text)
