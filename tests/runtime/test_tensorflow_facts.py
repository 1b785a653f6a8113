"""TensorFlow's registry by release, from the catalog and from a snapshot."""

from __future__ import annotations

import pytest

from inspector.runtime.catalog_store import CATALOG
from inspector.runtime.facts import OpArg
from inspector.runtime.tensorflow_facts import recorded_releases, release_facts, snapshot_facts
from inspector.terms.errors import UsageError

MEGABYTE = 1_000_000
CATALOG_LIMIT = 1.5 * MEGABYTE


def test_every_minor_release_is_recorded():
    minors = {release.rpartition(".")[0] for release in recorded_releases()}
    assert minors >= {"1.15", *(f"2.{minor}" for minor in range(22))}


@pytest.mark.parametrize(
    ("op", "without", "having"),
    [
        ("DisableCopyOnRead", "2.8.4", "2.10.1"),  # in nearly every SavedModel of 2.12 and later
        ("AnonymousHashTable", "2.6.5", "2.15.1"),
        ("BatchMatMulV3", "2.4.4", "2.6.5"),
    ],
)
def test_op_by_release(op, without, having):
    assert release_facts(without).op(op) is None
    assert release_facts(having).op(op).name == op


def test_what_no_release_has():
    assert not [release for release in recorded_releases() if release_facts(release).op("NotAnOp")]


@pytest.mark.parametrize(
    ("release", "op", "attr", "expected"),
    [
        ("2.2.3", "AssignVariableOp", "validate_shape", False),
        ("2.10.1", "AssignVariableOp", "validate_shape", True),
        ("2.4.4", "VarHandleOp", "debug_name", False),
        ("2.15.1", "FusedBatchNormV3", "exponential_avg_factor", True),
    ],
)
def test_attr_by_release(release, op, attr, expected):
    assert (attr in release_facts(release).op(op).attrs) is expected


def test_attr_details():
    attrs = release_facts("2.15.1").op("InitializeTableFromTextFileV2").attrs
    assert (attrs["key_index"].minimum, attrs["key_index"].has_default) == (-2, False)
    assert (attrs["delimiter"].default, attrs["delimiter"].has_default) == ("\t", True)
    assert release_facts("2.15.1").op("Sqrt").attrs["T"].allowed[:3] == ("bfloat16", "float16", "float32")
    assert release_facts("2.15.1").op("Cast").attrs["Truncate"].default is False


def test_arguments():
    facts = release_facts("2.15.1")
    assert facts.op("AddN").inputs == (OpArg("inputs", "", type_attr="T", number_attr="N"),)
    assert facts.op("Assign").inputs[0] == OpArg("ref", "", type_attr="T", is_ref=True)
    assert facts.op("RestoreV2").outputs == (OpArg("tensors", "", type_list_attr="dtypes"),)
    assert facts.op("ReadVariableOp").inputs == (OpArg("resource", "resource"),)


def test_deprecated_op():
    op = release_facts("2.15.1").op("TFRecordReader")
    assert op.deprecated == 26
    assert "TFRecordReaderV2" in op.deprecation_text


def test_kernels():
    facts = release_facts("2.15.1")
    assert any(k.device == "CPU" and k.constraints == {"T": ("float32",)} for k in facts.kernels("MatMul"))
    assert not [k for k in facts.kernels("CudnnRNN") if k.device == "CPU"]
    assert facts.kernels("NotAnOp") == ()


def test_graph_def_versions_and_behaviour():
    assert [release_facts(r).graph_def_producer for r in ("1.15.5", "2.15.1")] == [134, 1645]
    behaviours = [release_facts(r).behaviour("unknown_attr") for r in ("2.4.4", "2.5.3")]
    assert behaviours == ["error", "ignored"]


def test_gradients():
    facts = release_facts("2.15.1")
    assert [facts.has_gradient(name) for name in ("MatMul", "NotAnOp")] == [True, False]


def test_releases_share_decoded_ops():
    assert release_facts("2.14.1").op("NoOp") is release_facts("2.15.1").op("NoOp")


def test_snapshot_answers_like_the_catalog():
    record = {
        "version": "2.15.1+mine",
        "graph_def": {"producer": 1645, "min_producer": 0, "min_consumer": 0},
        "ops": {"MyOp": {"in": [["x", "float"]], "flags": ["is_stateful"]}},
        "kernels": {"MyOp": [["CPU", {}], ["GPU", {"T": ["HALF"]}], ["CPU", {}, "labelled"]]},
        "behaviours": {"unknown_attr": "ignored"},
        "gradients": ["MyOp"],
    }
    facts = snapshot_facts(record)
    assert facts.version == "2.15.1+mine"
    assert facts.op("MyOp").is_stateful
    assert facts.has_gradient("MyOp")
    assert [(k.device, k.constraints) for k in facts.kernels("MyOp")] == [("CPU", {}), ("GPU", {"T": ("float16",)})]
    assert facts.op("MatMul") is None
    assert facts.graph_def_producer == 1645


def test_snapshot_that_no_recorder_wrote():
    with pytest.raises(UsageError, match="no graph_def, ops, kernels"):
        snapshot_facts({"version": "2.15.1"})


def test_catalog_is_small():
    assert sum((CATALOG / name).stat().st_size for name in ("tensorflow.zlib", "add_ons.zlib")) <= CATALOG_LIMIT
