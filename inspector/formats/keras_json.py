"""JSON files: Keras architectures (`model.to_json()`) and TensorFlow.js manifests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.codec import json_text
from inspector.formats.common import Source, bare
from inspector.formats.keras_h5 import parsed, text_oddities
from inspector.terms.artifact import Artifact, Damage, DamageKind, Format, Member, Producer
from inspector.terms.finding import Gap, Location
from inspector.terms.keras import KerasModel
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.formats.keras_h5 import ParsedText

FORMAT = Format.KERAS_JSON
TFJS_KEYS = {"modelTopology", "weightsManifest"}


def read_file(place: Source) -> Artifact:
    """The artifact of a JSON text: an architecture, a TensorFlow.js manifest, or unknown JSON."""
    start = replace(bare(place, FORMAT), members=(Member(place.name, place.size),))
    if place.size > json_text.TEXT_LIMIT:
        return replace(start, gaps=(Gap(Location(place.name), f"larger than {json_text.TEXT_LIMIT} bytes"),))
    # Bytes that are no UTF-8 stay what they are: whether they matter is the parser's to say, at their place.
    text = Path(place.path).read_bytes().decode("utf-8", "surrogateescape")
    found = parsed(text)
    start = replace(start, oddities=tuple(text_oddities(found, place.name)))
    if found.error is not None:
        return _broken(start, text, found)
    if found.limit is not None:
        return replace(start, gaps=(Gap(Location(place.name), found.limit),))
    return _of_value(start, found.value, text)


def _broken(start: Artifact, text: str, found: ParsedText) -> Artifact:
    member = start.members[0].name
    damage = Damage(member, DamageKind.UNPARSEABLE, found.error or "", found.offset)
    model = KerasModel(None, text, member, config_error=found.error)
    return replace(start, keras=model, damage=(damage,))


def _of_value(start: Artifact, value: Any, text: str) -> Artifact:
    member = start.members[0].name
    # Before `class_name` is asked for: TensorFlow.js keeps the architecture inside its manifest.
    if isinstance(value, dict) and TFJS_KEYS & set(value):
        from inspector.formats import tfjs  # noqa: PLC0415 - cold start

        return tfjs.filled(start, value, member)
    if isinstance(value, dict) and "weight_map" in value:
        from inspector.formats import sharded_weights  # noqa: PLC0415 - cold start

        if sharded_weights.is_index(value):
            return sharded_weights.filled(start, value)
    if isinstance(value, dict) and "class_name" in value:
        version, backend = _text(value, "keras_version"), _text(value, "backend")
        model = KerasModel(value, text, member, keras_version=version, backend=backend)
        return replace(start, keras=model, producer=Producer(keras=version))
    damage = Damage(member, DamageKind.WRONG_FORMAT, "JSON without class_name is no model architecture")
    return replace(start, format=Format.UNKNOWN, damage=(damage,))


def _text(value: Mapping[str, Any], key: str) -> str | None:
    found = value.get(key)
    return found if isinstance(found, str) else None
