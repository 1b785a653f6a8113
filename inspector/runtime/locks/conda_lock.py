"""`conda-lock.yml`: one entry per package and platform, from conda and from pip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.runtime.locks.collect import Collector
from inspector.runtime.locks.conda_names import add
from inspector.runtime.locks.contents import read_text
from inspector.runtime.locks.toml_lock import table, tables, text
from inspector.runtime.locks.yaml_subset import parse_yaml
from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    from inspector.runtime.locks.contents import LockContents, LockContext

NAME = "conda-lock.yml"

PLATFORM = "linux-64"  # conda's word for what is recorded


def matches(name: str, head: str) -> bool:
    """Whether this is a conda-lock: by its name or its header."""
    return name.endswith("conda-lock.yml") or (name.endswith((".yml", ".yaml")) and "\nmetadata:\n" in f"\n{head}")


def read(context: LockContext) -> LockContents:
    """Read the packages for Linux x86-64; of a lock for one other platform, that one's."""
    packages = _packages(parse_yaml(read_text(context.path), context.path))
    platforms = {text(package.get("platform")) for package in packages}
    # The same package has another version, or none, on each platform: to take any other one's would be a guess.
    if len(platforms) > 1 and PLATFORM not in platforms:
        raise UsageError(f"{context.path}: it locks {', '.join(sorted(platforms))}, and not {PLATFORM}")
    collector = Collector(context)
    for package in packages:
        if text(package.get("platform")) == PLATFORM or len(platforms) == 1:
            add(collector, text(package.get("name")), text(package.get("version")))
    return collector.contents()


def _packages(document: Any) -> list[dict[str, Any]]:
    return tables(table(document).get("package"))
