"""JSON as Python's own parser reads it, with limits: the loaders' error texts are the parser's."""

from __future__ import annotations

import json
from typing import Any

from inspector.terms.errors import LimitError, MalformedArtifactError

# Configs of the largest published models are under 30 MB; a parsed config takes about ten times its text.
TEXT_LIMIT = 128 * 2**20


def parse(text: str, member: str) -> Any:
    """The value; NaN and Infinity are taken as Python does.

    MalformedArtifactError carries the text that `json.loads` raises; LimitError where it is nested too deep for it.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise MalformedArtifactError(member, str(error), error.pos) from error
    except RecursionError as error:
        raise LimitError(member, "JSON nested deeper than Python's recursion limit") from error
