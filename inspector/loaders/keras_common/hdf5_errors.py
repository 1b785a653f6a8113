"""What h5py raises for objects of an HDF5 file that libhdf5 cannot read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.terms.keras import Hdf5Dataset, Hdf5File

# numpy's words for values that stand for no number.
NO_CAST = "No cast function available."

# Our own reader iterates over attributes, Keras asks for one by its name.
_ITERATING = "Error iterating over attributes"


def attributes_error(file: Hdf5File, path: str, h5py: tuple[int, int]) -> str | None:
    """The RuntimeError's text for `name in group.attrs` where an attribute of the group is damaged; else None."""
    reason = file.broken.get(path, "")
    if not reason.startswith(_ITERATING):
        return None
    # HDF5 1.14, in h5py 3.9 and later, says `synchronously`.
    adverb = "synchronously " if h5py >= (3, 9) else ""
    return f"Can't {adverb}determine if attribute exists by name {reason[len(_ITERATING) :].strip()}"


def object_error(file: Hdf5File, path: str, h5py: tuple[int, int]) -> str | None:
    """The text of the KeyError for opening a damaged group or dataset; None where libhdf5 opens it."""
    reason = file.broken.get(path)
    # A group with a damaged attribute opens all the same; only asking for an attribute fails.
    if reason is None or reason.startswith(_ITERATING):
        return None
    start = reason.find("(")
    adverb = "synchronously " if h5py >= (3, 9) else ""
    return f"Unable to {adverb}open object {reason[start:]}" if start >= 0 else None


def is_opaque(dataset: Hdf5Dataset) -> bool:
    """Whether its values are bytes without a meaning: what h5py makes of bfloat16, which HDF5 has no type for."""
    return dataset.dtype.startswith("void")


def is_text(dataset: Hdf5Dataset) -> bool:
    """Whether its values are words, which no variable takes."""
    return dataset.dtype == "object"


# What numpy says of words, whichever they are.
NO_NUMBER = "could not convert string to float: b''"
