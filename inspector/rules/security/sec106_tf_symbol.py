"""A layer of Keras 2 that calls a function of TensorFlow which is no operation on tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.audit.op_layers import of_node_def, of_op
from inspector.audit.symbols import of_tf_symbol
from inspector.rules.rule import Rule
from inspector.terms.audit import Risk, Sighting
from inspector.terms.finding import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.configs import ConfigEntry
    from inspector.audit.evidence import Evidence

RULE = Rule(
    code="SEC106",
    name="tf-symbol",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    message="a {class_name} layer calls {subject}, which {why}",
    fix="do not load the file; a model that was saved by Keras holds operations on tensors only",
    what="A TFOpLambda, ClassMethod, InstanceMethod or TensorFlowOpLayer names what does not compute on tensors.",
    why=(
        "Keras 2 and tf_keras look the name up among all that TensorFlow exports, load_op_library and io.gfile.rmtree "
        "included, whatever safe mode says; with a constant for its input it is called while the model is loaded."
    ),
    example='{"class_name": "TFOpLambda", "config": {"function": "io.gfile.rmtree"}}',
    references=("https://github.com/keras-team/tf-keras/pull/910",),
)
# RaggedTensor.from_row_splits and the like make tensors of tensors.
_CLASS_METHODS = ("from_", "convert_to_")
_OPS = ("TFOpLambda", "SlicingOpLambda")
_OTHERS = ("ClassMethod", "InstanceMethod", "InstanceProperty", "TensorFlowOpLayer")
TRIGGERS = tuple(f"class:{name}" for name in (*_OPS, *_OTHERS))


def find(evidence: Evidence) -> Iterator[Sighting]:
    """One sighting for each such layer."""
    for entry in evidence.configs:
        for symbol, risk, why in _judged(entry):
            details = {"class_name": entry.class_name, "why": why}
            guard = f"tf_symbol@{evidence.container}"
            yield Sighting(RULE.code, symbol, entry.at("config"), risk, guard=guard, details=details)


def _judged(entry: ConfigEntry) -> Iterator[tuple[str, Risk, str]]:
    config = entry.arguments
    if entry.class_name in _OPS and isinstance(symbol := config.get("function"), str):
        # raw_ops holds every op there is; most compute.
        is_raw = symbol.rpartition(".")[0].endswith("raw_ops")
        found = of_op(symbol.rpartition(".")[2]) if is_raw else of_tf_symbol(symbol)
        if found is not None:
            yield symbol, found.risk, found.why
    elif entry.class_name == "ClassMethod":
        yield from _class_method(config)
    elif entry.class_name in {"InstanceMethod", "InstanceProperty"}:
        name = config.get("method_name", config.get("attr_name"))
        if isinstance(name, str) and (name.startswith("_") or "." in name):
            yield name, Risk.HIGH, "leads from a tensor to the inside of Python"
    elif entry.class_name == "TensorFlowOpLayer":
        op = of_node_def(config.get("node_def"))
        if op is not None:
            yield op.subject, op.risk, op.why


def _class_method(config: dict[str, object]) -> Iterator[tuple[str, Risk, str]]:
    owner, method = config.get("cls_symbol"), config.get("method_name")
    if isinstance(owner, str) and isinstance(method, str) and not method.startswith(_CLASS_METHODS):
        yield f"{owner}.{method}", Risk.HIGH, "is no way to make a tensor"
