"""Reads an installed environment from its files: a venv or conda prefix. Nothing in it is run or imported."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from inspector.runtime.distributions import canonical
from inspector.runtime.locks.contents import LockContents, read_bytes
from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# METADATA holds a project's whole README after its header; conda's records list every file of a package.
MAX_METADATA = 4 * 1024 * 1024
MAX_RECORD = 64 * 1024 * 1024
# A conda base with everything installed has about 500 distributions; ten times that is no environment.
MAX_DISTRIBUTIONS = 20_000

_VERSION = re.compile(r"^version(?:_info)?\s*=\s*(\d+\.\d+(?:\.\d+)?)", re.MULTILINE)
_FIELD = re.compile(r"^(Name|Version):[ \t]*(\S+)", re.MULTILINE)


def is_environment(folder: Path) -> bool:
    """Whether the folder is a venv, a conda prefix, or a site-packages folder of distributions."""
    return (
        (folder / "pyvenv.cfg").is_file()
        or (folder / "conda-meta").is_dir()
        or next(folder.glob("*.dist-info"), None) is not None
        or next(_site_packages(folder), None) is not None
    )


def read_environment(folder: Path) -> LockContents:
    """Read Python's version and the distributions with their versions. UsageError where there are none."""
    packages, python = _conda_packages(folder)
    # pip's word over conda's: in a conda prefix it replaces the files, and leaves conda's record as it was.
    for site in (folder, *_site_packages(folder)):
        packages |= _distributions(site)
    if not packages:
        raise UsageError(f"{folder}: no installed distributions there: not a Python environment")
    return LockContents(packages, _venv_python(folder) or python)


def _site_packages(folder: Path) -> Iterator[Path]:
    """POSIX first, then Windows. `lib64` is a link to `lib` in every venv; distributions of both count."""
    for pattern in ("lib/python3*/site-packages", "lib64/python3*/site-packages", "Lib/site-packages"):
        yield from sorted(folder.glob(pattern))


def _distributions(site: Path) -> dict[str, str]:
    found = {}
    for number, info in enumerate(sorted((*site.glob("*.dist-info"), *site.glob("*.egg-info")))):
        if number >= MAX_DISTRIBUTIONS:
            raise UsageError(f"{site}: more than {MAX_DISTRIBUTIONS} distributions")
        fields = _metadata(info)
        if "Name" in fields and "Version" in fields:
            found[canonical(fields["Name"])] = fields["Version"]
    return found


def _metadata(info: Path) -> dict[str, str]:
    """Name and Version of a distribution: of its METADATA or PKG-INFO, or an egg-info that is a file itself."""
    for path in (info / "METADATA", info / "PKG-INFO", info):
        if path.is_file():
            # The fields end at the first empty line; a README below may hold lines that look like them (core metadata,
            # PEP 566).
            head = read_bytes(path, MAX_METADATA).partition(b"\n\n")[0].decode("utf-8", errors="replace")
            # Reversed, so that the first of a repeated field counts, as for email.message, by which importlib.metadata
            # reads it.
            return dict(reversed(_FIELD.findall(head)))
    return {}


def _venv_python(folder: Path) -> str | None:
    """The version in pyvenv.cfg, else the minor version that the site-packages folder is named after."""
    config = folder / "pyvenv.cfg"
    if config.is_file():
        found = _VERSION.search(read_bytes(config, MAX_METADATA).decode("utf-8", errors="replace"))
        if found:
            return found[1]
    names = [site.parent.name.removeprefix("python") for site in _site_packages(folder)]
    return next((name for name in names if re.fullmatch(r"3\.\d+", name)), None)


def _conda_packages(folder: Path) -> tuple[dict[str, str], str | None]:
    """Every package of conda-meta, whose `python` is the interpreter."""
    found = {}
    for path in sorted((folder / "conda-meta").glob("*.json")):
        record = _json_object(read_bytes(path, MAX_RECORD))
        name, version = record.get("name"), record.get("version")
        if isinstance(name, str) and isinstance(version, str):
            found[canonical(name)] = version
    return found, found.get("python")


def _json_object(data: bytes) -> dict[str, object]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
