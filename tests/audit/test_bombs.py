"""Each bomb works on a plain reader, and the inspector answers in bounded time and memory, and says so."""

from __future__ import annotations

import json
import os
import resource
import struct
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import h5py
import pytest
from hostile.folder_cases import model, sparse, table, with_link
from hostile.json_cases import config
from hostile.proto_cases import frozen, graph
from hostile.zip_cases import CONFIG, bomb, keras

from inspector.codec.crc32c import crc32c, mask
from inspector.codec.sstable import MAGIC, MAX_KEY_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# What the plain reader is given: enough for any model of this size a hundred times over.
NAIVE_BYTES, NAIVE_SECONDS = 400 * 2**20, 2
# What the inspector may take: the interpreter with h5py and numpy has 70 MB.
OWN_KILOBYTES, OWN_SECONDS = 400 * 2**10, 10
OWN = """
import json, resource, sys, inspector
report = inspector.inspect(sys.argv[1])
if "inspector.codec.hdf5" in sys.modules:
    sys.modules["inspector.codec.hdf5"].close()
who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
print(json.dumps({
    "rules": [finding.rule for finding in report.findings],
    "gaps": [gap.reason for gap in report.gaps],
    "peak": max(resource.getrusage(one).ru_maxrss for one in who),
}))
"""
WALK = """
import h5py
def walk(group):
    for name in group:
        if isinstance(group[name], h5py.Group):
            walk(group[name])
walk(h5py.File(path))
"""


@dataclass(frozen=True)
class Bomb:
    """`naive` is Python that reads `path` as a plain reader does; `says` is a rule, or a part of a gap's text."""

    name: str
    make: Callable[[Path], Path]
    naive: str
    says: str


def zeros_as_config(folder: Path) -> Path:
    """config.json of 300 MB, packed into 1 MB."""
    path = folder / "m.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out, out.open("config.json", "w") as file:
        for _ in range(300):
            file.write(b" " * 2**20)
    return path


def half_a_million_entries(folder: Path) -> Path:
    """A directory of half a million records of one entry."""
    data = keras(folder).read_bytes()
    end = data.rindex(b"PK\5\6")
    size, start = struct.unpack_from("<LL", data, end + 12)
    record = data[start : start + 46 + sum(struct.unpack_from("<3H", data, start + 28))]
    path = folder / "many.keras"
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(record) * 5 * 10**5, start, 0)
    path.write_bytes(data[:start] + record * 5 * 10**5 + tail)
    assert size
    return path


def archive_in_archive(folder: Path) -> Path:
    """An asset that is an archive of an archive of zeros."""
    inner = folder / "inner.zip"
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out, out.open("x", "w") as file:
        for _ in range(300):
            file.write(bytes(2**20))
    outer = keras(folder, [("assets/x.zip", inner.read_bytes())])
    inner.unlink()
    return outer


def hdf5(fill: Callable[[h5py.File], object], **options: object) -> Callable[[Path], Path]:
    """An HDF5 file of weights."""

    def make(folder: Path) -> Path:
        with h5py.File(folder / "m.weights.h5", "w", **options) as file:
            fill(file)
        return folder / "m.weights.h5"

    return make


def texts_at_one_place(folder: Path) -> Path:
    """An attribute of 3,000 texts, each of them the same megabyte of the file."""
    path = hdf5(_texts)(folder)
    data = path.read_bytes()
    first = data.index(struct.pack("<L", 2**20 + 3))
    descriptor = data[first : first + 16]
    path.write_bytes(data[:first] + descriptor * 3000 + data[first + 16 * 3000 :])
    return path


def _texts(file: h5py.File) -> None:
    texts = ["x" * (2**20 + 3)] + ["y"] * 2999
    file.attrs.create("names", texts, dtype=h5py.string_dtype())


def _doubling(file: h5py.File) -> None:
    """Thirty groups, each with two names for the next: a billion paths."""
    group = file
    for _ in range(30):
        below = group.create_group("a")
        group["b"] = below
        group = below


def _deep(file: h5py.File) -> None:
    group = file
    for _ in range(1500):
        group = group.create_group("g")


def _links(file: h5py.File) -> None:
    for index in range(20_000):
        file.id.links.create_soft(b"%d" % index, b"/x")


def growing_keys(folder: Path) -> Path:
    """An index of which each key is the one before it and one byte more."""
    long = 2**20
    rows = [(b"k" * long, b"")]
    data = table(rows)
    start = data.index(b"k" * long) + long
    # shared 2**20 (as a varint), one fresh byte, no value; the length of the keys grows by itself.
    grown = b"".join(_varint(long + index) + b"\x01\x00k" for index in range(2000))
    block = data[:start] + grown + struct.pack("<LL", 0, 1)
    return model(folder, [("variables/variables.index", retabled(block))])


def _varint(number: int) -> bytes:
    out = b""
    while number > 0x7F:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


def retabled(block: bytes) -> bytes:
    """A table of one ready block. Blocks of more than 1 MiB are not held against their checksums."""
    out = block + b"\0" + bytes(4)
    handle = _varint(0) + _varint(len(block))
    index = _varint(0) + _varint(1) + _varint(len(handle)) + b"k" + handle + struct.pack("<LL", 0, 1)
    place = _varint(len(out)) + _varint(len(index))
    out += index + b"\0" + struct.pack("<L", mask(crc32c(index + b"\0")))
    return out + (place + place).ljust(40, b"\0") + MAGIC


def piped(folder: Path) -> Path:
    home = model(folder)
    os.mkfifo(home / "keras_metadata.pb")
    return home


def text_graph(folder: Path) -> Path:
    text = b'node { name: "a" attr { key: "f" value { func {' + b'attr { key: "f" value { func {' * 3000
    (folder / "g.pbtxt").write_bytes(text + b"}}}" * 3000 + b"}}}}")
    return folder / "g.pbtxt"


DECODE = """
from inspector.codec import protobuf
protobuf.message_class('tensorflow.GraphDef').FromString(open(path, 'rb').read())
"""
UNPACK_TWICE = """
import io, zipfile
inner = zipfile.ZipFile(path).read('assets/x.zip')
zipfile.ZipFile(io.BytesIO(inner)).read('x')
bytes(2**27)
"""
LOAD_JSON = "import json, zipfile; json.loads(zipfile.ZipFile(path).read('config.json'))"
BOMBS = [
    Bomb("zip member", bomb, "import zipfile; zipfile.ZipFile(path).read('assets/x'); bytes(2**27)", "SEC405"),
    Bomb("zip config", zeros_as_config, LOAD_JSON, "SEC405"),
    Bomb("zip entries", half_a_million_entries, "import zipfile; zipfile.ZipFile(path)", "SEC405"),
    Bomb(
        "zip in zip",
        archive_in_archive,
        UNPACK_TWICE,
        "SEC303",
    ),
    Bomb("JSON depth", config("[" * 10**6 + "]" * 10**6), LOAD_JSON, "SEC411"),
    Bomb(
        "JSON integer",
        config(CONFIG.replace("[]", f"[{'7' * 2_000_000}]")),
        f"import sys; sys.set_int_max_str_digits(0); {LOAD_JSON}",
        "SEC411",
    ),
    Bomb(
        "HDF5 shape",
        hdf5(lambda file: file.create_dataset("x", (10**6, 10**6), "f4", chunks=(1000, 1000), compression="gzip")),
        "import h5py; h5py.File(path)['x'][()]",
        "SEC402",
    ),
    Bomb("HDF5 attribute", texts_at_one_place, "import h5py; h5py.File(path).attrs['names']", "SEC402"),
    Bomb("HDF5 depth", hdf5(_deep), WALK, "SEC402"),
    Bomb("HDF5 paths", hdf5(_doubling), WALK, "SEC403"),
    Bomb("HDF5 cycle", hdf5(lambda file: file.__setitem__("a/b", file)), WALK, "SEC403"),
    Bomb(
        "HDF5 links",
        hdf5(_links),
        "import h5py; file = h5py.File(path); [n in file and file.visit(str) for n in file]",
        "SEC402",
    ),
    Bomb(
        "protobuf depth",
        frozen(graph(nested=3000)),
        DECODE,
        "SEC407",
    ),
    Bomb("protobuf crowd", frozen(graph() + b"\x0a\x00" * 6_000_000), DECODE, "SEC407"),
    Bomb(
        "text depth",
        text_graph,
        "from inspector.codec import protobuf\n"
        "from google.protobuf import text_format\n"
        "text_format.Parse(open(path).read(), protobuf.message_class('tensorflow.GraphDef')())",
        "nested deeper",
    ),
    Bomb("pipe", piped, "open(path + '/keras_metadata.pb').read()", "SEC308"),
    Bomb(
        "endless device",
        with_link("keras_metadata.pb", "/dev/zero"),
        "open(path + '/keras_metadata.pb', 'rb').read()",
        "SEC308",
    ),
    Bomb(
        "holes",
        lambda folder: sparse(folder, "keras_metadata.pb"),
        "open(path + '/keras_metadata.pb', 'rb').read()",
        "SEC308",
    ),
    Bomb(
        "keys of a table",
        growing_keys,
        "from inspector.codec import sstable\n"
        "sstable.MAX_KEY_BYTES = 10**12\n"
        "list(sstable.entries(open(path + '/variables/variables.index', 'rb').read(), ''))",
        f"keys of more than {MAX_KEY_BYTES} bytes",
    ),
]


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (NAIVE_BYTES, NAIVE_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (NAIVE_SECONDS, NAIVE_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name)
def test_bomb(bomb, tmp_path):
    path = str(bomb.make(tmp_path))
    assert not plain_reader_ends(bomb.naive, path)
    done = subprocess.run(
        [sys.executable, "-c", OWN, path], check=True, capture_output=True, text=True, timeout=OWN_SECONDS
    )
    found = json.loads(done.stdout)
    assert found["peak"] < OWN_KILOBYTES
    assert bomb.says in found["rules"] or any(bomb.says in gap for gap in found["gaps"]), found


def plain_reader_ends(code: str, path: str) -> bool:
    """Whether a plain reader comes to an end within its memory and time."""
    command = [sys.executable, "-c", f"path = {path!r}\n{code}"]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command, preexec_fn=_limited, capture_output=True, timeout=NAIVE_SECONDS, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (keras, LOAD_JSON),
        (hdf5(lambda file: file.create_dataset("x", (10, 10), "f4")), WALK + "h5py.File(path)['x'][()]"),
        (frozen(graph(nested=5)), DECODE),
    ],
)
def test_the_plain_readers_end_on_honest_files(make, code, tmp_path):
    assert plain_reader_ends(code, str(make(tmp_path)))


def test_aliases_of_yaml_are_not_expanded(tmp_path):
    """Ten aliases of ten aliases, ten times: a text of 500 bytes that stands for gigabytes."""
    lines = ["class_name: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"k{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    (tmp_path / "m.yaml").write_text("\n".join(lines))
    done = subprocess.run(
        [sys.executable, "-c", OWN, str(tmp_path / "m.yaml")], check=True, capture_output=True, text=True, timeout=5
    )
    found = json.loads(done.stdout)
    assert found["peak"] < OWN_KILOBYTES
    assert "only its tags are looked at" in found["gaps"][0]
