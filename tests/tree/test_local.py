"""Folders: links are followed inside them only, and what is no file is not opened."""

import os

import pytest

from inspector.terms.errors import LimitError
from inspector.tree import local
from inspector.tree.local import LocalTree


def kinds(tree):
    return [(oddity.kind, oddity.location.member) for oddity in tree.oddities()]


@pytest.fixture
def home(tmp_path):
    """A folder with one file, and a file beside the folder."""
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "a").write_bytes(b"ours")
    (tmp_path / "secret").write_bytes(b"theirs")
    return tmp_path / "m"


def test_a_link_inside_is_read(home):
    (home / "b").symlink_to("a")
    tree = LocalTree(str(home))
    assert tree.read("b", 10) == b"ours"
    assert kinds(tree) == [("link-inside", "b")]


@pytest.mark.parametrize("target", ["../secret", "{}/secret"])
@pytest.mark.parametrize("asked_first", [True, False])
def test_a_link_out_is_there_and_not_read(home, target, asked_first):
    (home / "b").symlink_to(target.format(home.parent))
    tree = LocalTree(str(home))
    if not asked_first:
        assert kinds(tree) == [("link-out", "b")]
    assert tree.has("b")
    for read in (lambda: tree.read("b", 10), lambda: tree.head("b", 1), lambda: tree.span("b")):
        with pytest.raises(LimitError, match="leaves the model"):
            read()


def test_a_folder_behind_a_link_out_is_not_entered(home):
    (home.parent / "other").mkdir()
    (home.parent / "other" / "x").write_bytes(b"theirs")
    (home / "b").symlink_to("../other")
    tree = LocalTree(str(home))
    assert [member.name for member in tree.members()] == ["a"]
    with pytest.raises(LimitError):
        tree.read("b/x", 10)


@pytest.mark.parametrize(("target", "kind"), [(".", "link-loop"), ("..", "link-loop"), ("b", "link-broken")])
def test_links_in_circles_end(home, target, kind):
    (home / "d").mkdir()
    (home / "d" / "b").symlink_to(target)
    tree = LocalTree(str(home))
    assert kinds(tree) == [(kind, "d/b")]
    assert [member.name for member in tree.members()] == ["a"]


def test_folders_that_link_to_each_other_end_in_a_limit(home, monkeypatch):
    monkeypatch.setattr(local, "FOLDER_LIMIT", 50)
    for index in range(8):
        (home / f"d{index}").mkdir()
        for name in ("x", "y") if index < 7 else ():
            (home / f"d{index}" / name).symlink_to(f"../d{index + 1}")
    with pytest.raises(LimitError, match="more than 50 folders"):
        LocalTree(str(home)).members()


def test_a_pipe_is_no_member_and_is_not_opened(home):
    os.mkfifo(home / "p")
    tree = LocalTree(str(home))
    assert kinds(tree) == [("special-file", "p")]
    assert not tree.has("p")
    with pytest.raises(KeyError):
        tree.head("p", 1)


def test_a_file_of_holes_is_not_read(home):
    with (home / "h").open("wb") as file:
        file.truncate(2**40)
    tree = LocalTree(str(home))
    assert kinds(tree) == [("sparse-file", "h")]
    with pytest.raises(LimitError, match="claim to be"):
        tree.read("h", 2**50)


def test_files_are_counted_over_all_folders(home, monkeypatch):
    monkeypatch.setattr(local, "MEMBER_LIMIT", 5)
    for folder in ("x", "y"):
        (home / folder).mkdir()
        for index in range(2):
            (home / folder / str(index)).write_bytes(b"")
    with pytest.raises(LimitError, match="more than 5 files"):
        LocalTree(str(home)).members()
