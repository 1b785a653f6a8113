"""The Python functions that configs store as bytecode, in each of the four spellings that Keras has had."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.codec.bytecode import Effect, decode, loads_in
from inspector.codec.code_listing import read_function
from inspector.codec.marshalled import READERS
from inspector.terms.finding import Gap, Location
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.configs import ConfigEntry
    from inspector.audit.evidence import Evidence
    from inspector.codec.code_listing import Written

_KEYS = ("function", "output_shape", "mask")
# A Lambda has some hundred bytes; a model with a thousand of them has less than a MiB. Each MiB takes some seconds.
BYTES_LIMIT = 2 * 2**20


@record
class StoredFunction:
    """A function as a config stores it: where, its text, and its code (None: no function of a known Python)."""

    location: Location
    text: str
    written: Written | None

    @property
    def readers(self) -> tuple[str, ...]:
        """The Pythons that unmarshal it."""
        data = decode(self.text)
        return tuple(python for python in ("2.7", *READERS) if loads_in(data, python).effect is Effect.OK)


def stored_functions(evidence: Evidence) -> tuple[StoredFunction, ...]:
    """Each stored function, in the order of the file; read once for all rules."""
    kept: tuple[StoredFunction, ...] | None = evidence.memo.get("stored_functions")
    if kept is None:
        kept = evidence.memo["stored_functions"] = tuple(_read(evidence))
    return kept


def _read(evidence: Evidence) -> Iterator[StoredFunction]:
    left = BYTES_LIMIT
    seen: set[str] = set()
    for place, text in (found for entry in evidence.configs for found in _texts(entry)):
        # Keras 2 writes each layer of a SavedModel twice: in the model's own metadata and in the layer's.
        if evidence.container == "saved_model" and text in seen:
            continue
        seen.add(text)
        left -= len(text)
        if left < 0:
            evidence.gaps.append(Gap(place, f"more than {BYTES_LIMIT} bytes of Python functions: the rest is not read"))
            return
        yield StoredFunction(place, text, read_function(decode(text)))


def _texts(entry: ConfigEntry) -> Iterator[tuple[Location, str]]:
    """Keras 3: an object of its own class. Keras 2 and before: `[code, defaults, closure]` beside a `_type`."""
    config = entry.arguments
    if entry.class_name == "__lambda__":
        code = config["code"] if "code" in config else _first(config.get("value"))
        if isinstance(code, str):
            yield entry.location, code
        return
    for key in _KEYS:
        value = config.get(key)
        # func_load of keras/utils/generic_utils.py (to 2.15) takes the text of the code alone as well as the list.
        alone = isinstance(value, str) and config.get(f"{key}_type") == "lambda"
        code = value if alone else _first(value)
        stored = config.get(f"{key}_type") == "lambda" or (entry.class_name == "Lambda" and isinstance(code, str))
        if stored and config.get(f"{key}_type") != "raw" and isinstance(code, str):
            yield entry.at("config", key), code


def _first(value: Any) -> Any:
    """The code in a list, or in the tuple of SavedModel's metadata."""
    if isinstance(value, dict) and value.get("class_name") == "__tuple__":
        value = value.get("items")
    if isinstance(value, list) and value and isinstance(value[0], str):
        return value[0]
    return None
