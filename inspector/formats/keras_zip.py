"""The `.keras` format (Keras 2.12 and later): a zip of config.json, metadata.json, model.weights.h5 and assets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.codec import hdf5, json_text
from inspector.formats.common import HEAD, Source, bare, damage_of, malformed, over_limit
from inspector.formats.disguises import disguises
from inspector.formats.hdf5_oddities import oddities
from inspector.formats.keras_h5 import content_gaps, parsed, text_oddities
from inspector.formats.npz_oddities import oddities as npz_oddities
from inspector.terms.artifact import Artifact, Damage, DamageKind, Format, Producer
from inspector.terms.audit import Oddity
from inspector.terms.errors import LimitError, MalformedArtifactError
from inspector.terms.finding import Gap, Location
from inspector.terms.keras import KerasModel
from inspector.terms.record import record, replace
from inspector.tree.archive import ZipTree
from inspector.tree.inner import inner_oddities
from inspector.tree.interface import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.tree.interface import Tree

FORMAT = Format.KERAS
CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
# What every archive holds, and is read for itself.
_KNOWN = (CONFIG, METADATA, "model.")
# Keras 3.7 and later may shard the weights, or store them as npz.
OTHER_WEIGHTS = ("model.weights.json", "model.weights.npz")
# Compressed weights are unpacked in the memory of the HDF5 reader, since no process that reads models writes files:
# 1 GiB takes half of its CPU time. Stored ones (all that Keras writes) are read in place.
UNPACK_LIMIT = 2**30
# Verifying a checksum costs 1 s per GiB, and the largest published `.keras` files have some 10 GB.
VERIFY_LIMIT = 32 * 2**30


@record
class _Part:
    """What reading one member gave; more than one of these may be set."""

    value: Any = None
    text: str | None = None
    error: str | None = None
    damage: tuple[Damage, ...] = ()
    gaps: tuple[Gap, ...] = ()
    oddities: tuple[Oddity, ...] = ()
    limit: str | None = None


def read_file(place: Source) -> Artifact:
    """The artifact of a zip file."""
    start = replace(
        bare(place, FORMAT), is_zip=True, hdf5_signature_offset=hdf5.signature_offset(Span(place.path, 0, place.size))
    )
    try:
        start = replace(start, hdf5_error=_as_hdf5(place))
    except LimitError as error:
        start = replace(start, gaps=(over_limit(error),))
    try:
        with ZipTree(place.path) as tree:
            filled = read_tree(tree, start)
            odd = (*tree.oddities(), *_suffix_lie(place), *filled.oddities)
            return replace(filled, oddities=odd, gaps=start.gaps + filled.gaps)
    except MalformedArtifactError as error:
        return replace(start, damage=(malformed(error),))
    except LimitError as error:
        crowd = Oddity("zip-crowd", Location(place.name), {"reason": error.reason})
        return replace(start, gaps=(over_limit(error),), oddities=(crowd,))


def _suffix_lie(place: Source) -> Iterator[Oddity]:
    if place.suffix.lower() in {".h5", ".hdf5"}:
        yield Oddity("suffix-lie", Location(place.name), {"suffix": place.suffix, "holds": "a zip archive"})


def _as_hdf5(place: Source) -> str | None:
    """What libhdf5 says of the archive itself: stored weights that begin where it looks (2048) make it open them."""
    try:
        hdf5.read(Span(place.path, 0, place.size), place.name)
    except MalformedArtifactError as error:
        return error.reason
    return None


def read_folder(tree: Tree, place: Source) -> Artifact:
    """The artifact of an unpacked `.keras` folder, as Keras 3.4 and later write and read it."""
    return read_tree(tree, bare(place, FORMAT))


def read_tree(tree: Tree, start: Artifact) -> Artifact:
    """Fill an artifact from the members of a `.keras` file or folder."""
    config, metadata = _json(tree, CONFIG, required=True), _json(tree, METADATA, required=False)
    weights = _weights(tree)
    model = _model(tree, config, metadata, weights)
    parts = (config, metadata, weights, _unpacked(tree))
    return replace(
        start,
        members=tree.members(),
        keras=model,
        weights=model.hdf5,
        producer=Producer(keras=model.keras_version),
        damage=tuple(damage for part in parts for damage in part.damage),
        gaps=tuple(gap for part in parts for gap in part.gaps),
        oddities=(
            *(oddity for part in parts for oddity in part.oddities),
            *disguises(tree, (CONFIG, METADATA, "model.")),
        ),
    )


def _model(tree: Tree, config: _Part, metadata: _Part, weights: _Part) -> KerasModel:
    about = metadata.value if isinstance(metadata.value, dict) else {}
    model = config.value
    version = about.get("keras_version")
    return KerasModel(
        config=model,
        raw_config=config.text,
        config_member=CONFIG,
        config_error=config.error,
        config_limit=config.limit,
        compile_config=model.get("compile_config") if isinstance(model, dict) else None,
        keras_version=version if isinstance(version, str) else None,
        metadata=metadata.value,
        hdf5=weights.value,
        hdf5_member=WEIGHTS,
        assets=tuple(member.name for member in tree.members() if member.name.startswith("assets/")),
        hdf5_error=weights.error,
    )


def _json(tree: Tree, name: str, *, required: bool) -> _Part:
    """A JSON member: its value, or what Python's zipfile and json say of it."""
    if not tree.has(name):
        reason = f"There is no item named {name!r} in the archive"
        return _Part(damage=(Damage(name, DamageKind.MISSING, reason),) if required else ())
    try:
        content = tree.read(name, json_text.TEXT_LIMIT)
    except MalformedArtifactError as error:
        return _Part(error=error.reason, damage=(malformed(error),))
    except LimitError as error:
        return _Part(gaps=(over_limit(error),), limit=error.reason)
    return _parsed(content, name)


def _parsed(content: bytes, name: str) -> _Part:
    notes: list[json_text.Note] = []
    try:
        text = json_text.decoded(content, notes)
    except UnicodeDecodeError as error:
        return _Part(error=str(error), damage=(Damage(name, DamageKind.UNPARSEABLE, str(error), error.start),))
    found = parsed(text, tuple(notes))
    odd = tuple(text_oddities(found, name))
    if found.limit is not None:
        return _Part(text=text, gaps=(Gap(Location(name), found.limit),), oddities=odd, limit=found.limit)
    if found.error is None:
        return _Part(found.value, text, oddities=odd)
    seen = damage_of(content[:HEAD], len(content), name)
    kind = DamageKind.UNPARSEABLE if seen is None else seen.kind
    return _Part(text=text, error=found.error, damage=(Damage(name, kind, found.error),), oddities=odd)


def _weights(tree: Tree) -> _Part:
    if not tree.has(WEIGHTS):
        return _other_weights(tree)
    try:
        head = tree.head(WEIGHTS, HEAD)
        size = next(member.size for member in tree.members() if member.name == WEIGHTS)
        seen = damage_of(head, size, WEIGHTS)
        if seen is not None:
            return _Part(error=hdf5.NO_SIGNATURE, damage=(seen,))
        content = _open_weights(tree)
    except MalformedArtifactError as error:
        return _Part(error=error.reason, damage=(malformed(error),))
    except LimitError as error:
        return _Part(gaps=(over_limit(error),))
    return _Part(content.file, gaps=content_gaps(content, WEIGHTS), oddities=tuple(oddities(content, WEIGHTS)))


def _unpacked(tree: Tree) -> _Part:
    """The members beyond the three of every model: with any of them the loader unpacks the whole archive."""
    if not isinstance(tree, ZipTree):
        return _Part()
    damage = []
    for name in (member.name for member in tree.members() if member.name not in {CONFIG, METADATA, WEIGHTS}):
        try:
            tree.copy(name, None, VERIFY_LIMIT)
        except MalformedArtifactError as error:
            damage.append(malformed(error))
        except LimitError:  # a bomb, which the tree notes itself
            continue
    return _Part(damage=tuple(damage))


def _other_weights(tree: Tree) -> _Part:
    for name in OTHER_WEIGHTS:
        if tree.has(name):
            gap = Gap(Location(name), "weights of this layout are not read yet")
            odd = inner_oddities(tree, name) + npz_oddities(tree, name) if name.endswith(".npz") else ()
            return _Part(gaps=(gap,), oddities=odd)
    reason = "Expected a model.weights.h5 or model.weights.npz file."
    return _Part(damage=(Damage(WEIGHTS, DamageKind.MISSING, reason),))


def _open_weights(tree: Tree) -> hdf5.Hdf5Content:
    """Read stored weights where they lie, and compressed ones in the memory of the reader."""
    span = tree.span(WEIGHTS)
    if span is not None:
        # zipfile checks the CRC-32 while Keras reads the member ("Bad CRC-32 for file"); libhdf5, which reads past the
        # archive, does not.
        if isinstance(tree, ZipTree):
            tree.copy(WEIGHTS, None, VERIFY_LIMIT)
        return hdf5.read(span, WEIGHTS)
    if not isinstance(tree, ZipTree):
        raise LimitError(WEIGHTS, "weights that are not in a local file are not read yet")
    tree.copy(WEIGHTS, None, UNPACK_LIMIT)
    return hdf5.read_packed(tree.path, WEIGHTS)
