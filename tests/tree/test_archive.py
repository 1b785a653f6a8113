"""Zip archives: read in place, with limits."""

import zipfile
from pathlib import Path

import pytest

from inspector.terms.errors import LimitError, MalformedArtifactError
from inspector.tree import archive
from inspector.tree.archive import ZipTree
from inspector.tree.local import LocalTree


@pytest.fixture
def zipped(tmp_path):
    def make(*members, compression=zipfile.ZIP_STORED):
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w", compression) as out:
            for name, content in members:
                out.writestr(name, content)
        return str(path)

    return make


def test_members_are_read_where_they_lie(zipped):
    tree = ZipTree(zipped(("b", b"two"), ("a/x", b"one")))
    assert [member.name for member in tree.members()] == ["a/x", "b"]
    assert tree.read("b", 10) == b"two"
    span = tree.span("a/x")
    with Path(span.path).open("rb") as file:
        file.seek(span.offset)
        assert file.read(span.length) == b"one"


def test_a_compressed_member_has_no_span(zipped):
    assert ZipTree(zipped(("a", b"0" * 99), compression=zipfile.ZIP_DEFLATED)).span("a") is None


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "a/../../b"])
def test_a_name_that_leaves_the_archive_is_odd_and_not_a_member(zipped, name):
    tree = ZipTree(zipped((name, b"x")))
    assert not tree.has(name)
    assert [(oddity.kind, oddity.location.member) for oddity in tree.oddities()] == [("zip-unsafe-name", name)]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_members_of_one_name_the_last_is_read_as_zipfile_does(zipped):
    path = zipped(("a", b"first"), ("a", b"second"))
    assert ZipTree(path).read("a", 10) == zipfile.ZipFile(path).read("a") == b"second"
    assert [oddity.kind for oddity in ZipTree(path).oddities()] == ["zip-duplicate-name"]


def test_over_a_limit_nothing_is_read(zipped, monkeypatch):
    path = zipped(("a", b"12345"), ("b", b""))
    with pytest.raises(LimitError, match="larger than 4 bytes"):
        ZipTree(path).read("a", 4)
    with pytest.raises(LimitError, match="larger than 4 bytes"):
        ZipTree(path).copy("a", None, 4)
    monkeypatch.setattr(archive, "MEMBER_LIMIT", 1)
    with pytest.raises(LimitError, match="more than 1 members"):
        ZipTree(path)


def test_a_bomb_is_not_unpacked(zipped, monkeypatch):
    monkeypatch.setattr(archive, "RATIO_FROM", 1000)
    tree = ZipTree(zipped(("a", bytes(10**6)), compression=zipfile.ZIP_DEFLATED))
    with pytest.raises(LimitError, match="claim to hold 1000000"):
        tree.head("a", 1)


def test_a_changed_byte_is_found(zipped):
    path = zipped(("a", b"content"))
    with Path(path).open("r+b") as file:
        content = file.read().replace(b"content", b"kontent")
        file.seek(0)
        file.write(content)
    with pytest.raises(MalformedArtifactError, match="Bad CRC-32 for file 'a'"):
        ZipTree(path).copy("a", None, 100)


def test_no_zip_says_what_zipfile_says(tmp_path):
    (tmp_path / "x").write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(MalformedArtifactError, match="File is not a zip file"):
        ZipTree(str(tmp_path / "x"))


def test_a_single_file_is_a_tree_of_one(tmp_path):
    (tmp_path / "m.h5").write_bytes(b"abc")
    tree = LocalTree(str(tmp_path / "m.h5"))
    assert [(member.name, member.size) for member in tree.members()] == [("m.h5", 3)]
    assert tree.head("m.h5", 2) == b"ab"


@pytest.mark.parametrize("name", ["../m.h5", "/m.h5", "missing", "folder"])
def test_names_that_are_not_in_the_folder(tmp_path, name):
    (tmp_path / "folder").mkdir()
    tree = LocalTree(str(tmp_path))
    assert not tree.has(name)
    with pytest.raises(KeyError):
        tree.read(name, 10)
