"""What the lock types of conda share: its file names and its version specifiers.

https://docs.conda.io/projects/conda-build/en/stable/resources/package-spec.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.runtime.locks.collect import Collector

_SPEC = re.compile(r"(?:[^\s:\[]+::)?([A-Za-z0-9_][\w.-]*)\s*(.*)$")
_EXACT = re.compile(r"(?:(=)|==)\s*([^\s=*,<>!~|]+)\s*(?:(=)\s*\S+)?$")
_PYTHON = re.compile(r"\d+\.\d+(\.\d+)?$")


def add(collector: Collector, name: str, version: str) -> None:
    """Note a package with its version; `python` is the interpreter."""
    if name == "python" and _PYTHON.match(version):
        collector.python = version
    collector.pin(name, version)


def add_specifier(collector: Collector, text: str) -> None:
    """Note a line such as `tensorflow=2.15`, `keras>=3`, `conda-forge::tensorflow=2.15.0=cpu_py311`.

    One `=` means "of this version", `2.15` being any 2.15.x; with a build after it, or with `==`, the version is exact.
    """
    found = _SPEC.match(text.strip())
    if not found:
        return
    name, specifier = found[1], found[2].strip()
    exact = _EXACT.match(specifier.strip("'\" "))
    if (exact and name == "python") or (exact and (exact[1] is None or exact[3] or exact[2].count(".") > 1)):
        add(collector, name, exact[2])
    elif exact:
        # conda's fuzzy `=2.15` is pip's `==2.15.*` (PEP 440, prefix matching), and says no more than that.
        collector.want(name, f"=={exact[2]}.*")
    else:
        # MatchSpec joins version and build by a space, or bounds by a comma; SpecifierSet knows commas alone.
        collector.want(name, specifier.replace(" ", ","))


def of_file(url: str) -> tuple[str, str] | None:
    """Name and version of a conda package file: `tensorflow-2.15.0-cpu_py311h6ac8430_2.conda`."""
    # `conda list --explicit` puts the file's MD5 behind a `#`, or its SHA-256 with `--sha256`.
    file = url.partition("#")[0].rpartition("/")[2]
    for suffix in (".conda", ".tar.bz2"):
        if file.endswith(suffix):
            parts = file.removesuffix(suffix).rsplit("-", 2)
            return (parts[0], parts[1]) if len(parts) == 3 else None  # noqa: PLR2004 - name, version, build
    return None
