"""What a symbolic call of a layer raises, and how the arithmetic of shapes lets it out."""

from __future__ import annotations

from inspector.terms.record import record


@record
class Raised:
    """An exception of a call; `inside` where `call` itself raises it, not `build` before it."""

    type: str
    text: str
    inside: bool = False


class RefusedError(Exception):
    """Carries a Raised out of the arithmetic of shapes."""

    def __init__(self, raised: Raised) -> None:
        """Keep what Keras raises."""
        super().__init__(raised.text)
        self.raised = raised


def refuse(text: str, kind: str = "ValueError", *, inside: bool = False) -> RefusedError:
    """The exception that carries this one of Keras."""
    return RefusedError(Raised(kind, text, inside))
