"""JSON: the value is Python's, and what is odd about it is noted where it stands."""

import json
import time

import pytest

from inspector.codec import json_text
from inspector.codec.json_text import decoded, parse
from inspector.terms.errors import LimitError, MalformedArtifactError


def notes_of(text):
    notes = []
    value = parse(text, "", notes)
    assert value == json.loads(text) or "NaN" in text
    return [(note.kind, note.pointer) for note in notes]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1, "b": [1, {"c": null}]}', []),
        ('{"a": 1, "a": 2}', [("json-repeated-key", "/a")]),
        ('{"x": [{"a": 1, "\\u0061": 2}]}', [("json-repeated-key", "/x/0/a")]),
        ('{"a/b": {"~": 1, "~": 2}}', [("json-repeated-key", "/a~1b/~0")]),
        # The inner repetition goes with the value that is dropped: it has no place of its own.
        ('{"a": {"b": 1, "b": 2}, "a": 3}', [("json-repeated-key", ""), ("json-repeated-key", "/a")]),
        ("[NaN, -Infinity]", [("json-constant", "")]),
        ('["\\ud800"]', [("json-surrogate", "")]),
        ('{"\\udfff": 1}', [("json-surrogate", "")]),
        ('["\\ud83d\\ude00"]', []),
        # What could upset a count of keys: white space, quotes and backslashes in texts and keys.
        ('{"a" : 1, "a": 2}', [("json-repeated-key", "/a")]),
        ('{"a"\n:1,"a":2}', [("json-repeated-key", "/a")]),
        ('{"x\\\\": 1, "a": 1, "a": 2}', [("json-repeated-key", "/a")]),
        ('{"x": "\\":", "a": 1, "a": 2}', [("json-repeated-key", "/a")]),
        ('{"\\"": 1, "b": "\\" :", "a": 1, "a": 2}', [("json-repeated-key", "/a")]),
        ('{"x": "a\\u0022\\u003a", "a": 1, "a": 2}', [("json-repeated-key", "/a")]),
        ('{"x": "\\":", "y\\\\": "b", "z": "c\\\\"}', []),
    ],
)
def test_what_is_noted(text, expected):
    assert notes_of(text) == expected


def test_both_values_of_a_repeated_key_are_told():
    notes = []
    parse('{"class_name": "Dense", "class_name": {"x": 1}}', "", notes)
    assert notes[0].details == {"key": "class_name", "first": "Dense", "last": '{"x": 1}'}


@pytest.mark.parametrize("depth", [json_text.DEPTH_LIMIT + 1, 10**5])
def test_depth_is_limited_whatever_the_parser_takes(depth):
    notes = []
    with pytest.raises(LimitError, match="nested deeper"):
        parse("[" * depth + "]" * depth, "", notes)
    assert [note.kind for note in notes] == ["json-depth"]


def test_depth_below_the_limit_is_read():
    assert parse("[" * 150 + "]" * 150, "")


def test_a_huge_integer_is_a_limit_and_no_error_of_ours():
    with pytest.raises(LimitError, match="more digits"):
        parse("9" * 5000, "")


def test_length_is_limited(monkeypatch):
    monkeypatch.setattr(json_text, "TEXT_LIMIT", 10)
    with pytest.raises(LimitError, match="more than 10 characters"):
        parse('["1234567890"]', "")


def test_errors_are_the_parsers_own():
    with pytest.raises(MalformedArtifactError, match=r"Expecting value: line 1 column 2 \(char 1\)"):
        parse("[", "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32-be"])
def test_bytes_are_decoded_as_json_loads_does(encoding):
    content = '{"é": 1}'.encode(encoding)
    notes = []
    assert json.loads(decoded(content, notes)) == json.loads(content)
    assert bool(notes) == (encoding != "utf-8")


def test_a_repeated_key_in_each_of_many_objects_is_noted_in_bounded_time():
    text = "[" + ",".join(['{"a": 1, "a": 2}'] * 20_000) + "]"
    notes = []
    began = time.process_time()
    parse(text, "", notes)
    assert len(notes) == json_text.NOTE_LIMIT
    assert time.process_time() - began < 2
