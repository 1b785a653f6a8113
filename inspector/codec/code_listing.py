"""What a code object does, in words: its calls with their arguments, imports, and what it gives back.

A stack machine over texts: it follows the instructions in file order without taking jumps, so that it always ends. What
it doesn't know stands as `?`; nothing is judged by it that the names and constants don't say as well.
"""

from __future__ import annotations

from inspector.codec.bytecode import instructions, writers
from inspector.codec.code_machine import Machine
from inspector.codec.code_steps import HANDLERS, HANDLERS_27
from inspector.codec.marshalled import PY27, Code, code_of, nested, summary
from inspector.terms.record import record

# The largest functions of Lambda layers have some hundred instructions.
STEP_LIMIT = 20_000


@record
class Listing:
    """One function: where it was written, its events in order, and its constants."""

    name: str
    filename: str
    line: int
    events: tuple[tuple[str, str], ...]
    followed: bool = True


@record
class Written:
    """A stored function: the Pythons that may have compiled it, its code objects, the outermost first."""

    pythons: tuple[str, ...]
    codes: tuple[Code, ...]

    @property
    def listings(self) -> tuple[Listing, ...]:
        """What each code object does."""
        python, left = self.pythons[0] if self.pythons else "", STEP_LIMIT
        found = []
        for code in self.codes:
            if left > 0:
                found.append(listing(code, python, left))
                left -= 1 + len(code.code)
        return tuple(found)


def read_function(data: bytes) -> Written | None:
    """The function in the bytes of a Lambda; None where they are no code object of any known Python."""
    code = summary(data)
    if code is None:
        code = code_of(data, PY27)
    return None if code is None else Written(writers(data), tuple(nested(code)))


def listing(code: Code, python: str, limit: int = STEP_LIMIT) -> Listing:
    """What the code does in its first instructions; only its place where no known Python compiled it."""
    found = instructions(code, python) if python else None
    machine, handlers = Machine(code, python), HANDLERS_27 if python == "2.7" else HANDLERS
    for name, argument in (found or [])[:limit]:
        # Jumps on a condition take it off the stack, whichever way they go.
        # 3.11 alone has eight such opcodes: forward and backward, by truth and by None.
        handler = handlers.get("POP_JUMP" if name.startswith("POP_JUMP") else name)
        if handler is not None:
            handler(machine, argument)
    return Listing(code.name, code.filename, code.first_line, tuple(machine.events), found is not None)
