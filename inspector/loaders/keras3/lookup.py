"""Lookup layers (StringLookup, IntegerLookup, TextVectorization): a vocabulary in a file, in the config, or adapted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras_common.construct import wrapped
from inspector.loaders.keras_common.failure import LoadFailure

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Thing
    from inspector.runtime.facts import ClassFacts

LOOKUPS = frozenset({"StringLookup", "IntegerLookup", "TextVectorization"})


def check_vocabulary(session: Session, cls: ClassFacts, config: dict[str, Any], pointer: str) -> None:
    """`set_vocabulary` with a path: refused in safe mode since 3.12, else the file must exist on the target."""
    path = config.get("vocabulary")
    if cls.name not in LOOKUPS or not isinstance(path, str):
        return
    if session.release >= (3, 12) and session.safe_scope:
        text = (
            "Requested the loading of a vocabulary file outside of the model archive. This carries a potential risk of "
            "loading arbitrary and sensitive files and thus it is disallowed by default. If you trust the source of "
            "the artifact, you can override this error by passing `safe_mode=False` to the loading function, or "
            "calling "
            f"`keras.config.enable_unsafe_deserialization(). Vocabulary file: '{path}'"
        )
    # A path is of the machine that saved the model: unless the user says that the file is there, it is not.
    elif path not in session.runtime.assumed_files:
        text = f"Vocabulary file {path} does not exist."
    else:
        return
    details = {"class": cls.name, "key": "vocabulary", "value": repr(path)}
    failure = LoadFailure("ValueError", text, "KER103", cls.name, f"{pointer}/vocabulary", details)
    raise wrapped(session, cls, config, failure)


def empty_table(layer: Thing) -> bool:
    """Whether the layer's table stays without content: neither the config nor an asset of the archive fills it."""
    return (
        layer.class_name in LOOKUPS
        and layer.config.get("vocabulary") is None
        and bool(layer.config.get("vocabulary_size"))
    )


def unreadable_assets(session: Session, layer: Thing) -> str | None:
    """What `load_assets` raises: up to 3.13 an adapted vocabulary with weights is set with `idf_weights=False`."""
    stored = session.artifact.keras
    adapted = layer.class_name in LOOKUPS and layer.config.get("vocabulary") is None
    # The loader looks for assets where an archive has more than its three own members.
    if not adapted or stored is None or not stored.assets or session.release >= (3, 14):
        return None
    return "object of type 'bool' has no len()" if layer.config.get("output_mode") == "tf_idf" else None
