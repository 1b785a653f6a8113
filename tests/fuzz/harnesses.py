"""What is fuzzed: each harness has seeds, a way to vary them, and what is done with a variant.

A harness returns a few words about what happened. Variants that bring new words are varied further.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import inspector
from fuzz import mutate, seeds
from inspector.codec import bytecode, code_listing, hdf5, json_text, marshalled, npy, pbtxt, protobuf, sstable
from inspector.codec.crc32c import crc32c
from inspector.report.formats import FORMATS, render
from inspector.runtime import markers
from inspector.runtime.locks.yaml_subset import parse_yaml
from inspector.terms.errors import InspectorError, LimitError, MalformedArtifactError, UsageError
from inspector.tree.archive import ZipTree
from inspector.tree.interface import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

# Bundled, standalone and third Keras, SavedModels of every loader: one after the other.
TARGETS = (
    "",
    "tensorflow==1.15.5",
    "tensorflow==2.4.4",
    "tensorflow==2.15.1",
    "tensorflow==2.16.2",
    "tensorflow==2.21.0",
)
Files = dict[str, bytes]


class Harness:
    """One codec or reader. `seeds` gives what to start from; `vary` a variant; `run` reads it: what happened."""

    name = ""
    # Its share of a run of all.
    weight = 1

    def seeds(self) -> Sequence[Any]:
        """What to start from."""
        raise NotImplementedError

    def vary(self, random: Random, seed: Any) -> Any:
        """A variant of a seed, or of a variant."""
        raise NotImplementedError

    def run(self, variant: Any, folder: Path) -> str:
        """Read it. Anything that is raised is a fault of the product."""
        raise NotImplementedError


class Codec(Harness):
    """Bytes in, a value out. `refusals` are the errors that a caller expects."""

    def __init__(
        self,
        name: str,
        found: Callable[[], Sequence[bytes]],
        vary: Callable[[Random, bytes], bytes],
        read: Callable[[bytes], object],
        weight: int = 1,
    ) -> None:
        self.name, self.seeds, self.vary, self.read, self.weight = name, found, vary, read, weight  # type: ignore[method-assign]

    def run(self, variant: bytes, folder: Path) -> str:  # noqa: ARG002 - nothing is written
        try:
            return words(self.read(variant))
        except (MalformedArtifactError, LimitError, UsageError, UnicodeDecodeError) as error:
            return f"{type(error).__name__} {letters(str(error))}"


class OfFile(Codec):
    """A codec that opens a file itself."""

    def run(self, variant: bytes, folder: Path) -> str:
        path = folder / "variant"
        path.write_bytes(variant)
        self._path = path
        return super().run(str(path), folder)  # type: ignore[arg-type]


class Inspection(Harness):
    """An artifact read, judged in one of the targets with every rule, and reported; nothing is caught."""

    weight = 3

    def __init__(self, name: str, *endings: str) -> None:
        self.name, self.endings, self.turn = name, endings, 0
        self.runtimes: list[Any] = []

    def seeds(self) -> Sequence[tuple[str, Files]]:
        return seeds.of_kind(*self.endings)

    def vary(self, random: Random, seed: tuple[str, Files]) -> tuple[str, Files]:
        name, files = seed[0], dict(seed[1])
        member = random.choice(list(files))
        if len(files) > 1 and random.random() < 0.03:
            del files[member]
        else:
            files[member] = mutate.of_member(random, member, files[member])
        return name, files

    def run(self, variant: tuple[str, Files], folder: Path) -> str:
        return self.inspected(str(write(variant, folder)))

    def inspected(self, path: str) -> str:
        """Read, judge, report."""
        if not self.runtimes:
            self.runtimes = [inspector.resolve(target) if target else None for target in TARGETS]
        self.turn += 1
        try:
            artifact = inspector.read(path)
        except UsageError as error:
            return f"usage {letters(str(error).rpartition(':')[2])}"
        runtime = self.runtimes[self.turn % len(self.runtimes)]
        report = inspector.check(artifact, runtime, debug=True)
        form = FORMATS[self.turn % len(FORMATS)]
        text = json.dumps(report.to_dict()) + render(report, form)
        text.encode("utf-8", "backslashreplace")
        errors = [o.error.type for o in report.outcomes if o.error]
        return words(*[f.rule for f in report.findings], *errors, *[g.reason for g in report.gaps], artifact.format)


class Lock(Inspection):
    """A lock file, snapshot or venv as the target of a small model."""

    weight = 2

    def __init__(self, name: str, found: Callable[[], Sequence[tuple[str, Files]]]) -> None:
        super().__init__(name)
        self.found = found

    def seeds(self) -> Sequence[tuple[str, Files]]:
        return self.found()

    def inspected(self, path: str) -> str:
        try:
            runtime = inspector.resolve(path)
        except UsageError as error:
            return f"usage {letters(str(error).rpartition(':')[2])}"
        return words(len(runtime.packages) > 3, *[gap.reason for gap in runtime.gaps])


class Sources(Lock):
    """Python sources named with --custom-objects."""

    def inspected(self, path: str) -> str:
        try:
            runtime = inspector.resolve("tensorflow==2.15.1", custom_objects=(path,))
        except UsageError as error:
            return f"usage {letters(str(error).rpartition(':')[2])}"
        return words(*[found.name for found in runtime.custom_objects], *[gap.reason for gap in runtime.gaps])


class Isolated(Inspection):
    """As the command does it: in a child process of its own for each artifact."""

    weight = 0  # counted apart

    def run(self, variant: tuple[str, Files], folder: Path) -> str:
        from inspector.isolate.child import run  # noqa: PLC0415 - the harness of it alone

        path = str(write(variant, folder))
        if not self.runtimes:  # caches that each child would fill anew
            super().inspected(path)
        ended = run(lambda: [("said", super(Isolated, self).inspected(path))])
        if ended.death:
            raise AssertionError(ended.death)
        return dict(ended.frames)["said"]


def write(variant: tuple[str, Files], folder: Path) -> Path:
    """Write the artifact into an empty folder; the path that names it."""
    for old in folder.iterdir():
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    name, files = variant
    alone = list(files) == [name]
    checkpoint = not alone and all(file.startswith(f"{name}.") for file in files)
    for file, data in files.items():
        path = folder / file if alone or checkpoint else folder / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / name).mkdir(exist_ok=True) if not files else None
    return folder / name


def words(*values: object) -> str:
    """A short text for a value, the same for values that are alike."""
    return " ".join(letters(str(value)[:200]) for value in values)


def letters(text: str) -> str:
    """The text without its numbers and quoted parts: what kind of thing happened."""
    kept = "".join(c if c.isalpha() or c == " " else "" for c in text.partition("'")[0][:80])
    return " ".join(kept.split()[:12])


def _walk(data: bytes) -> list[tuple[int, int]]:
    return [(number, wire) for number, wire, _, _ in protobuf.fields(data)][:8]


def _message(name: str) -> Callable[[bytes], object]:
    def read(data: bytes) -> object:
        return " ".join(field.name for field, _ in protobuf.parse(name, data, "m").ListFields())

    return read


def _text_message(data: bytes) -> object:
    found = pbtxt.parse("tensorflow.GraphDef", data, "m")
    return (
        len(found.node) > 0,
        len(pbtxt.places("tensorflow.GraphDef", data)),
        pbtxt.errors("tensorflow.GraphDef", data),
    )


def _bytecode(data: bytes) -> object:
    written = code_listing.read_function(data)
    effects = [bytecode.calls_in(data, python).effect for python in ("2.7", "3.6", "3.11", "3.13")]
    events = [] if written is None else [" ".join(event) for x in written.listings for event in x.events[:2]]
    return " ".join([*effects, str(marshalled.summary(data) is None), *events])


def _json(data: bytes) -> object:
    notes: list[json_text.Note] = []
    kind = type(json_text.parse(json_text.decoded(data, notes), "m", notes)).__name__
    return " ".join([kind, *(note.kind for note in notes)])


def _zip(path: str) -> object:
    with ZipTree(path) as tree:
        for member in tree.members()[:4]:
            tree.span(member.name)
            tree.head(member.name, 64)
            tree.read(member.name, 2**20)
        return " ".join(oddity.kind for oddity in tree.oddities())


def _hdf5(path: str) -> object:
    found = hdf5.read(Span(path, 0, Path(path).stat().st_size), "m")
    return " ".join(
        [*(letters(reason) for _, reason in found.broken), str(found.limit), str(bool(found.file.datasets))]
    )


def _yaml(data: bytes) -> object:
    return type(parse_yaml(data.decode("utf-8", "replace"), Path("x.yml")))


def _marker(data: bytes) -> object:
    return markers.holds(data.decode("utf-8", "replace"), "3.11.7")


def _texts() -> list[bytes]:
    nodes = b'node { name: "a" op: "Const" attr { key: "dtype" value { type: DT_FLOAT } } } versions { producer: 24 }'
    return [nodes, nodes * 3, b"# c\nnode <name: 'a'; op: 'NoOp'>", *seeds.members(".pbtxt")]


def _markers() -> list[bytes]:
    return [
        b"python_version >= '3.8' and sys_platform == 'linux'", b"extra == 'x' or (os_name != 'nt')",
        b"platform_machine in 'x86_64 aarch64'", b"python_full_version < '3.11.0a1'",
    ]  # fmt: skip


def _npys() -> list[bytes]:
    texts = (
        "'<f4', 'fortran_order': False, 'shape': (2, 3), }",
        "[('a', '|O')], 'fortran_order': True, 'shape': (), }",
    )
    return [npy.MAGIC + b"\1\0" + len(text).to_bytes(2, "little") + text.encode() for text in
            (f"{{'descr': {text}" for text in texts)]  # fmt: skip


def _yamls() -> list[bytes]:
    return [files[name] for name, files in seeds.locks() if name.endswith((".yml", ".yaml"))]


def _json_seeds() -> list[bytes]:
    return [*seeds.zipped("config.json"), *seeds.members(".json"), b'{"a": 1, "a": [NaN, 1e999, "\\ud800"]}'][:60]


def _snapshots() -> list[tuple[str, Files]]:
    """A real snapshot of TensorFlow 2.15.1 of which little is left."""
    return [("snapshot.json", {"snapshot.json": Path(__file__).with_name("snapshot.json").read_bytes()})]


def _of(name: str) -> Callable[[Random, bytes], bytes]:
    return lambda random, data: mutate.of_member(random, name, data)


def _graphs() -> list[bytes]:
    return [*seeds.members(".pb")]


HARNESSES: tuple[Harness, ...] = (
    Codec("protobuf-walk", lambda: seeds.members("saved_model.pb")[:40], mutate.of_bytes, _walk, 6),
    Codec(
        "protobuf-saved-model",
        lambda: seeds.members("saved_model.pb")[:40],
        mutate.of_bytes,
        _message("tensorflow.SavedModel"),
        6,
    ),
    Codec("pbtxt", _texts, mutate.of_text, _text_message, 6),
    Codec(
        "sstable",
        lambda: seeds.members(".index"),
        _of("x.index"),
        lambda data: [k for k, _ in sstable.entries(data, "m")][:3],
        6,
    ),
    Codec("crc32c", lambda: [b"", b"123456789"], mutate.of_bytes, crc32c, 1),
    Codec("bytecode", seeds.bytecodes, mutate.of_bytes, _bytecode, 12),
    Codec("json", _json_seeds, mutate.of_json, _json, 12),
    Codec("yaml", _yamls, mutate.of_text, _yaml, 4),
    Codec("marker", _markers, mutate.of_text, _marker, 4),
    Codec("npy", _npys, mutate.of_bytes, lambda data: npy.header(data, "m"), 4),
    OfFile("zip", lambda: seeds.members(".keras"), mutate.of_zip, _zip, 6),  # type: ignore[arg-type]
    OfFile("hdf5", seeds.hdf5_files, mutate.of_hdf5, _hdf5, 3),  # type: ignore[arg-type]
    Inspection("graph-def", ".pb"),
    Inspection("saved-model", "saved_model.pb"),
    Inspection("keras-metadata", "keras_metadata.pb"),
    Inspection("keras-zip", ".keras"),
    Inspection("keras-h5", ".h5", ".hdf5"),
    Inspection("checkpoint", ".index"),
    Inspection("text-file", ".json", ".yaml", ".yml", ".pbtxt"),
    Lock("lock", seeds.locks),
    Lock("snapshot", _snapshots),
    Sources("sources", seeds.sources),
    Isolated("isolated", "saved_model.pb", ".json", ".index", ".pb"),  # HDF5 has a child of its own anyway
)
BY_NAME = {harness.name: harness for harness in HARNESSES}
EXPECTED = (InspectorError,)
