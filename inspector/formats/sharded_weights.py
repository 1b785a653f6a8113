"""Weights in shards (Keras 3.10 and later): `NAME.weights.json` says which `NAME_00000.weights.h5` holds which object.

Written by `model.save_weights("NAME.weights.json", max_shard_size=...)` (keras/src/saving/saving_lib.py
`ShardedH5IOStore`); a loader sees one store of all objects, and so does what reads the artifact.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.formats.common import source
from inspector.terms.artifact import Damage, DamageKind, Format, Member
from inspector.terms.finding import Gap
from inspector.terms.keras import Hdf5File
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.terms.artifact import Artifact

# The default shard has 5 GB: a thousand of them are five times the largest models.
MAX_SHARDS = 1000
_VARIABLES = "/vars"


def is_index(value: Mapping[str, Any]) -> bool:
    """Whether a JSON object is such an index: objects are named by the group of their variables."""
    found = value.get("weight_map")
    return isinstance(found, dict) and bool(found) and all(str(path).endswith(_VARIABLES) for path in found)


def filled(start: Artifact, value: Mapping[str, Any]) -> Artifact:
    """The artifact with the objects of all shards as one file of weights."""
    wanted = {str(path): _names(found) for path, found in value["weight_map"].items()}
    names = list(dict.fromkeys(name for found in wanted.values() for name in found))
    from inspector.codec.hdf5 import NO_SIGNATURE  # noqa: PLC0415 - cold start: few files of JSON are an index

    # Keras 2 takes any file for HDF5.
    found = replace(start, format=Format.WEIGHTS_H5, hdf5_error=NO_SIGNATURE)
    if len(names) > MAX_SHARDS:
        return replace(found, gaps=(Gap(start.whole, f"{len(names)} shards, more than {MAX_SHARDS}: not read"),))
    # `with_name` of pathlib refuses what is not the name of a file beside the index: nothing outside is looked at.
    beside = {name: Path(start.path).with_name(name) for name in names if Path(name).name == name}
    shards = {name: _shard(path) for name, path in beside.items() if path.is_file()}
    missing = [name for name in names if name not in shards]
    read = [shard for shard in shards.values() if shard.weights is not None]
    return replace(
        found,
        weights=_merged(wanted, {name: s.weights for name, s in shards.items() if s.weights is not None}),
        members=(*start.members, *(Member(name, shard.size) for name, shard in shards.items())),
        producer=read[0].producer if read else start.producer,
        damage=(*(_missing(name) for name in missing), *(d for shard in shards.values() for d in shard.damage)),
        gaps=tuple(gap for shard in shards.values() for gap in shard.gaps),
        oddities=(*start.oddities, *(oddity for shard in shards.values() for oddity in shard.oddities)),
    )


def _names(found: object) -> list[str]:
    """An object's shards: a list since the format was made, a name alone is taken too."""
    return [str(name) for name in (found if isinstance(found, list) else [found])]


def _shard(path: Path) -> Artifact:
    from inspector.codec.hdf5 import SIGNATURE  # noqa: PLC0415 - cold start: few files of JSON are an index
    from inspector.formats import keras_h5  # noqa: PLC0415 - as above

    place = source(str(path))
    artifact = keras_h5.read_file(place)
    if not place.head.startswith(SIGNATURE) and not artifact.damage:
        artifact = replace(artifact, damage=(Damage(path.name, DamageKind.WRONG_FORMAT, "no HDF5 file"),))
    return replace(artifact, size=place.size)


def _missing(name: str) -> Damage:
    return Damage(name, DamageKind.MISSING, f"the index names the shard {name!r}, which is not here")


def _merged(wanted: Mapping[str, list[str]], shards: Mapping[str, Hdf5File]) -> Hdf5File:
    """What the index says is where, and no more: the loader looks for an object in the shards of its entry alone."""
    parts = [(path, shards[name]) for path, names in wanted.items() for name in names if name in shards]
    groups = dict.fromkeys(group for path, file in parts for group in file.groups if _is_on_way(group, path))
    return Hdf5File(
        groups=tuple(groups),
        attributes={at: found for path, file in parts for at, found in file.attributes.items() if _is_on_way(at, path)},
        datasets={at: found for path, file in parts for at, found in _inside(file.datasets, path)},
        links=tuple(link for path, file in parts for link in file.links if link.path.startswith(f"{path}/")),
        broken={at: reason for path, file in parts for at, reason in _inside(file.broken, path)},
    )


def _inside(found: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    return ((at, value) for at, value in found.items() if at.startswith(f"{path}/"))


def _is_on_way(group: str, path: str) -> bool:
    """Whether a group is the object's, lies in it, or holds it."""
    return group == "/" or f"{path}/".startswith(f"{group}/") or group.startswith(f"{path}/")
