"""conda's `environment.yml`: as people write it, and as `conda env export` prints it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from inspector.runtime.locks.collect import Collector
from inspector.runtime.locks.conda_names import add_specifier
from inspector.runtime.locks.contents import read_text
from inspector.runtime.locks.requirements import read_lines
from inspector.runtime.locks.toml_lock import tables
from inspector.runtime.locks.yaml_subset import parse_yaml
from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from inspector.runtime.locks.contents import LockContents, LockContext

NAME = "conda environment.yml"


def matches(name: str, head: str) -> bool:
    """Whether it is YAML with `dependencies` and no mark of conda-lock."""
    return name.endswith((".yml", ".yaml")) and not _is_conda_lock(head)


def read(context: LockContext) -> LockContents:
    """Read the dependencies with those under `pip:`."""
    document = parse_yaml(read_text(context.path), context.path)
    dependencies = document.get("dependencies") if isinstance(document, dict) else None
    if not isinstance(dependencies, list):
        raise UsageError(f"{context.path}: not a conda environment: no list of dependencies")
    collector = Collector(context)
    for entry in _strings(dependencies):
        add_specifier(collector, entry)
    # `pip:` is an entry of the list that is a mapping itself; what it installs comes after conda's own packages.
    for part in tables(dependencies):
        read_lines(collector, "\n".join(_strings(part.get("pip"))))
    return collector.contents()


def _strings(value: Any) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


def _is_conda_lock(head: str) -> bool:
    return bool(re.search(r"^(package:|metadata:)", head, re.MULTILINE))
