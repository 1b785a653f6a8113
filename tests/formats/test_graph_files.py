"""Frozen graphs, `.meta` files and checkpoints."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.codec import protobuf
from inspector.formats import checkpoint, graph_def, meta_graph
from inspector.terms.artifact import DamageKind
from inspector.tree.local import LocalTree

CLASSIC = Path(__file__).parent.parent.parent / "fixtures" / "classic"
BUNDLE = CLASSIC / "tf2.15.1" / "cnn" / "variables"


def graph(*, text: bool = False) -> bytes:
    message = protobuf.message_class("tensorflow.GraphDef")()
    message.node.add(name="x", op="Placeholder").attr["dtype"].type = 1
    message.versions.producer = 1645
    return str(message).encode() if text else message.SerializeToString()


@pytest.mark.parametrize("text", [False, True])
def test_frozen_graph(tmp_path, text):
    path = tmp_path / "frozen.bin"  # the content decides, not the suffix
    path.write_bytes(graph(text=text))
    tree = LocalTree(str(path))
    assert graph_def.detect(tree)
    found = graph_def.read(tree, str(path)).graph
    assert (found.producer, found.nodes[0].op, found.nodes[0].attrs["dtype"].type) == (1645, "Placeholder", 1)


@pytest.mark.parametrize(
    ("data", "kind", "has_graph"),
    [
        (b"", DamageKind.EMPTY, True),  # an empty file is an empty graph
        (graph()[:-1], DamageKind.TRUNCATED, False),
        (b"<html>", DamageKind.HTML, True),  # protobuf before 4 stops at the first byte and has an empty graph
        (b"version https://git-lfs.github.com/spec/v1", DamageKind.LFS_POINTER, False),
    ],
)
def test_broken_graph(tmp_path, data, kind, has_graph):
    path = tmp_path / "frozen.pb"
    path.write_bytes(data)
    artifact = graph_def.read(LocalTree(str(path)), str(path))
    assert artifact.damage[0].kind is kind
    assert (artifact.graph is not None) is has_graph


def test_a_saved_model_is_no_graph(tmp_path):
    path = tmp_path / "frozen.pb"
    path.write_bytes((CLASSIC / "tf2.15.1" / "cnn" / "saved_model.pb").read_bytes())
    damage = graph_def.read(LocalTree(str(path)), str(path)).damage[0]
    assert (damage.kind, damage.reason) == (DamageKind.WRONG_FORMAT, "the file holds a SavedModel")


def test_meta_graph(tmp_path):
    saved = protobuf.parse("tensorflow.SavedModel", (BUNDLE.parent / "saved_model.pb").read_bytes(), "")
    path = tmp_path / "model.ckpt-1.meta"
    path.write_bytes(saved.meta_graphs[0].SerializeToString())
    tree = LocalTree(str(path))
    assert meta_graph.detect(tree)
    artifact = meta_graph.read(tree, str(path))
    assert artifact.producer.tensorflow == "2.15.1"
    assert artifact.saved_model.meta_graphs[0].graph.functions


def bundle_folder(tmp_path, state=""):
    for suffix in ("index", "data-00000-of-00001"):
        (tmp_path / f"ckpt-2.{suffix}").write_bytes((BUNDLE / f"variables.{suffix}").read_bytes())
    (tmp_path / "ckpt-10.index").write_bytes((BUNDLE / "variables.index").read_bytes())
    if state:
        (tmp_path / "checkpoint").write_text(state)
    return LocalTree(str(tmp_path))


@pytest.mark.parametrize(
    ("name", "state", "prefix"),
    [
        ("ckpt-2", "", "ckpt-2"),
        ("ckpt-2.index", "", "ckpt-2"),
        ("ckpt-2.data-00000-of-00001", "", "ckpt-2"),
        ("", 'model_checkpoint_path: "ckpt-10"', "ckpt-10"),
        ("", 'model_checkpoint_path: "elsewhere"', "ckpt-2"),
        ("", "version https://git-lfs", "ckpt-2"),
    ],
)
def test_prefixes(tmp_path, name, state, prefix):
    tree = bundle_folder(tmp_path, state)
    assert checkpoint.detect(tree)
    assert checkpoint.read(tree, str(tmp_path / name)).bundle.prefix == prefix


def test_a_checkpoint_without_its_shard(tmp_path):
    artifact = checkpoint.read(bundle_folder(tmp_path), str(tmp_path / "ckpt-10"))
    assert artifact.damage[0].member == "ckpt-10.data-00000-of-00001"
    assert {fault.kind for fault in artifact.bundle.faults.values()} == {"missing"}


def test_v1_checkpoints_are_recognised(tmp_path):
    path = tmp_path / "model.ckpt"
    path.write_bytes((BUNDLE / "variables.index").read_bytes())
    artifact = checkpoint.read(LocalTree(str(path)), str(path))
    assert "V1 checkpoint" in artifact.gaps[0].reason
