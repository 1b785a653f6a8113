"""An OpDef as TensorFlow's messages print it; the expected texts are what real releases raised."""

from __future__ import annotations

import pytest

from inspector.runtime.op_summary import summarize
from inspector.runtime.tensorflow_facts import release_facts

PRINTED = [
    (
        "1.15.5",
        "VarHandleOp",
        (
            'Op<name=VarHandleOp; signature= -> resource:resource; attr=container:string,default=""; '
            'attr=shared_name:string,default=""; attr=dtype:type; attr=shape:shape; is_stateful=true>'
        ),
    ),
    (
        "2.4.4",
        "VarHandleOp",
        (
            'Op<name=VarHandleOp; signature= -> resource:resource; attr=container:string,default=""; '
            'attr=shared_name:string,default=""; attr=dtype:type; attr=shape:shape; '
            "attr=allowed_devices:list(string),default=[]; is_stateful=true>"
        ),
    ),
    (
        "2.4.4",
        "InitializeTableFromTextFileV2",
        (
            "Op<name=InitializeTableFromTextFileV2; signature=table_handle:resource, filename:string -> ; "
            "attr=key_index:int,min=-2; attr=value_index:int,min=-2; attr=vocab_size:int,default=-1,min=-1; "
            'attr=delimiter:string,default="\\t"; is_stateful=true>'
        ),
    ),
    (
        "1.15.5",
        "ScanDataset",
        (
            "Op<name=ScanDataset; signature=input_dataset:variant, initial_state:, other_arguments: -> handle:variant; "
            "attr=f:func; attr=Tstate:list(type),min=1; attr=Targuments:list(type),min=0; "
            "attr=output_types:list(type),min=1; attr=output_shapes:list(shape),min=1; "
            "attr=preserve_cardinality:bool,default=false>"
        ),
    ),
    (
        "1.15.5",
        "AddN",
        (
            "Op<name=AddN; signature=inputs:N*T -> sum:T; attr=N:int,min=1; attr=T:type,allowed=[DT_FLOAT, DT_DOUBLE, "
            "DT_INT32, DT_UINT8, DT_INT16, ..., DT_COMPLEX128, DT_HALF, DT_UINT32, DT_UINT64, DT_VARIANT]; "
            "is_commutative=true; is_aggregate=true>"
        ),
    ),
    (
        "2.21.0",
        "ImageSummary",
        (
            "Op<name=ImageSummary; signature=tag:string, tensor:T -> summary:string; attr=max_images:int,default=3,"
            "min=1; attr=T:type,default=DT_FLOAT,allowed=[DT_UINT8, DT_FLOAT, DT_HALF, DT_DOUBLE]; "
            "attr=bad_color:tensor,default=Tensor<type: uint8 shape: [4] values: 255 0 0...>>"
        ),
    ),
]


@pytest.mark.parametrize(("release", "op", "expected"), PRINTED, ids=[f"{r}-{op}" for r, op, _ in PRINTED])
def test_as_printed(release, op, expected):
    assert release_facts(release).op(op).summary == expected


@pytest.mark.parametrize(
    ("default", "kind", "expected"),
    [
        ({"f": 9.999999747378752e-05}, "float", "0.0001"),
        ({"f": 1.0}, "float", "1"),
        ({"b": False}, "bool", "false"),
        ({"s": 'a"b\n\x01'}, "string", '"a\\"b\\n\\001"'),
        ({"shape": None}, "shape", "<unknown>"),
        ({"shape": [2, -1]}, "shape", "[2,?]"),
        ({"list": []}, "list(string)", "[]"),
        ({"list": ["FLOAT", "INT32"]}, "list(type)", "[DT_FLOAT, DT_INT32]"),
    ],
)
def test_default_values(default, kind, expected):
    record = {"attr": [{"name": "a", "type": kind, "default": default}]}
    assert summarize("X", record) == f"Op<name=X; signature= -> ; attr=a:{kind},default={expected}>"
