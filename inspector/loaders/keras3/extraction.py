"""`DiskIOStore`: an archive of more than three members is unpacked whole, and that can fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.keras_common.archives import exception_of, unpacking_damage
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.hdf5_guards import readable, refuses_linked_groups

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras_common.session import Session

# `filter_safe_zipinfos` came with 3.12.0 and asked a ZipInfo for a `name`, which it has not, until 3.14.0.
_NAME_BUG = ((3, 12), (3, 14))


def refuse_extraction(session: Session) -> None:
    """Raise what unpacking raises; with three members or fewer nothing is unpacked."""
    artifact = session.artifact
    # `len(zf.namelist()) > 3` in keras/src/saving/saving_lib.py counts entries, with those whose names lead out; our
    # list of members leaves these out, so they are added again.
    names = len(artifact.members) + sum(odd.details.get("how") in _LEAVING for odd in artifact.oddities)
    if artifact.is_directory or names <= 3:  # noqa: PLR2004 - as the loader counts
        return
    # `_reject_zip_extract_bomb` walks all entries before `extract_open_archive` begins, so a bomb wins over a bad name
    # wherever the two stand in the archive.
    for kind, text, member in (*_bombs(session), *_names(session)):
        raise LoadFailure(kind, text, "KER116", member, "", {"found": text}, member)
    damage = unpacking_damage(artifact)
    if damage is not None:
        kind = exception_of(damage.reason) or "BadZipFile"
        raise LoadFailure(kind, damage.reason, "KER116", damage.member, "", {"found": damage.reason}, damage.member)


_LEAVING = ("is absolute", "leaves its folder")


def _bombs(session: Session) -> Iterator[tuple[str, str, str]]:
    """Members that declare more than 256 MiB and a hundred times what is stored."""
    if not refuses_linked_groups(session.release):
        return
    for odd in session.artifact.oddities:
        member = odd.location.member
        if odd.kind in {"zip-bomb", "zip-extract-bomb"} and session.artifact.has_member(member):
            declared, stored = readable(int(odd.details["declared"])), readable(int(odd.details["stored"]))
            text = (
                f"Not allowed: archive member '{member}' declares {declared} but only {stored} are stored on disk; "
                "refusing to extract a potential decompression bomb."
            )
            yield "ValueError", text, member


def _names(session: Session) -> list[tuple[str, str, str]]:
    """Names that lead out of the folder."""
    # keras/src/utils/file_utils.py: the warning about a skipped path was written for `TarInfo.name`. Outside these
    # releases the path is skipped or taken by `ZipFile.extractall`, which strips it, and nothing is raised.
    if not _NAME_BUG[0] <= session.release < _NAME_BUG[1]:
        return []
    leaving = (odd.location.member for odd in session.artifact.oddities if odd.details.get("how") in _LEAVING)
    return [("AttributeError", "'ZipInfo' object has no attribute 'name'", member) for member in leaving]
