"""YAML architectures (`model.to_yaml()`, until TensorFlow 2.5): the text is searched, never parsed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.formats.common import Source, bare
from inspector.terms.artifact import Artifact, Format, Member
from inspector.terms.audit import Oddity
from inspector.terms.finding import Gap, Location
from inspector.terms.record import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = Format.KERAS_YAML
# Architectures take some hundred bytes a layer.
TEXT_LIMIT = 16 * 2**20
TAG_LIMIT = 1000
_START = re.compile(rb"\A(?:\xef\xbb\xbf|#[^\n]*\n|---\s|%[^\n]*\n|\s)*(?:backend:|class_name:|config:|!!python/)")
# `!!python/...` in both spellings, and a %TAG line that gives it another prefix.
_TAG = re.compile(r"!<?(?:!|tag:yaml\.org,2002:)python/[^\s\"',\[\]{}>]*|^%TAG\s.*python.*$", re.MULTILINE)


def detect(place: Source) -> bool:
    """Whether it is YAML by its name, or by what `to_yaml` begins with and tags that Python's YAML knows."""
    return place.suffix.lower() in {".yaml", ".yml"} or bool(_START.search(place.head))


def read_file(place: Source) -> Artifact:
    """The artifact of a YAML text: its tags of Python are noted; what it builds stays a gap."""
    start = replace(bare(place, FORMAT), members=(Member(place.name, place.size),))
    reason = "a YAML architecture, which no TensorFlow from 2.6 on loads: only its tags are looked at"
    if place.size > TEXT_LIMIT:
        reason = f"YAML larger than {TEXT_LIMIT} bytes"
        return replace(start, gaps=(Gap(Location(place.name), reason),))
    text = Path(place.path).read_bytes().decode("utf-8", "replace")
    return replace(start, gaps=(Gap(Location(place.name), reason),), oddities=tuple(_tags(text, place.name)))


def _tags(text: str, member: str) -> Iterator[Oddity]:
    line, counted = 1, 0
    for count, found in enumerate(_TAG.finditer(text)):
        if count == TAG_LIMIT:
            return
        # From the last tag on: counted from the beginning each time, a file of tags would take the square of its
        # length.
        line += text.count("\n", counted, found.start())
        counted = found.start()
        yield Oddity("yaml-python-tag", Location(member, f"line {line}"), {"tag": found.group()[:200]})
