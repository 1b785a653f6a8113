"""What all releases store is joined without what only one machine knows."""

from __future__ import annotations

import pytest

from inspector.runtime.catalog.keras_union import VALUES, union_of, without_code

CODE = "4wEAAAAAAAAAAAAAAAEAAAADAAAA8wQAAACXAHwAUwCpAE6pACkB2gF4cwEAAAAg+gA=\n"


def stores(**emits):
    return {
        "names": {"activation": ["relu"]},
        "classes": {"m.Dense": {"kind": "layer", "name": "Dense", "emits": {"v3": emits}}},
    }


def test_values_join_what_is_known_which_stays_as_it_was():
    known = union_of([stores(units=[2], name=["d"])])
    joined = union_of([stores(units=[2, 3], lora_rank=[None])], known)
    assert joined["union"] == {"layer:Dense": {"v3": {"units": [2, 3], "lora_rank": [None]}}}
    assert known["union"] == {"layer:Dense": {"v3": {"units": [2]}}}
    assert joined["names"] == {"activation": ["relu"]}


def test_only_so_many_values_of_a_key_are_tried():
    assert union_of([stores(path=list(range(99)))])["union"]["layer:Dense"]["v3"]["path"] == list(range(VALUES))


@pytest.mark.parametrize(
    ("stored", "kept"),
    [
        (CODE, "4w=="),
        ([CODE, None, None], ["4w==", None, None]),
        (
            {"class_name": "__lambda__", "config": {"code": CODE}},
            {"class_name": "__lambda__", "config": {"code": "4w=="}},
        ),
        ("Yesterday", "Yesterday"),
        (["relu", 4, None], ["relu", 4, None]),
    ],
)
def test_code_leaves_a_mark(stored, kept):
    assert without_code(stored) == kept
