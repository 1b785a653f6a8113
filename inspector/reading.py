"""Reading an artifact, with no target in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.formats.registry import detect_and_read

if TYPE_CHECKING:
    from inspector.terms.artifact import Artifact


def read(path: str) -> Artifact:
    """Parse the model at `path`. A broken one yields an artifact with its damage.

    Raises UsageError for no such path, or a folder with no model in it.
    """
    return detect_and_read(path)
