"""`pip freeze`, `requirements.txt`, and what pip-compile and `uv pip compile` or `uv export` print.

Grammar: https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.runtime.distributions import RELEVANT, canonical
from inspector.runtime.locks.collect import Collector
from inspector.runtime.locks.contents import read_text
from inspector.runtime.locks.wheel_name import name_and_version
from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from inspector.runtime.locks.contents import LockContents, LockContext

NAME = "requirements.txt"

# Real projects nest two or three deep; both limits stop files that include each other in a tree without end.
MAX_DEPTH = 10
MAX_FILES = 200
# Names, extras, versions and markers together; hashes are cut off before. Patterns are not linear in what they match.
MAX_LINE = 4000
# Bytes of a path and of a name in it: PATH_MAX of macOS is 1024, NAME_MAX is 255 everywhere.
MAX_PATH, MAX_NAME = 1000, 255

# Every line of a lock meets the first pattern; the others are compiled when a line first needs them (cold start).
_PINNED = re.compile(r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*===?\s*([^\s;,*()]+)\s*(?:;(.*))?$")
_LOOSE = r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;()@]*)\)?\s*(?:;(.*))?$"
# A name with what stands behind it up to a marker, a URL or an option: pip takes specifiers there (PEP 440, PEP 508).
_NAMED = r"[\"']?([A-Za-z0-9][\w.-]*)[\"']?\s*(?:\[[^\]]*\])?\s*([^;@]*?)\s*(?:[;@].*)?$"
_VERSION = r"v?(?:\d+!)?\d+(?:\.\d+)*(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview|post|rev|r|dev)[-_.]?\d*|-\d+)*"
_CLAUSE = (
    rf"\s*(?:(?:==|!=)\s*{_VERSION}(?:\.\*|\+[\w.-]+)?|(?:~=|<=|>=|<|>)\s*{_VERSION}(?:\+[\w.-]+)?|===\s*[^\s,]+)\s*"
)
_DIRECT = r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*@\s*(\S+)\s*(?:;(.*))?$"
_OPTION = r"(-[a-zA-Z]|--[a-z-]+)[\s=]*(.*)$"
_COMMENT = r"(^|\s)#.*$"
_TRAILING_OPTIONS = r"\s--?(hash|config-settings?|global-option|install-option)\b.*$"
_EGG = r"[#&]egg=([A-Za-z0-9][\w.-]*)"
# First line `# python 3.11.7`; pip-compile's `... by pip-compile with Python 3.11`; uv's `--python-version 3.11`.
_PYTHON = r"^#.*?\b[Pp]ython(?:-version)?[\s:=]+v?(\d+\.\d+(?:\.\d+)?)"


def matches(name: str, head: str) -> bool:
    """Whether this is a requirements file: any text that no other lock type claims."""
    return name.endswith((".txt", ".in", ".pip", ".lock")) or bool(_PINNED.match(head.strip().split("\n")[-1]))


def read(context: LockContext) -> LockContents:
    """Read the file with all that it includes."""
    text = read_text(context.path)
    collector = Collector(context)
    collector.python = _python_of(text)
    _Reader(collector).read(context.path, text, depth=0, constraints=False)
    return collector.contents()


def read_lines(collector: Collector, text: str) -> None:
    """Note the requirements of such lines in a file of another type (the `pip:` part of a conda environment)."""
    _Reader(collector).read(collector.context.path, text, depth=0, constraints=False)


def _python_of(text: str) -> str | None:
    """The Python that the header names: its comment lines, at most the first ten."""
    for line in text.split("\n", 10)[:10]:
        if not line.startswith("#"):
            break
        if found := re.match(_PYTHON, line):
            return found[1]
    return None


class _Reader:
    __slots__ = ("collector", "seen")

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        # The same file may be a requirement and a constraint: `-r base.txt` with `-c base.txt`; each is read once.
        self.seen: set[tuple[Path, bool]] = set()

    def read(self, path: Path, text: str, *, depth: int, constraints: bool) -> None:
        """Read one file's lines; `constraints` where it was included with `-c`."""
        self.seen.add((path.resolve(), constraints))
        for number, line in _logical_lines(text):
            option = re.match(_OPTION, line) if line.startswith("-") else None
            if option:
                self._option(option[1], option[2].strip(), path, depth, constraints=constraints)
            else:
                _demand_specifier(line, f"{path}:{number}")
                self._requirement(line, constraints=constraints)

    def _option(self, name: str, value: str, path: Path, depth: int, *, constraints: bool) -> None:
        if name in ("-r", "--requirement"):
            self._include(value, path, depth, constraints=constraints)
        elif name in ("-c", "--constraint"):
            # What a constraints file includes with `-r` constrains too, and installs nothing
            # (https://pip.pypa.io/en/stable/user_guide/#constraints-files).
            self._include(value, path, depth, constraints=True)
        elif name in ("-e", "--editable"):
            # `pip freeze` writes a checkout as `-e git+URL@COMMIT#egg=NAME`: the name is all that is known.
            egg = re.search(_EGG, value)
            self.collector.unknown(egg[1] if egg else "", value)

    def _include(self, value: str, path: Path, depth: int, *, constraints: bool) -> None:
        # pip resolves it against the folder of the file that names it, not against its own (req_file.py, `parse_line`).
        included = path.parent / value
        if not _can_exist(value):
            self.collector.gap(f"{value[:MAX_NAME]!r}: not read, no file has such a name")
            return
        # Resolved: `../a/base.txt` and `base.txt` may be one file, and files that include each other would go on for
        # ever.
        if (included.resolve(), constraints) in self.seen:
            return
        if depth >= MAX_DEPTH or len(self.seen) >= MAX_FILES:
            self.collector.gap(f"{value}: not read, more than {MAX_DEPTH} levels or {MAX_FILES} files of includes")
        elif "://" in value:
            self.collector.gap(f"{value}: not read, included files are read from disk only")
        elif not included.is_file():
            self.collector.gap(f"{value}: not read, there is no such file")
        else:
            self.read(included, read_text(included), depth=depth + 1, constraints=constraints)

    def _requirement(self, line: str, *, constraints: bool) -> None:
        # `--hash=sha256:...` and the like stand behind the requirement, up to a hundred for one wheel of each platform.
        line = re.sub(_TRAILING_OPTIONS, "", line) if " -" in line else line
        if len(line) > MAX_LINE:
            self.collector.unknown("", line)
        # The order is that of certainty: an exact version, then `name @ URL` (PEP 508; `pip freeze` writes it for what
        # was installed from a URL, PEP 610), and only then a range, whose pattern takes nearly any line.
        elif found := _PINNED.match(line):
            self._pinned(found[1], found[2], (found[3] or "").strip(), constraints=constraints)
        elif found := re.match(_DIRECT, line):
            self._direct(found[1], found[2], (found[3] or "").strip())
        elif (found := re.match(_LOOSE, line)) and not _is_path(line):
            self._loose(found[1], found[2].strip(), (found[3] or "").strip(), constraints=constraints)
        else:
            self._direct("", line.partition(";")[0].strip(), "")

    def _pinned(self, name: str, version: str, marker: str, *, constraints: bool) -> None:
        # `==2.15` is any spelling of 2.15.0; left to the releases that are known, as everything unpinned is.
        if constraints:
            self.collector.constrain(name, f"=={version}")
        else:
            self.collector.pin(name, version, marker)

    def _loose(self, name: str, specifier: str, marker: str, *, constraints: bool) -> None:
        if constraints:
            self.collector.constrain(name, specifier)
        else:
            self.collector.want(name, specifier, marker)

    def _direct(self, name: str, url: str, marker: str) -> None:
        known = name_and_version(url)
        if known:
            self.collector.pin(name or known[0], known[1], marker)
        else:
            egg = re.search(_EGG, url)
            self.collector.unknown(name or (egg[1] if egg else ""), url)


def _demand_specifier(line: str, place: str) -> None:
    """UsageError where what stands behind TensorFlow's or Keras' name is no specifier: pip stops there, too.

    Other tools write `tensorflow=2.15`, `tensorflow = "2.15"` and `tensorflow: 2.15`; taken for a range, they would be
    said to be none that a release satisfies.
    """
    found = re.match(_NAMED, line[:MAX_LINE])
    if found is None or canonical(found[1]) not in RELEVANT:
        return
    rest = re.sub(_TRAILING_OPTIONS, "", found[2]).strip().removeprefix("(").removesuffix(")").strip()
    if rest and not all(re.fullmatch(_CLAUSE, clause) for clause in rest.rstrip(",").split(",")):
        version = re.search(r"\d+(?:\.\d+)*", rest)
        meant = f"{found[1]}=={version[0]}" if version else f"{found[1]}==2.15.1"
        raise UsageError(
            f"{place}: {line[:MAX_NAME]}: {rest[:MAX_NAME]!r} is no version specifier; expected one such as {meant}"
        )


def _is_path(line: str) -> bool:
    return "/" in line.partition(";")[0] or line.startswith(".")


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, continuations joined (a backslash at the very end), blank ones left out.

    Each with its number, the last one's where lines were joined.
    """
    joined, number = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        # pip joins lines before it drops comments, but a comment line is never continued (req_file.py, `join_lines`).
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            joined += line[:-1]
            continue
        logical = joined + line
        # A `#` inside a word belongs to it: `...git#egg=keras`. pip expands `${NAME}` next, from the variables of its
        # own process; those of the target are not known, so that it stays as written.
        logical = (re.sub(_COMMENT, "", logical) if "#" in logical else logical).strip()
        joined = ""
        if logical:
            yield number, " ".join(logical.split())
    if joined.strip():
        yield number, " ".join(joined.split())


def _can_exist(text: str) -> bool:
    """Whether a file may have that name at all."""
    raw = text.encode("utf-8", "surrogatepass")
    return b"\0" not in raw and len(raw) <= MAX_PATH and max(map(len, raw.split(b"/"))) <= MAX_NAME
