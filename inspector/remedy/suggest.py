"""`inspect suggest`: what to require, or what to change, so that a model loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.remedy.changes import Change, changes
from inspector.remedy.judging import Judge
from inspector.remedy.ranges import Requirement, requirements
from inspector.terms.record import record

if TYPE_CHECKING:
    from inspector.terms.artifact import Artifact
    from inspector.terms.report import Report
    from inspector.terms.runtime import Runtime


@record
class Suggestion:
    """What was found. `report` is the model in the user's environment, None where none was given."""

    artifact: Artifact
    report: Report | None
    changes: tuple[Change, ...]
    requirements: tuple[Requirement, ...]


def suggest(artifact: Artifact, runtime: Runtime | None, loaders: tuple[str, ...] = ()) -> Suggestion:
    """Changes to an environment; without one, or where no change was found, the requirements under which it loads."""
    judge = Judge(artifact, loaders)
    if runtime is None:
        return Suggestion(artifact, None, (), requirements(judge))
    return Suggestion(artifact, judge.report(runtime), changes(judge, runtime), ())
