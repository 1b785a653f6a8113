"""What functions of ten Pythons do, in words, and that hostile ones end."""

import base64
import json
import time
from pathlib import Path

import pytest

from inspector.codec.code_listing import read_function
from inspector.codec.code_machine import shown

DUMPED = json.loads((Path(__file__).parents[2] / "fixtures" / "bytecode" / "dumped.json").read_text())
PYTHONS = sorted(DUMPED)
CALLS = {
    "call_chain": ["tf.expand_dims(x, -1)", "tf.cast(tf.expand_dims(x, -1), tf.float32)"],
    "call_keywords": ["tf.reduce_mean(x, axis=-1, keepdims=True)"],
    "call_list": ["K.concatenate([xs[0], xs[1]], axis=-1)"],
    "const_tuple": ["tf.reshape(x, (-1, 28, 28, 1))"],
    "method": ["x.conjugate()"],
    "importing": ["math.floor(x)"],  # as m
    "nested": ["inner(1)"],
}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", sorted(CALLS))
def test_calls_are_listed(name, python):
    written = read_function(base64.b64decode(DUMPED[python][name]))
    assert python in written.pythons
    assert [text for found in written.listings for kind, text in found.events if kind == "call"] == CALLS[name]


@pytest.mark.parametrize("python", PYTHONS)
def test_every_function_of_the_samples_is_followed(python):
    for name, text in DUMPED[python].items():
        written = read_function(base64.b64decode(text))
        assert all(found.followed for found in written.listings), name
        assert any(kind == "return" for kind, _ in written.listings[0].events) or name == "checking", name


@pytest.mark.parametrize("python", PYTHONS)
def test_changed_bytes_end_in_time_and_without_an_error(python):
    whole = base64.b64decode(DUMPED[python]["comprehension"])
    started = time.process_time()
    for place in range(len(whole)):
        for value in (0, 0x29, 0xFF, whole[place] ^ 0x80):
            written = read_function(whole[:place] + bytes([value]) + whole[place + 1 :])
            assert written is None or written.listings
    assert time.process_time() - started < 20


def test_constants_are_cut_short():
    bomb = ("x",)
    for _ in range(60):
        bomb = (bomb,) * 8
    assert len(shown(bomb)) < 10_000
    assert shown(10**5000) == "<a long integer>"
    assert len(shown("a" * 10_000)) < 200
