"""Files whose first bytes say what their names do not: pickles and programs beside a model, under harmless names."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from inspector.terms.audit import Oddity
from inspector.terms.errors import LimitError, MalformedArtifactError
from inspector.terms.finding import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.tree.interface import Tree

KIND = "disguised-file"
# Each file costs an open and a read, 30 microseconds. Public models have some dozens of assets.
FILES_LIMIT = 10_000
# Pickle's PROTO opcode and its version (PEP 307, PEP 574), then what frames of protocol 4 and 5 begin with or any
# opcode; programs as execve (ELF, `#!`), Windows (MZ, padded with zeros) and macOS (Mach-O) know them.
_PICKLES = tuple(bytes((0x80, version)) for version in range(2, 6))
_PROGRAMS = (b"\x7fELF", b"#!/", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
# Protocol 0 has no mark of its own: a GLOBAL of the standard library, then what no line of a word list begins with.
_GLOBAL = rb"c([A-Za-z_]\w*)[\w.]*\n\w+\n[(pq0-2]"
_OTHER_MODULES = ("__builtin__", "numpy", "torch")
_HEAD = 64


def disguises(tree: Tree, known: tuple[str, ...]) -> Iterator[Oddity]:
    """One oddity for each file whose bytes are of a pickle or program; names of a known beginning are passed."""
    names = [member.name for member in tree.members() if member.size and not member.name.startswith(known)]
    for name in names[:FILES_LIMIT]:
        try:
            what = _what(tree.head(name, _HEAD))
        except (MalformedArtifactError, LimitError, KeyError, OSError):
            continue  # a member that cannot be opened is damage, and named there
        if what:
            yield Oddity(KIND, Location(name), {"what": what})
    # Said of the first that is not looked into: a crowd of files must not hide one.
    for name in names[FILES_LIMIT : FILES_LIMIT + 1]:
        what = f"one of {len(names) - FILES_LIMIT} files past the {FILES_LIMIT} that are looked into"
        yield Oddity(KIND, Location(name), {"what": what})


def _what(head: bytes) -> str:
    named = re.match(_GLOBAL, head)
    if head.startswith(_PICKLES) or (named and _is_importable(named[1].decode())):
        return "a pickle, which runs code when it is read"
    is_program = head.startswith(_PROGRAMS) or (head.startswith(b"MZ") and b"\0" in head[:8])
    return "a program or a native library" if is_program else ""


def _is_importable(module: str) -> bool:
    return module in sys.stdlib_module_names or module in _OTHER_MODULES
