"""The reports of many artifacts in one, made of the texts of each: they come from processes of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from inspector.report.json_text import dumps
from inspector.terms.report import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence


def joined(texts: Sequence[str], name: str) -> str:
    """One report in that format: one JSON object, one run of SARIF, one text."""
    if name == "json":
        return dumps({"schema_version": SCHEMA_VERSION, "reports": [json.loads(text) for text in texts]})
    if name == "sarif":
        return dumps(_sarif([json.loads(text) for text in texts]))
    return ("\n\n" if name == "markdown" else "\n").join(text.rstrip("\n") for text in texts)


def _sarif(logs: list[dict[str, Any]]) -> dict[str, Any]:
    """One run of them all: services take one run of a tool for each upload."""
    runs = [log["runs"][0] for log in logs]
    # A result points at its rule by place (SARIF 2.1.0, 3.27.6), and places change when the lists of rules are joined.
    rules = {rule["id"]: rule for run in runs for rule in run["tool"]["driver"]["rules"]}
    ordered = sorted(rules)
    results = [result | {"ruleIndex": ordered.index(result["ruleId"])} for run in runs for result in run["results"]]
    first = runs[0]
    driver = first["tool"]["driver"] | {"rules": [rules[code] for code in ordered]}
    whole = first | {
        "tool": {"driver": driver},
        "invocations": [_invocation([run["invocations"][0] for run in runs])],
        "artifacts": [artifact for run in runs for artifact in run["artifacts"]],
        "results": results,
    }
    return logs[0] | {"runs": [whole]}


def _invocation(parts: list[dict[str, Any]]) -> dict[str, Any]:
    told = [note for part in parts for note in part["toolExecutionNotifications"]]
    statuses = [part["exitCode"] for part in parts if "exitCode" in part]
    ended = {"exitCode": worst_status(statuses)} if statuses else {}
    return {"executionSuccessful": True, **ended, "toolExecutionNotifications": told}


def worst_status(statuses: Sequence[int]) -> int:
    """Of several exit statuses the worst: failing (1) before what could not be judged (3) before 0."""
    # The order is that of harm, not of numbers: 3 leaves a doubt, 1 is certain, 2 says that nothing was judged at all.
    return max(statuses, key=(0, 3, 1, 2).index, default=0)
