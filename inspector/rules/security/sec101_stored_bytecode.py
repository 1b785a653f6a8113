"""A Python function inside the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.lambda_functions import stored_functions
from inspector.audit.lambda_names import opinion, printable
from inspector.rules.rule import Rule
from inspector.terms.audit import Confidence, Sighting
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.audit.lambda_functions import StoredFunction

RULE = Rule(
    code="SEC101",
    name="stored-bytecode",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="Python bytecode in the model ({subject}): it {does}",
    fix="read what it does with `inspect show`; load the model only if that is all it should do, or build it anew",
    what="A Lambda layer stores its function as Python bytecode, which runs when the model is built or called.",
    why=(
        "Bytecode can do whatever Python can. Safe mode refuses it in a .keras file, but before Keras 3.11.3 not in "
        "an .h5 file, and in tf_keras and Keras 2 neither there nor in a SavedModel (CVE-2024-3660, CVE-2025-9905). "
        "The risk is critical where names or texts in the function reach beyond tensors, and medium where all compute."
    ),
    example='{"class_name": "__lambda__", "config": {"code": "4wEAAAA...", "defaults": null, "closure": null}}',
    references=(
        "https://nvd.nist.gov/vuln/detail/CVE-2024-3660",
        "https://nvd.nist.gov/vuln/detail/CVE-2025-9905",
        "https://kb.cert.org/vuls/id/253266",
    ),
)
TRIGGERS = ("class:__lambda__", "class:Lambda", "key:function_type")


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each stored function."""
    for stored in stored_functions(evidence):
        found = opinion(stored.written)
        details = {"does": found.does, "dangerous": printable(", ".join(found.dangerous))}
        yield Sighting(
            RULE.code,
            _name(stored),
            stored.location,
            found.risk,
            # Where no recorded Python reads the bytes only their place says that they are code.
            Confidence.HIGH if stored.written is not None else Confidence.MEDIUM,
            guard=f"lambda@{evidence.container}",
            details=details | {"readers": " ".join(stored.readers), "code": _digest(stored.text)},
        )


def _digest(text: str) -> str:
    """Words say a part of what code does: a baseline that accepts this function must not accept the next one."""
    import hashlib  # noqa: PLC0415 - cold start: only models with stored functions

    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _name(stored: StoredFunction) -> str:
    """The function's name and where it was written."""
    if stored.written is None:
        return "unreadable"
    code = stored.written.codes[0]
    file = code.filename.replace("\\", "/").rpartition("/")[2]
    return printable(f"{code.name} of {file}:{code.first_line}")
