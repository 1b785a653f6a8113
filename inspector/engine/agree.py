"""A release that was not recorded answers where the recorded releases around it agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.terms.finding import Gap, Location, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from inspector.runtime.facts import Capabilities


def agreed(judged: Sequence[Sequence[Outcome]], recorded: Sequence[Capabilities]) -> Iterator[Outcome]:
    """One outcome per loader. Differing verdicts become unknown, with what each recorded release does as the reason."""
    first, *others = judged
    for outcome in first:
        rivals = [next((o for o in other if o.loader == outcome.loader), None) for other in others]
        if all(rival is not None and rival.verdict is outcome.verdict for rival in rivals):
            # Texts change more often than verdicts: where the verdicts agree the lower release speaks for both.
            yield outcome
        else:
            yield Outcome(outcome.loader, gaps=(_difference([outcome, *rivals], recorded),))


def _difference(outcomes: Sequence[Outcome | None], recorded: Sequence[Capabilities]) -> Gap:
    """The gap that says which recorded release does what."""
    said = "; ".join(
        f"{_name(capabilities)}: {outcome.verdict.value if outcome else 'no such loader'}"
        for outcome, capabilities in zip(outcomes, recorded, strict=True)
    )
    # Both were judged for the user's own target, whose name is what the reader knows.
    label = recorded[0].runtime.label
    return Gap(Location(label), f"this release was not recorded, and the recorded ones around it differ ({said})")


def _name(capabilities: Capabilities) -> str:
    parts = []
    if capabilities.tensorflow is not None:
        parts.append(f"tensorflow {capabilities.tensorflow.version}")
    if capabilities.keras is not None:
        parts.append(f"keras {capabilities.keras.version}")
    return " with ".join(parts)
