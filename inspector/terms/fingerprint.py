"""What makes a finding the same finding on another day and another machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.terms.finding import Finding

_LENGTH = 32  # hexadecimal digits: 128 bits, far beyond the number of findings that are ever held together


def place_fingerprint(finding: Finding, path: str) -> str:
    """The rule, the places and the subject: the same while the finding stays where it is.

    `path` is the artifact's: its name is left out, so that a moved or renamed file keeps its findings.
    """
    return _digest([finding.rule, *_places(finding, path), finding.subject])


def fingerprint(finding: Finding, path: str) -> str:
    """As `place_fingerprint`, with what the artifact says there: other code at the same place is another finding.

    An accepted Lambda must not vouch for the next one that somebody puts into its layer.
    """
    said = (part for pair in sorted(finding.details.items()) for part in pair)
    return _digest([finding.rule, *_places(finding, path), finding.subject, "", *said])


def _places(finding: Finding, path: str) -> list[str]:
    # A single file is a member of itself, by its path or its name.
    own = {path, path.replace("\\", "/").rstrip("/").rpartition("/")[2]}
    places = (("" if place.member in own else place.member, place.pointer) for place in finding.locations)
    return [part for place in places for part in place]


def _digest(parts: list[str]) -> str:
    import hashlib  # noqa: PLC0415 - cold start: a report without findings needs none

    # With their lengths: joined by any letter, parts that hold it could be cut in another place and give the same text.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_LENGTH]
