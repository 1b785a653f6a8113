"""What becomes of a verdict where the process imports a module of which nobody knows what it registers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.terms.finding import Gap, Outcome

if TYPE_CHECKING:
    from inspector.terms.finding import Problem

# What an import can mend, with the exceptions that are raised for a name that nothing is registered under: an op by
# `load_op_library`, a class or function of Keras by `register_keras_serializable`.
_MENDED = {
    "OPS101": {"NotFoundError", "FileNotFoundError", "ValueError", "RuntimeError"},
    "KER101": {"ValueError", "TypeError"},
    "KER105": {"ValueError", "TypeError"},
    "KER206": {"ValueError", "TypeError"},
}
_NAMELESS = "<lambda>"  # nothing registers it


def unless_registered(outcome: Outcome, imports: tuple[str, ...]) -> Outcome:
    """The outcome; unknown where all that stops the loader is what one of those imports may register."""
    if not outcome.problems or not all(map(_is_mended, outcome.problems)):
        return outcome
    first = outcome.problems[0]
    reason = f"{first.subject}: whether importing {', '.join(imports)} registers it is not known"
    return Outcome(outcome.loader, gaps=(Gap(first.location, reason), *outcome.gaps))


def _is_mended(problem: Problem) -> bool:
    return problem.subject != _NAMELESS and problem.error.type in _MENDED.get(problem.rule, ())
