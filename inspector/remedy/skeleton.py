"""One class to be written: what is missing, and what was found out about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.remedy.bases import Base
    from inspector.remedy.missing import Missing, Use
    from inspector.remedy.parameters import Parameter
    from inspector.remedy.stored import Weight


@record(eq=False)
class Skeleton:
    """A missing class with its name in the source, its base, its constructor, and its stored weights by place."""

    missing: Missing
    identifier: str
    base: Base
    parameters: list[Parameter]
    weights: Mapping[Use, tuple[Weight, ...]] = field(default_factory=dict)
