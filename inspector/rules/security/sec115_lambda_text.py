"""Text where a Lambda layer has a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.audit import Confidence, Moment, Risk, Sighting
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC115",
    name="lambda-text",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    message="the {key} of a Lambda layer is text that is no name: {subject}",
    fix="do not use the file: no release of Keras wrote it, and none makes a function of the text",
    what="A Lambda layer holds source code, or other text, where Keras stores a function's name or its bytecode.",
    why=(
        "No recorded release compiles such text: it is looked up as a name, and the load fails. It was made by hand, "
        "or by another program that may do with it what Keras does not."
    ),
    example='{"class_name": "Lambda", "config": {"function": "lambda x: print(x)"}}',
)
TRIGGERS = ("class:Lambda",)
# Keras 2 stores the type of each beside it: `lambda` is bytecode, `raw` a value that is used as it is.
_KEYS = ("function", "output_shape", "mask")
_OTHER_TYPES = ("lambda", "raw")
_SHOWN = 120


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each such text; a dotted name is what Keras itself writes."""
    for entry in evidence.configs:
        for key in _KEYS if entry.class_name == "Lambda" else ():
            text = entry.arguments.get(key)
            if not isinstance(text, str) or entry.arguments.get(f"{key}_type") in _OTHER_TYPES or _is_name(text):
                continue
            yield Sighting(
                RULE.code,
                repr(text[:_SHOWN]),
                entry.at("config", key),
                Risk.MEDIUM,
                Confidence.MEDIUM,
                Moment.DEAD,
                details={"key": key},
            )


def _is_name(text: str) -> bool:
    """`relu`, `<lambda>` (Keras 1 and 2 write it for functions without a name), `keras.activations>relu`."""
    return text == "<lambda>" or all(part.isidentifier() for part in text.replace(">", ".").split("."))
