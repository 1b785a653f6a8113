"""Name and version of a distribution from its file name or URL, without opening it."""

from __future__ import annotations

import re

MAX_NAME = 255  # what file systems allow

# {distribution}-{version}(-{build})?-{python}-{abi}-{platform}.whl, where no part holds a dash and a build begins with
# a digit (https://packaging.python.org/en/latest/specifications/binary-distribution-format/).
_WHEEL = r"([A-Za-z0-9][\w.]*)-([^-/]+)(?:-\d[^-/]*)?-[^-/]+-[^-/]+-[^-/]+\.whl$"
_SDIST = r"([A-Za-z0-9][\w.-]*?)-(\d[\w.+!]*)\.(?:tar\.gz|zip|tar\.bz2|tgz)$"


def name_and_version(url: str) -> tuple[str, str] | None:
    """Give (name, version) of a wheel or source archive; None where the name does not say (a checkout, a folder)."""
    # The `+` of local versions (`2.15.0+nv24`) is escaped in URLs.
    file = url.partition("#")[0].partition("?")[0].rpartition("/")[2].replace("%2B", "+").replace("%2b", "+")
    if len(file) > MAX_NAME:
        return None
    found = re.match(_WHEEL, file) or re.match(_SDIST, file)
    return (found[1], found[2]) if found else None
