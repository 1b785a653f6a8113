"""SavedModels: what is read of sound ones, and how broken ones are named."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from inspector.codec import protobuf
from inspector.formats import saved_model
from inspector.terms.artifact import DamageKind
from inspector.tree.local import LocalTree

CLASSIC = Path(__file__).parent.parent.parent / "fixtures" / "classic"
SHARD = "variables/variables.data-00000-of-00001"
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12345\n"


def read(folder: Path):
    return saved_model.read(LocalTree(str(folder)), str(folder))


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(CLASSIC / "tf2.15.1" / "cnn", tmp_path / "model"))


def test_sound(folder):
    artifact = read(folder)
    graph = artifact.saved_model.meta_graphs[0]
    assert (artifact.damage, artifact.gaps) == ((), ())
    assert graph.tags == ("serve",)
    assert artifact.producer.tensorflow == graph.tensorflow_version == "2.15.1"
    assert artifact.producer.keras == "2.15.0"
    assert graph.graph.producer > 0
    assert "serving_default" in artifact.signatures
    assert graph.objects[0].kind == "user_object"
    assert set(graph.concrete_functions) <= set(graph.graph.functions)
    assert artifact.saved_model.variables.faults == {}
    assert artifact.keras_metadata.nodes[0].identifier == "_tf_keras_sequential"
    assert artifact.keras_metadata.by_id[artifact.keras_metadata.nodes[0].node_id].node_path == "root"


def truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flipped(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


def as_text_file(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def other_message(data: bytes) -> bytes:
    message = protobuf.parse("tensorflow.SavedModel", data, "")
    return message.meta_graphs[0].graph_def.SerializeToString()


@pytest.mark.parametrize(
    ("member", "change", "kind", "fault"),
    [
        ("saved_model.pb", None, DamageKind.MISSING, ""),
        ("saved_model.pb", lambda _: b"", DamageKind.EMPTY, ""),
        ("saved_model.pb", lambda _: LFS, DamageKind.LFS_POINTER, "corrupt"),
        ("saved_model.pb", lambda _: b"<!DOCTYPE html><html>", DamageKind.HTML, "end-group"),
        ("saved_model.pb", truncated, DamageKind.TRUNCATED, "truncated"),
        ("saved_model.pb", lambda data: data + bytes(16), DamageKind.UNPARSEABLE, "end-group"),
        ("saved_model.pb", as_text_file, DamageKind.CRLF, "corrupt"),
        ("saved_model.pb", other_message, DamageKind.WRONG_FORMAT, "corrupt"),
        ("variables/variables.index", None, DamageKind.MISSING, ""),
        ("variables/variables.index", lambda _: LFS, DamageKind.LFS_POINTER, ""),
        ("variables/variables.index", flipped, DamageKind.CORRUPT, ""),
        (SHARD, None, DamageKind.MISSING, ""),
        (SHARD, lambda _: LFS, DamageKind.LFS_POINTER, ""),
        (SHARD, truncated, DamageKind.TRUNCATED, ""),
        (SHARD, flipped, DamageKind.CORRUPT, ""),
        ("keras_metadata.pb", lambda _: b"\x07", DamageKind.UNPARSEABLE, "corrupt"),
        ("keras_metadata.pb", lambda _: b"", DamageKind.EMPTY, ""),
        ("fingerprint.pb", lambda _: b"\xff", DamageKind.TRUNCATED, "truncated"),
    ],
)
def test_damage(folder, member, change, kind, fault):
    path = folder / member
    if change is None:
        path.unlink()
    else:
        path.write_bytes(change(path.read_bytes()))
    damage = read(folder).damaged(member)
    assert (damage.kind, damage.fault) == (kind, fault)


def test_what_old_protobuf_keeps_is_read(folder):
    """Releases before 4 only warn of a stray end of group: everything before it counts."""
    path = folder / "saved_model.pb"
    path.write_bytes(path.read_bytes() + bytes(16))
    assert read(folder).saved_model.meta_graphs[0].tags == ("serve",)


def test_the_checksums_are_those_that_tensorflow_prints(recorded_artifacts):
    artifact = read(recorded_artifacts / "damaged-tf2.15.1" / "sm_data_bitflip.savedmodel")
    fault = next(iter(artifact.saved_model.variables.faults.values()))
    assert (fault.kind, fault.stored, fault.calculated) == ("checksum", 2232812152, 2476853084)


def test_text_form_knows_what_older_releases_say(recorded_artifacts):
    artifact = read(recorded_artifacts / "damaged-tf2.15.1" / "sm_pbtxt.savedmodel")
    assert artifact.saved_model.pb_member == "saved_model.pbtxt"
    first = artifact.text_errors[0]
    assert first.text == '436:9 : Message type "tensorflow.OpDef" has no field named "is_distributed_communication".'


def test_metadata_of_old_releases_lies_in_the_object_graph(recorded_artifacts):
    artifact = read(recorded_artifacts / "tf2.4.4" / "lstm.savedmodel")
    assert artifact.keras_metadata.member == "saved_model.pb"
    assert artifact.producer.keras == "2.4.0"


@pytest.mark.parametrize(("name", "damaged"), [("sm_missing_asset", "missing"), ("sm_asset_empty", "empty")])
def test_assets(recorded_artifacts, name, damaged):
    artifact = read(recorded_artifacts / "damaged-tf2.21.0" / f"{name}.savedmodel")
    assert artifact.damaged("assets/tbl.txt").kind == damaged


@pytest.mark.parametrize("seed", range(60))
def test_any_bytes_are_survived(folder, seed):
    """Whatever is changed, reading ends in damage or in a model whose every part can be looked at."""
    chance = random.Random(seed)  # noqa: S311 - the same bytes every time
    member = chance.choice(["saved_model.pb", "variables/variables.index", "keras_metadata.pb", SHARD])
    data = bytearray((folder / member).read_bytes())
    for _ in range(chance.choice([1, 3, 50])):
        data[chance.randrange(len(data))] = chance.randrange(256)
    (folder / member).write_bytes(data[: chance.randrange(len(data))] if seed % 3 == 0 else data)
    artifact = read(folder)
    for graph in artifact.saved_model.meta_graphs if artifact.saved_model else ():
        assert len(graph.objects) == len(graph.message.object_graph_def.nodes)
        assert all(function.name == name for name, function in graph.graph.functions.items())
