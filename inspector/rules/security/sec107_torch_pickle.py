"""A PyTorch module inside a Keras model: a pickle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.audit import Risk, Sighting
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC107",
    name="torch-pickle",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="a TorchModuleWrapper holds {subject}, which torch.load unpickles",
    fix="do not load the file; ask for the model's state_dict in safetensors and the code of its module",
    what="A TorchModuleWrapper stores a PyTorch module in its config, as base64 of what torch.save wrote.",
    why=(
        "torch.load without weights_only runs whatever the pickle says. Keras 3.11.0 to 3.11.2 did so while loading, "
        "whatever safe mode said, where PyTorch is installed (CVE-2025-49655); before, the text made it fail."
    ),
    example='{"class_name": "TorchModuleWrapper", "config": {"module": "UEsDBAAA..."}}',
    references=("https://nvd.nist.gov/vuln/detail/CVE-2025-49655",),
)
TRIGGERS = ("class:TorchModuleWrapper",)


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each such layer that holds anything."""
    for entry in evidence.configs:
        module = entry.arguments.get("module")
        if entry.class_name == "TorchModuleWrapper" and module:
            # Its length alone: the pickle is never read, and base64 tells a reader nothing.
            subject = f"{len(module)} characters of data" if isinstance(module, str) else "a module"
            guard = f"torch_wrapper@{evidence.container}"
            yield Sighting(RULE.code, subject, entry.at("config", "module"), Risk.CRITICAL, guard=guard)
