"""Keras models as they are stored: configs as plain JSON values, weights as names with dtype and shape."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Mapping

JsonValue = Any


class StringType(StrEnum):
    """How HDF5 stores a text attribute: old releases of Keras open only what h5py hands them as bytes.

    Fixed-length text is bytes to every h5py. Keras itself writes variable-length text of the character set ASCII: bytes
    to h5py 2, str to h5py 3. Variable-length UTF-8 is str to both.
    """

    FIXED_BYTES = "fixed-bytes"
    VARIABLE_BYTES = "variable-bytes"
    VARIABLE_STRING = "variable-string"
    OTHER = "other"


@record
class Attribute:
    """An HDF5 attribute: its value as plain data (text is str) and how text is stored."""

    value: Any
    string_type: StringType | None = None


@record
class Hdf5Dataset:
    """An HDF5 dataset without its data. `external` names files of external storage; `virtual` a virtual layout.

    `sources` are the files behind a virtual layout, `filters` the ids of the filters that unpack the data, and
    `pointing` is `reference` or `vlen` where elements only point at what they mean.
    """

    path: str
    dtype: str
    shape: tuple[int, ...]
    stored_bytes: int
    external: tuple[str, ...] = ()
    virtual: bool = False
    element_bytes: int = 0
    sources: tuple[str, ...] = ()
    filters: tuple[int, ...] = ()
    pointing: str = ""


@record
class Hdf5Link:
    """A link that is not hard: where it stands, `soft` or `external`, and what it names."""

    path: str
    kind: str
    target: str


@record
class Hdf5File:
    """An HDF5 file as a tree: attributes by group path ("/" is the root), datasets by path, groups in file order."""

    groups: tuple[str, ...]
    attributes: Mapping[str, Mapping[str, Attribute]]
    datasets: Mapping[str, Hdf5Dataset]
    links: tuple[Hdf5Link, ...] = ()
    # Objects that libhdf5 could not read, by path, with its words.
    broken: Mapping[str, str] = field(default_factory=dict)


@record
class KerasModel:
    """What a `.keras` file, a whole-model `.h5`, or an architecture JSON says of its model.

    `config` is the model's serialized object ({class_name, config, ...}), None where the file has none; `raw_config`
    the text it was read from; `config_error` the JSON error's text where that text is no JSON.
    `compile_config` is `compile_config` of a `.keras` config or `training_config` of an `.h5`.
    `hdf5` is the weights file: the `.h5` itself, or `model.weights.h5` inside a `.keras`.
    `assets` are the members under `assets/` of a `.keras`.
    """

    config: JsonValue
    raw_config: str | None
    config_member: str
    config_pointer: str = ""
    config_error: str | None = None
    compile_config: JsonValue = None
    keras_version: str | None = None
    backend: str | None = None
    metadata: JsonValue = None
    hdf5: Hdf5File | None = None
    hdf5_member: str = ""
    assets: tuple[str, ...] = ()
    # libhdf5's words where the weights file can't be opened, and the JSON error of `training_config`.
    hdf5_error: str | None = None
    compile_config_error: str | None = None
    # Why the config or `training_config` was not parsed though Python might: what becomes of it is not known.
    config_limit: str | None = None


@record
class KerasObjectMetadata:
    """One node of `keras_metadata.pb` (or of the object graph's own metadata, TF <= 2.4)."""

    node_id: int
    node_path: str
    identifier: str
    metadata: str
    producer: int
    min_consumer: int


@record
class KerasMetadata:
    """Keras' metadata in a SavedModel. `member` is `keras_metadata.pb`, or the `.pb` for TF <= 2.4."""

    member: str
    nodes: tuple[KerasObjectMetadata, ...]
    by_id: Mapping[int, KerasObjectMetadata] = field(default_factory=dict)
