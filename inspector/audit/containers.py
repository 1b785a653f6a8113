"""The container surface: what members, links and layouts say, beyond the oddities that readers noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence


def tokens(evidence: Evidence) -> Iterator[str]:
    """`hdf5:link`, `member:stray` and the like."""
    del evidence
    return iter(())
