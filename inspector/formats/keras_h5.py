"""Whole models and weights in HDF5: `model.save("m.h5")`, `save_weights("w.h5")`, `save_weights("m.weights.h5")`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.codec import hdf5, json_text
from inspector.formats.common import Source, bare, malformed, over_limit, unreadable
from inspector.formats.hdf5_oddities import oddities
from inspector.terms.artifact import Artifact, Damage, DamageKind, Format, Member, Producer
from inspector.terms.audit import Oddity
from inspector.terms.errors import LimitError, MalformedArtifactError
from inspector.terms.finding import Gap, Location
from inspector.terms.keras import Hdf5File, KerasModel
from inspector.terms.record import record, replace
from inspector.tree.interface import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.codec.json_text import Note
    from inspector.terms.keras import Attribute

FORMAT = Format.KERAS_H5
_FIRST_ZIP = 12  # Keras 2.12 is the first that writes archives


def read_file(place: Source) -> Artifact:
    """The artifact of an HDF5 file, a model or weights by what its root attributes say."""
    span = Span(place.path, 0, place.size)
    start = replace(
        bare(place, FORMAT),
        members=(Member(place.name, place.size),),
        hdf5_signature_offset=hdf5.signature_offset(span),
    )
    try:
        content = hdf5.read(span, place.name)
    except MalformedArtifactError as error:
        return replace(
            unreadable(place, malformed(error)),
            format=FORMAT,
            members=start.members,
            hdf5_signature_offset=start.hdf5_signature_offset,
            hdf5_error=error.reason,
        )
    except LimitError as error:
        return replace(start, gaps=(over_limit(error),))
    return _of_content(start, content, place.name)


def _of_content(start: Artifact, content: hdf5.Hdf5Content, member: str) -> Artifact:
    root = content.file.attributes.get("/", {})
    start = replace(start, producer=producer_of(root))
    filled = replace(
        start,
        weights=content.file,
        gaps=content_gaps(content, member),
        oddities=(*oddities(content, member), *_of_place(start, member)),
    )
    # What `load_model` asks for first too: without it the file is one of `save_weights`, whatever its name says
    # (hdf5_format.load_model_from_hdf5: "No model config found in the file").
    if "model_config" not in root:
        return replace(filled, format=Format.WEIGHTS_H5)
    texts = {name: parsed(text_of(root, name)) for name in ("model_config", "training_config")}
    return replace(
        filled,
        keras=_model(root, content.file, member, texts),
        damage=tuple(
            Damage(member, DamageKind.UNPARSEABLE, f"{at}: {text.error}") for at, text in texts.items() if text.error
        ),
        gaps=filled.gaps + tuple(Gap(Location(member, at), text.limit) for at, text in texts.items() if text.limit),
        oddities=filled.oddities + tuple(o for at, text in texts.items() for o in text_oddities(text, member, at)),
    )


def _of_place(start: Artifact, member: str) -> Iterator[Oddity]:
    """Whether the file begins with other bytes, and whether its name says that it is an archive."""
    if start.hdf5_signature_offset:
        yield Oddity("hdf5-shifted", Location(member), {"count": str(start.hdf5_signature_offset)})
    if start.suffix == ".keras" and not _wrote_hdf5(start.producer.keras):
        yield Oddity("suffix-lie", Location(member), {"suffix": start.suffix, "holds": "an HDF5 file"})


def _wrote_hdf5(version: str | None) -> bool:
    """Whether that Keras wrote HDF5 for names with `.keras`: before 2.12 all did (saving_utils.is_hdf5_filepath)."""
    numbers = (version or "").split(".")
    return len(numbers) > 1 and numbers[0] == "2" and numbers[1].isdigit() and int(numbers[1]) < _FIRST_ZIP


def content_gaps(content: hdf5.Hdf5Content, member: str) -> tuple[Gap, ...]:
    """A gap for each object that libhdf5 could not open, and for what the limits cut off."""
    cut = () if content.limit is None else (Gap(Location(member, content.limit[0]), content.limit[1]),)
    return tuple(Gap(Location(member, path), f"not readable: {reason}") for path, reason in content.broken) + cut


def producer_of(root: Mapping[str, Attribute]) -> Producer:
    """The Keras version that the root attributes name."""
    return Producer(keras=text_of(root, "keras_version"))


def text_of(attributes: Mapping[str, Attribute], name: str) -> str | None:
    """A text attribute, None where it is missing or no text."""
    value = attributes[name].value if name in attributes else None
    return value if isinstance(value, str) else None


def _model(root: Mapping[str, Attribute], file: Hdf5File, member: str, texts: Mapping[str, ParsedText]) -> KerasModel:
    config, compiled = texts["model_config"], texts["training_config"]
    return KerasModel(
        config=config.value,
        raw_config=text_of(root, "model_config"),
        config_member=member,
        config_pointer="model_config",
        config_error=config.error,
        compile_config=compiled.value,
        keras_version=text_of(root, "keras_version"),
        backend=text_of(root, "backend"),
        hdf5=file,
        hdf5_member=member,
        compile_config_error=compiled.error,
        config_limit=config.limit or compiled.limit,
    )


@record
class ParsedText:
    """The value of a JSON text, or the error and where it stands, or the limit it is over; what is odd about it."""

    value: Any = None
    error: str | None = None
    limit: str | None = None
    notes: tuple[Note, ...] = ()
    offset: int | None = None


def parsed(text: str | None, notes: tuple[Note, ...] = ()) -> ParsedText:
    """The JSON value of a text; None where there is no text. `notes` are those of its encoding."""
    if text is None:
        return ParsedText()
    found = list(notes)
    try:
        return ParsedText(json_text.parse(text, "", found), notes=tuple(found))
    except MalformedArtifactError as error:
        return ParsedText(error=error.reason, notes=tuple(found), offset=error.offset)
    except LimitError as error:
        return ParsedText(limit=error.reason, notes=tuple(found))


def text_oddities(text: ParsedText, member: str, pointer: str = "") -> Iterator[Oddity]:
    """What is odd about a JSON text; `pointer` leads to the text itself."""
    for note in text.notes:
        yield Oddity(note.kind, Location(member, f"{pointer}{note.pointer}"), note.details)
