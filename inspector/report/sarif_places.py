"""Where a finding is, as SARIF says it: a file of the disk, what is inside it, and the place in that."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from inspector.terms.artifact import Format

if TYPE_CHECKING:
    from inspector.terms.artifact import Artifact
    from inspector.terms.finding import Location

BASE = "SRCROOT"  # relative paths start where the command was run: in CI the root of the repository
# Models are binary files without lines, but GitHub's code scanning refuses a place that has none.
_START = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}
_BYTE = re.compile(r"byte (\d+)")


def location(place: Location, artifact: Artifact) -> dict[str, Any]:
    """The location (SARIF 2.1.0, 3.28): the file on disk, and as logical locations its member and the pointer."""
    beside, member = _split(place.member, artifact)
    physical: dict[str, Any] = {
        "artifactLocation": artifact_location(_folder(artifact) if beside else artifact.path, beside)
    }
    # An offset counts in the file on disk only where the member is that file.
    at = None if member else _BYTE.fullmatch(place.pointer)
    offset = {} if at is None else {"byteOffset": int(at.group(1)), "byteLength": 0}
    physical["region"] = _START | offset
    logical = [*_member(member), *([] if at is not None else _pointer(place))]
    return {"physicalLocation": physical, **({"logicalLocations": logical} if logical else {})}


def artifact_location(path: str, member: str = "") -> dict[str, str]:
    """A path as URI: from where the command ran if it lies below, so that no folder of this machine is named."""
    full, here = os.path.abspath(path), os.getcwd()  # noqa: PTH100, PTH109 - texts are all that is needed
    below = os.path.relpath(full, here) if full.startswith(here.rstrip(os.sep) + os.sep) else ""
    base = (below or full).replace(os.sep, "/")
    # Path and member are quoted apart: of the user's own path `..` is meant.
    uri = "/".join([_quoted(base), *map(_part, member.split("/"))] if member else [_quoted(base)])
    return {"uri": uri, "uriBaseId": BASE} if below else {"uri": f"file:///{uri.lstrip('/')}"}


def _quoted(path: str) -> str:
    return quote(path, safe="/", errors="surrogatepass")


def _part(part: str) -> str:
    """A folder or file name of the artifact: one that means another folder must not lead a reader out of it."""
    return part.replace(".", "%2E") if part in (".", "..") else _quoted(part)


def _split(member: str, artifact: Artifact) -> tuple[str, str]:
    """The member as a file on disk, or else as a part of the artifact's one file; "" for both where it is that file."""
    name = os.path.basename(artifact.path.rstrip("/"))  # noqa: PTH119 - as above
    if member in ("", artifact.path) or (member == name and not artifact.is_directory):
        return "", ""
    # A checkpoint is named by its prefix: its files lie beside it.
    on_disk = artifact.is_directory or artifact.format is Format.CHECKPOINT
    return (member, "") if on_disk else ("", member)


def _folder(artifact: Artifact) -> str:
    return artifact.path if artifact.is_directory else os.path.dirname(artifact.path) or "."  # noqa: PTH120 - as above


def _member(member: str) -> list[dict[str, Any]]:
    return (
        [{"name": member.rpartition("/")[2] or member, "fullyQualifiedName": member, "kind": "member"}]
        if member
        else []
    )


def _pointer(place: Location) -> list[dict[str, Any]]:
    if not place.pointer:
        return []
    kind = "object" if place.member.endswith(".json") else "element"
    name = place.pointer.rpartition("/")[2] or place.pointer
    return [{"name": name, "fullyQualifiedName": place.pointer, "kind": kind}]
