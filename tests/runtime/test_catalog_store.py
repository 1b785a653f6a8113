"""The fact store gives back what was written, by release, and shares what releases have in common."""

from __future__ import annotations

import pytest

from inspector.runtime.catalog_store import FactStore, write_store

FACTS = {
    "1.0": {"A": {"x": 1}, "B": [1, 2]},
    "2.0": {"A": {"x": 2}, "B": [1, 2], "C": "new"},
    "2.1": {"A": {"x": 1}, "C": "new"},
}


@pytest.fixture
def store(tmp_path):
    write_store(tmp_path / "s.zlib", FACTS)
    return FactStore((tmp_path / "s.zlib").read_bytes())


@pytest.mark.parametrize(
    ("release", "key", "expected"),
    [
        ("1.0", "A", {"x": 1}),
        ("2.0", "A", {"x": 2}),
        ("2.1", "A", {"x": 1}),
        ("2.1", "B", None),
        ("1.0", "C", None),
        ("1.0", "zzz", None),
        ("1.0", "", None),
    ],
)
def test_value_by_release(store, release, key, expected):
    assert store.get(release, key) == expected


def test_every_release_comes_back_whole(store):
    assert {r: store.facts(r) for r in store.releases} == FACTS


def test_what_releases_share_is_one_object(store):
    assert store.get("1.0", "A") is store.get("2.1", "A")


def test_variants_name_their_releases(store):
    assert store.variants("A") == ((("1.0", "2.1"), {"x": 1}), (("2.0",), {"x": 2}))


def test_many_shards(tmp_path):
    facts = {"1.0": {f"key{i:04}": "v" * 100 + str(i) for i in range(1000)}}
    write_store(tmp_path / "s.zlib", facts)
    assert FactStore((tmp_path / "s.zlib").read_bytes()).facts("1.0") == facts["1.0"]


def test_other_bytes_are_refused():
    with pytest.raises(ValueError, match="not a fact store"):
        FactStore(b"PK\x03\x04" * 10)


def test_unknown_release_is_an_error(store):
    with pytest.raises(KeyError, match=r"9\.9"):
        store.get("9.9", "A")
