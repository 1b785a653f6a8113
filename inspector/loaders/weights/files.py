"""How weights lie in HDF5 files: the layout of `layer_names`, and that of object paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.terms.keras import Hdf5File
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.terms.artifact import Artifact
    from inspector.terms.keras import Hdf5Dataset

WHOLE_MODEL = "/model_weights"
# Keras 2.12 to 2.14 name the layers of a model thus in object paths, 2.15 and Keras 3 `layers`.
OLD_FOLDER = "_layer_checkpoint_dependencies"
FOLDERS = (OLD_FOLDER, "layers")


def is_classic(file: Hdf5File) -> bool:
    """Whether layers are listed by name (`save_weights` up to Keras 2.11, and every whole-model `.h5`)."""
    # A list of names longer than 64 KB does not fit into one HDF5 attribute: `save_attributes_to_hdf5_group` in Keras'
    # legacy HDF5 format then writes `layer_names0`, `layer_names1`, ...
    return WHOLE_MODEL in file.groups or "layer_names" in root(file) or "layer_names0" in root(file)


def root(file: Hdf5File) -> Mapping[str, object]:
    """The root's attributes."""
    return file.attributes.get("/", {})


def as_whole_model(file: Hdf5File) -> Hdf5File:
    """The file with its weights at `model_weights`, where a whole-model file has them and the loaders' models look."""
    # The loaders' own test, word for word (`if "layer_names" not in f.attrs and "model_weights" in f`).
    if "layer_names" not in root(file) and WHOLE_MODEL in file.groups:
        return file
    return Hdf5File(
        groups=tuple(_moved(path) for path in file.groups),
        attributes={_moved(path): found for path, found in file.attributes.items()},
        datasets={_moved(path): _moved_dataset(found) for path, found in file.datasets.items()},
        links=tuple(replace(link, path=_moved(link.path)) for link in file.links),
        broken={_moved(path): reason for path, reason in file.broken.items()},
    )


def _moved(path: str) -> str:
    return WHOLE_MODEL if path == "/" else f"{WHOLE_MODEL}{path}"


def _moved_dataset(dataset: Hdf5Dataset) -> Hdf5Dataset:
    return replace(dataset, path=_moved(dataset.path))


def moved_back(pointer: str, file: Hdf5File) -> str:
    """A place in what `as_whole_model` gave, as the user finds it in the file."""
    if "layer_names" not in root(file) and WHOLE_MODEL in file.groups:
        return pointer
    return pointer.strip("/").removeprefix(WHOLE_MODEL.strip("/")) or "/"


def store(file: Hdf5File, place: str) -> list[str] | None:
    """The names of an object's variables at that path, in the file's order; None where no such object is."""
    group = f"/{place}/vars".replace("//", "/")
    if group not in file.groups:
        return None
    return [path[len(group) + 1 :] for path in file.datasets if path.startswith(f"{group}/")]


def hdf5_of(artifact: Artifact) -> Hdf5File | None:
    """The HDF5 file that holds the weights: the file itself, or the member of a `.keras`."""
    return artifact.weights


def place_in(file: Hdf5File, place: str) -> str:
    """The path under which the file keeps that object: Keras 3.9 and later name attention's projections otherwise."""
    if f"/{place}/vars" in file.groups:
        return place
    head, _, last = place.rpartition("/")
    other = f"{head}/{last.removeprefix('_')}"
    return other if last.startswith("_") and f"/{other}/vars" in file.groups else place
