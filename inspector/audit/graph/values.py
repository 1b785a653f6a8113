"""Where the text of a path or address comes from, as far as the graph says."""

from __future__ import annotations

from enum import StrEnum
from itertools import islice, product
from typing import TYPE_CHECKING

from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Source(StrEnum):
    """What decides the value, the most harmless first: of parts joined into one text the last one says what it is."""

    SAVER = "the checkpoint's own prefix"
    ASSET = "an asset of the SavedModel"
    CONST = "a constant"
    INPUT = "an input of the caller"
    DYNAMIC = "computed"


_ORDER = tuple(Source)
# A sink whose path takes more values than this is a list of training files; the first ones tell what kind they are.
VALUES_LIMIT = 16
# Texts in messages and joins: no path that an operating system takes is longer (PATH_MAX of Linux).
TEXT_LIMIT = 4096


@record
class Value:
    """One value. Of INPUT and DYNAMIC parts `text` holds the name in braces.

    `reads` is the place of the op whose file contents flow into it ("": none). `is_hidden`: nobody who reads the graph
    sees it (decoded, of a file, too deep to follow).
    """

    source: Source
    text: str
    is_hidden: bool = False
    reads: str = ""

    @property
    def taken(self) -> str:
        """Where file contents in it come from, in words."""
        return f"from what {self.reads} reads" if self.reads else ""


def joined(parts: Sequence[tuple[Value, ...]], separator: str = "") -> tuple[Value, ...]:
    """Texts put together, in every way that the parts allow, up to the limit."""
    if not parts or not all(parts):
        return ()
    return distinct(_join(choice, separator) for choice in islice(product(*parts), VALUES_LIMIT))


def _join(choice: tuple[Value, ...], separator: str) -> Value:
    """One text: a literal beside a variable part does not change who decides it."""
    source = max((value.source for value in choice), key=_ORDER.index)
    sources = {value.source for value in choice}
    if Source.CONST in sources and source is Source.CONST:
        source = _mildest(choice)
    text = separator.join(value.text for value in choice)[:TEXT_LIMIT]
    reads = next((value.reads for value in choice if value.reads), "")
    return Value(source, text, any(value.is_hidden for value in choice), reads)


def _mildest(choice: tuple[Value, ...]) -> Source:
    """SAVER or ASSET with literal parts stay what they are, unless a part climbs out by `..` or comes first."""
    special = [value.source for value in choice if value.source is not Source.CONST]
    climbs = any(".." in value.text for value in choice if value.source is Source.CONST)
    leads = is_outside(choice[0].text) and choice[0].source is Source.CONST
    return Source.CONST if climbs or leads or not special else special[0]


def distinct(values: Iterable[Value]) -> tuple[Value, ...]:
    """Each value once, in order; of more than the limit the most telling ones, so that none hides behind many."""
    found = list(dict.fromkeys(values))
    if len(found) > VALUES_LIMIT:
        found.sort(key=_rank)
    return tuple(found[:VALUES_LIMIT])


def _rank(value: Value) -> tuple[bool, int, bool]:
    return not value.is_hidden, -_ORDER.index(value.source), not is_outside(value.text)


# Without a look at the platform: a model is inspected on one and loaded on another.
def is_outside(path: str) -> bool:
    """Whether a path leaves the working folder: absolute, climbing, a home folder, a drive, or with a scheme."""
    parts = path.replace("\\", "/").split("/")
    return path.startswith(("/", "\\", "~")) or ".." in parts or "://" in path or path[1:2] == ":"


def scheme_of(path: str) -> str:
    """`gs` of `gs://bucket/x`; "" where there is none."""
    head, mark, _ = path.partition("://")
    return head.lower() if mark and head.isalnum() else ""
