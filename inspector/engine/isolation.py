"""An inspection in a child process, for programs: the report comes back as plain data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from inspector.engine.died import died_report
from inspector.isolate import limits
from inspector.isolate.child import run
from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.terms.report import Report


def isolated(path: str, work: Callable[[], Report]) -> dict[str, Any]:
    """The JSON report that the work gives in a child process, or the one that says how the child died."""
    if not limits.available():
        raise UsageError("this platform has no fork: nothing can be inspected in a child process")
    # JSON, not pickle: the child may be in the hands of the file that it read, and a pickle of its making would run
    # here.
    ended = run(lambda: [("report", json.dumps(work().to_dict()))])
    if ended.death:
        return died_report(path, ended.death).to_dict()
    found: dict[str, Any] = json.loads(dict(ended.frames)["report"])
    return found
