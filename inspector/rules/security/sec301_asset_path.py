"""Assets whose name leads out of the SavedModel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit import folders
from inspector.rules.rule import Rule
from inspector.terms.audit import Sighting
from inspector.terms.finding import Category, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC301",
    name="asset-path",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="{member}: the asset name {subject!r} {how}",
    fix="do not load it; an asset of TensorFlow lies below assets/ under a plain name",
    what="An AssetFileDef names a file by an absolute path, by a path with .. in it, or by a URL.",
    why=(
        "TensorFlow 2.21 joins the name to the assets folder unchecked: a table of the model reads that "
        "file when it loads, and its lines come out as answers."
    ),
    example="a vocabulary named ../../../etc/passwd",
    references=(
        "https://www.tensorflow.org/api_docs/python/tf/io/gfile/join",
        "https://cwe.mitre.org/data/definitions/22.html",
    ),
)
TRIGGERS = ("asset:path",)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each name."""
    # The place is the proto that names the asset: the file itself is outside, or nowhere.
    model = evidence.artifact.saved_model
    for name, how, risk in folders.unsafe_assets(evidence.artifact):
        yield Sighting(RULE.code, name, Location(model.pb_member if model else ""), risk, details={"how": how})
