"""What to do about a graph's file that cannot be read, by what is wrong with its bytes."""

from __future__ import annotations

from inspector.terms.artifact import DamageKind

_AGAIN = "copy the file again, completely, and compare checksums"
_REMEDIES = {
    DamageKind.MISSING: "copy the whole folder again, or name the folder that holds saved_model.pb",
    DamageKind.EMPTY: "copy the file again: the writing was cut off before the first byte",
    DamageKind.TRUNCATED: "copy the file again, completely, and compare its size with the original",
    DamageKind.LFS_POINTER: "run `git lfs pull` (after `git lfs install`) in the repository it was cloned from",
    DamageKind.HTML: "download the file itself: a link to a web page about it was followed",
    DamageKind.CRLF: "copy the file again in binary mode (in git: mark it `-text` in .gitattributes)",
    DamageKind.WRONG_FORMAT: "pass a file of this format: the bytes are those of another one",
}


def remedy_of(kind: DamageKind) -> str:
    """The words for a finding's fix."""
    return _REMEDIES.get(kind, _AGAIN)
