"""What stands in an HDF5 file that Keras never writes: ways out of the file, and shapes that it does not fill."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from inspector.terms.audit import Oddity
from inspector.terms.finding import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.codec.hdf5 import Hdf5Content
    from inspector.terms.keras import Hdf5Dataset, Hdf5Link

# Keras' own guard (saving_lib.py of 3.12.3 and 3.15.0): more than 4 GiB declared, and 1000 times what is stored.
BOMB_BYTES = 2**32
BOMB_RATIO = 1000
# Below that guard a dataset still fills a small machine.
LARGE_BYTES = 256 * 2**20
# deflate, shuffle, fletcher32, szip, nbit and scaleoffset come with libhdf5, lzf with h5py; others load a plugin.
KNOWN_FILTERS = frozenset({1, 2, 3, 4, 5, 6, 32000})


def oddities(content: Hdf5Content, member: str) -> Iterator[Oddity]:
    """Everything odd about a file's links and datasets."""
    for link in content.file.links:
        yield Oddity(_link_kind(link), Location(member, link.path), {"target": link.target})
    for dataset in content.file.datasets.values():
        for kind, details in _of_dataset(dataset):
            yield Oddity(kind, Location(member, dataset.path), details)
    if content.limit is not None:
        yield Oddity("hdf5-limit", Location(member, content.limit[0]), {"reason": content.limit[1]})


def _link_kind(link: Hdf5Link) -> str:
    """A hard link to a group that it lies in makes the tree endless; one to another group is a second name for it."""
    if link.kind != "hard":
        return f"hdf5-{link.kind}-link"
    inside = link.target == "/" or link.path.startswith(f"{link.target}/")
    return "hdf5-cycle" if inside else "hdf5-second-name"


def _of_dataset(dataset: Hdf5Dataset) -> Iterator[tuple[str, dict[str, str]]]:
    if dataset.external:
        yield "hdf5-external-storage", {"target": ", ".join(dataset.external)}
    if dataset.virtual:
        yield "hdf5-virtual", {"target": ", ".join(dataset.sources)}
    # Chunks that were never written are not stored, and read as the fill value: a shape alone costs no bytes in the
    # file.
    declared, stored = math.prod(dataset.shape) * dataset.element_bytes, dataset.stored_bytes
    if declared > LARGE_BYTES and declared > BOMB_RATIO * stored and not dataset.external and not dataset.virtual:
        kind = "hdf5-bomb" if declared > BOMB_BYTES else "hdf5-sparse"
        yield kind, {"declared": str(declared), "stored": str(stored)}
    foreign = sorted(set(dataset.filters) - KNOWN_FILTERS)
    if foreign:
        yield "hdf5-filter", {"filters": ", ".join(map(str, foreign))}
    if dataset.pointing:
        yield "hdf5-pointing", {"what": {"reference": "references", "vlen": "variable lengths"}[dataset.pointing]}
