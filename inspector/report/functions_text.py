"""The Python functions that a model stores as bytecode, listed for people to read: nobody has to run them for that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.report.readable import plain, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.lambda_functions import StoredFunction
    from inspector.codec.code_listing import Listing, Written
    from inspector.terms.artifact import Artifact

STEP_LIMIT = 100  # steps of one function in the text: JSON has all


def function_lines(artifact: Artifact) -> Iterator[str]:
    """For each function its place, where and by which Python it was written, and what it does step by step."""
    for stored in _stored(artifact):
        place = stored.location
        yield f"  function   {_safe(place.member)}  {_safe(place.pointer)}"
        if stored.written is None:
            yield "    not readable: no function of Python 2.7 or 3.6 to 3.14"
        else:
            yield from _written(stored.written)


def _written(written: Written) -> Iterator[str]:
    pythons = f"Python {' or '.join(written.pythons)}" if written.pythons else "no known Python"
    for listing in written.listings:
        yield f"    {_safe(listing.name)} of {_safe(listing.filename)}:{listing.line}, {pythons}"
        yield from (f"      {kind:8} {_safe(text)}" for kind, text in listing.events[:STEP_LIMIT])
        if len(listing.events) > STEP_LIMIT:
            yield f"      ... and {len(listing.events) - STEP_LIMIT} steps more (see --format json)"
        if not listing.followed:
            yield "      its instructions are those of no known Python"


def _safe(text: str) -> str:
    return plain(shortened(text))


def function_dicts(artifact: Artifact) -> list[dict[str, Any]]:
    """The same as data."""
    return [_dict(stored) for stored in _stored(artifact)]


def _dict(stored: StoredFunction) -> dict[str, Any]:
    written = stored.written
    return {
        "member": stored.location.member,
        "pointer": stored.location.pointer,
        "pythons": [] if written is None else list(written.pythons),
        "code": [] if written is None else [_code(listing) for listing in written.listings],
    }


def _code(listing: Listing) -> dict[str, Any]:
    steps = [{"kind": kind, "text": text} for kind, text in listing.events]
    return {"name": listing.name, "file": listing.filename, "line": listing.line, "steps": steps}


def _stored(artifact: Artifact) -> tuple[StoredFunction, ...]:
    # Only configs store functions: graphs without them need no evidence at all.
    if artifact.keras is None and artifact.keras_metadata is None:
        return ()
    from inspector.audit.evidence import evidence_of  # noqa: PLC0415 - only artifacts with Keras configs
    from inspector.audit.lambda_functions import stored_functions  # noqa: PLC0415 - as above

    return stored_functions(evidence_of(artifact))
