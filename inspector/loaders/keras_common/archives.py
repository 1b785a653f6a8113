"""What Python's zipfile raises for a damaged archive, told from its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.terms.artifact import Artifact, Damage

# The beginning of a message, and the exception class that comes with it. Source: CPython's Lib/zipfile.
_CLASSES = (
    ("Bad CRC-32", "BadZipFile"),
    ("Bad magic number", "BadZipFile"),
    ("File name in directory", "BadZipFile"),
    ("Truncated ", "BadZipFile"),
    ("Overlapped entries", "BadZipFile"),
    ("Corrupt ", "BadZipFile"),
    ("File is not a zip file", "BadZipFile"),
    ("Error -", "error"),
    ("That compression method is not supported", "NotImplementedError"),
    ("compression type ", "NotImplementedError"),
    ("File '", "RuntimeError"),
)


def exception_of(text: str) -> str | None:
    """The exception class of zipfile's that has these words; None where they are not zipfile's."""
    return next((kind for start, kind in _CLASSES if text.startswith(start)), None)


def decoding_exception(text: str) -> str:
    """The class of what reading a JSON member raises: of zipfile, of the decoder, or of the parser."""
    if "codec can't decode" in text:
        return "UnicodeDecodeError"
    return exception_of(text) or "JSONDecodeError"


def unopened(artifact: Artifact) -> str | None:
    """The words of zipfile where not even the archive's directory can be read."""
    if artifact.keras is not None or not artifact.is_zip:
        return None
    # `zipfile.ZipFile(path)` reads the central directory and no member: any other damage is met later, by the member's
    # name.
    return next((one.reason for one in artifact.damage if exception_of(one.reason) == "BadZipFile"), None)


def unpacking_damage(artifact: Artifact) -> Damage | None:
    """The first damage among the members that only unpacking the whole archive reads."""
    # The loader reads these by name before it unpacks anything; damage in them has been met, with words of its own.
    read_alone = {"config.json", "metadata.json", "model.weights.h5", "model.weights.npz"}
    if artifact.is_directory:
        return None
    return next((one for one in artifact.damage if one.member not in read_alone and exception_of(one.reason)), None)
