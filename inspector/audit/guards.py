"""What each release does with a dangerous construct: recorded guards of Keras, and the words for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.terms.audit import Exposure, Sighting
    from inspector.terms.runtime import Runtime


def exposure(sighting: Sighting, runtime: Runtime | None) -> tuple[Exposure | None, str]:
    """What the runtime does with it, in a sentence; without a runtime the releases in which it works."""
    del sighting, runtime
    return None, ""
