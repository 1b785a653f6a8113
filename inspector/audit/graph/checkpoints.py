"""Checkpoint ops that are a saver's own, although no SaverDef says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.audit.graph.values import Source
from inspector.terms.audit import Moment
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from inspector.audit.graph.surface import Reach
    from inspector.audit.graph.values import Value

# The name that tf.compat.v1.train.Saver gives its files where nobody feeds one, and its shards (`part-0-of-1`, in a
# folder `_temp_UUID` before 2.4).
_DEFAULT = r"model(\.part|_temp[^/]*/part)?(-\?-of-\?)?"


def odd(reaches: Iterable[Reach]) -> Iterator[Reach]:
    """The nodes with a value that is not a saver's own, and those values only."""
    for reach in reaches:
        values = tuple(value for value in reach.values if not _is_own(reach, value))
        if values:
            yield replace(reach, values=values)


def _is_own(reach: Reach, value: Value) -> bool:
    """Savers name their files `model`, or take a placeholder that whoever restores feeds.

    A graph keeps the ops of every Saver that was made (frozen graphs, a second Saver); nothing starts them by itself.
    """
    if value.source is Source.SAVER:
        return True
    if reach.run.root.moment in (Moment.LOAD, Moment.UNLOAD):
        return False
    if value.source is Source.INPUT:
        return reach.run.root.moment in (Moment.DEAD, Moment.SAVE)
    return value.source is Source.CONST and re.fullmatch(_DEFAULT, value.text) is not None
