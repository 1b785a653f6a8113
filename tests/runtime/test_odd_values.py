"""Values of another type than a class stores: what was recorded of them, and for which it speaks."""

import pytest

from inspector.runtime.keras_facts import release_facts
from inspector.runtime.odd_values import kind_of
from inspector.terms.runtime import KerasFlavour

KERAS2 = release_facts(KerasFlavour.KERAS2, "2.15.0")
KERAS3 = release_facts(KerasFlavour.KERAS3, "3.12.0")


def odd(facts, name, config, key, kind="layer"):
    return facts.odd(facts.named(name, kind)[0], config, key)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "none"), (True, "switch"), (3, "integer"), (-3, "negative"), (0.25, "fraction"), ("same", "text"),
        ([], "list"), ({}, "dict"), ([3], "wrapped"), ([3, 3], None), ({"class_name": "Zeros"}, None),
    ],
)  # fmt: skip
def test_kinds(value, kind):
    assert kind_of(value) == kind


@pytest.mark.parametrize(
    ("name", "config", "start", "is_called"),
    [
        ("LSTM", {"dropout": []}, "'>' not supported between instances of 'list'", False),
        ("Conv2D", {"filters": None}, "unsupported operand type(s) for *: 'NoneType'", True),
        ("Dense", {"trainable": {}}, "Expected `trainable` argument to be a boolean, but got: {}", False),
        ("Conv2D", {"padding": "both"}, "The `padding` argument must be", False),
    ],
)
def test_what_a_class_raises(name, config, start, is_called):
    found = odd(KERAS2, name, config, next(iter(config)))
    assert found is not None
    assert (found.text[: len(start)], found.is_called) == (start, is_called)


@pytest.mark.parametrize(
    ("name", "config", "key"),
    [
        ("Dense", {"units": 5}, "units"),
        ("Dense", {"use_bias": None}, "use_bias"),  # false, and nothing else
        ("Conv2D", {"kernel_size": [3, 3]}, "kernel_size"),
        ("Conv2D", {"padding": "same"}, "padding"),
        ("RandomFlip", {"mode": "horizontal"}, "mode"),  # the text lists no words: this may be one of them
        ("Normalization", {"mean": 0.5, "variance": 2.0}, "mean"),  # refused beside no variance
    ],
)
def test_what_it_takes_or_may_take(name, config, key):
    assert odd(KERAS2, name, config, key) is None


def test_a_release_between_recorded_ones_answers_as_the_one_before():
    facts = release_facts(KerasFlavour.KERAS3, "3.15.1")
    assert odd(facts, "LSTM", {"dropout": []}, "dropout") is not None
