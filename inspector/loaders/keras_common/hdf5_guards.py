"""Which release of Keras 3 refuses what in an HDF5 file, and how a file looks to those that follow its links.

Each text was raised by the release named beside it (saving_lib.py: `safe_get_h5_dataset`, `_verify_dataset`).
"""

from __future__ import annotations

import math
import posixpath
from typing import TYPE_CHECKING, TypeVar

from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from inspector.terms.artifact import Artifact
    from inspector.terms.keras import Hdf5Dataset, Hdf5File, Hdf5Link

    Release = tuple[int, ...]

T = TypeVar("T")

# `_H5_DATASET_BOMB_FLOOR_BYTES` and `_H5_DATASET_MAX_EXPANSION` in keras/src/saving/saving_lib.py.
BOMB_BYTES, BOMB_RATIO = 2**32, 1000
# A link to a link to a link: libhdf5 stops at 16 as well (H5L_NUM_LINKS).
_HOPS = 16
_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


def refuses_external(release: Release) -> bool:
    """External storage: from 3.12.1 and 3.13.2 on."""
    return (3, 12, 1) <= release < (3, 13) or release >= (3, 13, 2)


def refuses_links(release: Release) -> bool:
    """Links in place of a dataset, and virtual datasets: from 3.12.2 and 3.14.1 on."""
    return (3, 12, 2) <= release < (3, 13) or release >= (3, 14, 1)


def refuses_bombs(release: Release) -> bool:
    """Shapes that are not filled: from 3.12.3 and 3.15.0 on."""
    return (3, 12, 3) <= release < (3, 13) or release >= (3, 15)


def refuses_linked_groups(release: Release) -> bool:
    """Links on the way to a dataset, and archives that unpack to bombs: from 3.12.4 and 3.15.1 on."""
    return (3, 12, 4) <= release < (3, 13) or release >= (3, 15, 1)


def absent_raw_file(dataset: Hdf5Dataset | None, assumed: Collection[str]) -> str | None:
    """The file of external storage that counts as absent on the target: one that is named by a relative path.

    An absolute one may well be there: `/etc/passwd` is what an attack would name, and to foresee a failing load would
    play that down.
    """
    found = () if dataset is None else dataset.external
    return next((name for name in found if name not in assumed and not name.startswith("/")), None)


def raw_file_text(h5py: tuple[int, int]) -> str:
    """What reading such a dataset raises; HDF5 1.14, in h5py 3.9 and later, says `synchronously`."""
    adverb = "synchronously " if h5py >= (3, 9) else ""
    return f"Can't {adverb}read data (unable to open external raw data file)"


def link_at(file: Hdf5File, path: str) -> Hdf5Link | None:
    """The soft or external link that the path is, or leads through."""
    return next((one for one in file.links if f"{path}/".startswith(f"{one.path}/") and one.kind != "hard"), None)


def link_text(link: Hdf5Link) -> str:
    """What a release that refuses links says."""
    return f"Not allowed: H5 file with {'ExternalLink' if link.kind == 'external' else 'SoftLink'}"


def refusal(release: Release, file: Hdf5File, path: str, name: str, group: str = "") -> str | None:
    """What the release says of the dataset at that path, which it asks for by `name`; None where it reads it.

    `group` is one that the release itself opens, so that it sees a link there.
    """
    # keras/src/saving/saving_lib.py `safe_get_h5_dataset` asks in this order: the link, external storage, virtual
    # layout, declared size. `group.get(name, getlink=True)` sees a link in the last step alone; those before it are
    # followed, until `safe_get_h5_group` came to look at each.
    link = link_at(file, path)
    if link is not None and refuses_links(release) and (link.path in {path, group} or refuses_linked_groups(release)):
        return link_text(link)
    dataset = file.datasets.get(path)
    return None if dataset is None else _of_dataset(release, dataset, name)


def _of_dataset(release: Release, dataset: Hdf5Dataset, name: str) -> str | None:
    if dataset.external and refuses_external(release):
        files = list(dataset.external)
        # Reworded in the releases that brought the check of links.
        old = not refuses_links(release)
        return f"Not allowed: H5 file {'Dataset with external links' if old else 'with external Dataset'}: {files}"
    if dataset.virtual and refuses_links(release):
        return "Not allowed: H5 file with virtual Dataset"
    declared, stored = math.prod(dataset.shape) * dataset.element_bytes, dataset.stored_bytes
    if refuses_bombs(release) and declared > BOMB_BYTES and declared > BOMB_RATIO * stored:
        shown = name.rpartition("/")[2] if refuses_linked_groups(release) else name
        return (
            f"Not allowed: H5 dataset '{shown}' declares {readable(declared)} but only {readable(stored)} are stored "
            "on disk; refusing to load a potential decompression/shape bomb."
        )
    return None


def readable(size: float) -> str:
    """A number of bytes as `readable_memory_size` writes it."""
    for unit in _UNITS[:-1]:
        if size < 1024:  # noqa: PLR2004 - the step from unit to unit
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} {_UNITS[-1]}"


def followed(artifact: Artifact) -> Artifact:
    """The artifact with everything behind a soft link under the link's own name too, as HDF5 itself shows it."""
    keras, weights = artifact.keras, artifact.weights
    if not any(link.kind == "soft" for file in (weights, keras and keras.hdf5) if file for link in file.links):
        return artifact
    return replace(
        artifact,
        keras=keras and replace(keras, hdf5=keras.hdf5 and _followed(keras.hdf5)),
        weights=weights and _followed(weights),
    )


def _followed(file: Hdf5File) -> Hdf5File:
    soft = {link.path: _absolute(link) for link in file.links if link.kind == "soft"}
    groups, datasets, attributes = list(file.groups), dict(file.datasets), dict(file.attributes)
    for path in soft:
        target = _target(soft, path)
        groups += [_moved(one, target, path) for one in file.groups if _is_below(one, target)]
        datasets |= {_moved(one, target, path): found for one, found in _below(file.datasets, target)}
        attributes |= {_moved(one, target, path): found for one, found in _below(file.attributes, target)}
    return replace(file, groups=tuple(groups), datasets=datasets, attributes=attributes)


def _absolute(link: Hdf5Link) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(link.path), link.target))


def _target(soft: Mapping[str, str], path: str) -> str:
    for _ in range(_HOPS):
        if path not in soft:
            break
        path = soft[path]
    return path


def _below(found: Mapping[str, T], target: str) -> list[tuple[str, T]]:
    return [(path, value) for path, value in found.items() if _is_below(path, target)]


def _is_below(path: str, target: str) -> bool:
    return path == target or path.startswith(f"{target}/")


def _moved(path: str, target: str, place: str) -> str:
    return place + path[len(target) :]
