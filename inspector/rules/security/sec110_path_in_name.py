"""A name that leads out of a folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.audit.configs import own_names
from inspector.rules.rule import Rule
from inspector.terms.audit import Moment, Risk, Sighting
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC110",
    name="path-in-name",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="the name {subject} is a path that leads out of the folder it would be put in",
    fix="rename the layer in the config, or have the model built anew",
    what="The name of a layer or model starts at the root of a drive, or holds `..` between separators.",
    why=(
        "Names become parts of paths: of groups in HDF5, of folders of assets and of files that callbacks write. Keras "
        "before 3.12.3 and 3.15.0 did not check where such a path leads (CVE-2026-12479). A `/` alone is normal in "
        "names of Keras 2, and refused by Keras 3."
    ),
    example='{"class_name": "StringLookup", "config": {"name": "..\\\\..\\\\startup"}}',
    references=("https://nvd.nist.gov/vuln/detail/CVE-2026-12479",),
)
TRIGGERS = ("name:path",)
# Only between separators: `a..b` is a plain name, and `..` elsewhere leads nowhere.
_LEADS_OUT = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:[/\\]")


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each such name."""
    for entry in evidence.configs:
        for steps, name in own_names(entry).items():
            if _LEADS_OUT.search(name):
                guard = f"asset_path@{evidence.container}"
                yield Sighting(RULE.code, repr(name), entry.at(*steps), Risk.MEDIUM, moment=Moment.SAVE, guard=guard)
