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
# Each file costs an open and a read; models with a thousand assets have them all in one format.
FILES_LIMIT = 200
# Pickle's PROTO opcode and its version (PEP 307, PEP 574), then what frames of protocol 4 and 5 begin with or any
# opcode; programs as execve (ELF, `#!`), Windows (MZ, padded with zeros) and macOS (Mach-O) know them.
_PICKLES = tuple(bytes((0x80, version)) for version in range(2, 6))
_PROGRAMS = (b"\x7fELF", b"#!/", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
# Protocol 0 has no mark of its own: a GLOBAL of the standard library, then what no line of a word list begins with.
_GLOBAL = re.compile(rb"c([A-Za-z_]\w*)[\w.]*\n\w+\n[(pq0-2]")
_MODULES = {*sys.stdlib_module_names, "__builtin__", "numpy", "torch"}
_HEAD = 64


def disguises(tree: Tree, known: tuple[str, ...]) -> Iterator[Oddity]:
    """One oddity for each file whose bytes are of a pickle or program; those of a known beginning are passed."""
    names = [member.name for member in tree.members() if member.size and not member.name.startswith(known)]
    for name in names[:FILES_LIMIT]:
        try:
            what = _what(tree.head(name, _HEAD))
        except (MalformedArtifactError, LimitError, KeyError, OSError):
            continue  # a member that cannot be opened is damage, and named there
        if what:
            yield Oddity(KIND, Location(name), {"what": what})


def _what(head: bytes) -> str:
    named = _GLOBAL.match(head)
    if head.startswith(_PICKLES) or (named and named[1].decode() in _MODULES):
        return "a pickle, which runs code when it is read"
    is_program = head.startswith(_PROGRAMS) or (head.startswith(b"MZ") and b"\0" in head[:8])
    return "a program or a native library" if is_program else ""
