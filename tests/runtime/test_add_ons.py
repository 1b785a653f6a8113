"""Ops of packages beside TensorFlow: they count where the package is there and its module is imported."""

from __future__ import annotations

import pytest

from inspector.runtime.add_ons import (
    Bracket,
    addon_ops,
    bracket,
    lookups,
    modules_providing,
    packages_providing,
    unsure_ops,
)
from inspector.runtime.tensorflow_facts import release_facts

TEXT_OP = "UnicodeScriptTokenizeWithOffsets"
OLD_TEXT_OP = "SentencepieceOp"


@pytest.mark.parametrize(
    ("imports", "packages", "known"),
    [
        (("tensorflow_text",), {"tensorflow-text": "2.15.0"}, True),
        (("tensorflow_text.python",), {"tensorflow-text": "2.15.0"}, True),
        (("tensorflow_text",), {}, False),
        ((), {"tensorflow-text": "2.15.0"}, False),
        (("my_package", "tensorflow_text"), {"tensorflow-text": "2.15.0"}, True),
    ],
)
def test_op_counts_where_imported_and_installed(imports, packages, known):
    assert (release_facts("2.15.1", lookups(imports, packages)).op(TEXT_OP) is not None) is known


def test_kernels_come_with_the_op():
    facts = release_facts("2.15.1", lookups(["tensorflow_text"], {"tensorflow-text": "2.15.0"}))
    assert [kernel.device for kernel in facts.kernels(OLD_TEXT_OP)] == ["CPU"]


def test_which_package_has_an_op():
    assert packages_providing(TEXT_OP) == ("tensorflow-text",)
    assert modules_providing(TEXT_OP) == ("tensorflow_text",)
    assert packages_providing("NotAnOp") == packages_providing("MatMul") == ()


def test_ops_of_a_package():
    assert TEXT_OP in addon_ops("tensorflow-text", "2.15.0")
    assert addon_ops("not-a-package", "1.0") == frozenset()


def test_version_between_recorded_ones_is_judged_by_both():
    assert bracket("tensorflow-text", "2.10.5") == Bracket("tensorflow-text==2.10.0", "tensorflow-text==2.11.0")
    both = addon_ops("tensorflow-text", "2.10.0") & addon_ops("tensorflow-text", "2.11.0")
    assert addon_ops("tensorflow-text", "2.10.5") == both
    unsure = unsure_ops(["tensorflow_text"], {"tensorflow-text": "2.10.5"})
    assert unsure == addon_ops("tensorflow-text", "2.10.0") ^ addon_ops("tensorflow-text", "2.11.0")
    assert unsure_ops(["tensorflow_text"], {"tensorflow-text": "2.10.0"}) == frozenset()
