"""`uv.lock`: one resolution for every environment. What the target gets is found by walking from the project itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.runtime.distributions import RELEVANT
from inspector.runtime.locks.collect import Collector
from inspector.runtime.locks.toml_lock import any_of, read_toml, table, tables, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.runtime.locks.contents import LockContents, LockContext

NAME = "uv.lock"


def matches(name: str, head: str) -> bool:
    """Whether this is a uv lock: by its name, or by the source that every package in it has."""
    return name == "uv.lock" or (name.endswith((".lock", ".toml")) and "[[package]]" in head and "source = {" in head)


def read(context: LockContext) -> LockContents:
    """Read what the project and its `dev` group require; its extras and other groups too if that has no TensorFlow."""
    document = read_toml(context.path)
    contents = _Walk(context, document, everything=False).contents()
    if RELEVANT & contents.packages.keys() or contents.gaps:
        return contents
    return _Walk(context, document, everything=True).contents()


class _Walk:
    """Follows dependencies from the projects (what is locked from a folder) whose markers choose the target."""

    __slots__ = ("by_name", "collector", "everything")

    def __init__(self, context: LockContext, document: dict[str, Any], *, everything: bool) -> None:
        self.collector = Collector(context)
        self.collector.requires_python = text(document.get("requires-python"))
        self.everything = everything
        self.by_name: dict[str, list[dict[str, Any]]] = {}
        for package in tables(document.get("package")):
            # Names are normalised by uv itself, in entries and edges alike.
            self.by_name.setdefault(text(package.get("name")), []).append(package)

    def contents(self) -> LockContents:
        """Walk, and give what was reached."""
        every = [package for entries in self.by_name.values() for package in entries]
        roots = [package for package in every if _is_project(package)]
        # A lock without a project (`uv lock --script`) has nothing to walk from: all that it holds counts.
        pending = [(package, "") for package in roots or every]
        seen = {(id(package), "") for package, _ in pending}
        while pending:
            package, condition = pending.pop()
            self._note(package, condition)
            for following in self._required(package, condition, is_root=_is_project(package)):
                if (id(following[0]), following[1]) not in seen:
                    seen.add((id(following[0]), following[1]))
                    pending.append(following)
        return self.collector.contents()

    def _note(self, package: dict[str, Any], condition: str) -> None:
        name, version = text(package.get("name")), text(package.get("version"))
        if version:
            self.collector.pin(name, version, condition)
        elif not _is_project(package):
            self.collector.unknown(name, str(package.get("source")))

    def _required(
        self, package: dict[str, Any], condition: str, *, is_root: bool
    ) -> Iterator[tuple[dict[str, Any], str]]:
        """Each required package with the marker it stands under: the last one on the way that is not certain."""
        for edge in self._edges(package, is_root=is_root):
            marker = text(edge.get("marker"))
            answer = self.collector.chooses(marker)
            # An edge whose marker excludes the target cuts off all that only it leads to: a fork for macOS alone, say.
            if answer is False:
                continue
            for entry in self.by_name.get(text(edge.get("name")), []):
                # Where the resolution forked, the same name stands there in several versions, each with the markers of
                # its forks; the edge names the version where the name alone would not do.
                forks = any_of(entry.get("resolution-markers"))
                chosen = self.collector.chooses(forks)
                if chosen is not False and edge.get("version") in (None, entry.get("version")):
                    yield entry, marker if answer is None else forks if chosen is None else condition

    def _edges(self, package: dict[str, Any], *, is_root: bool) -> Iterator[dict[str, Any]]:
        yield from tables(package.get("dependencies"))
        groups = table(package.get("dev-dependencies"))
        extras = table(package.get("optional-dependencies"))
        if is_root:
            for name, group in groups.items():
                # `uv sync` installs the group `dev` unless it is told otherwise
                # (https://docs.astral.sh/uv/concepts/projects/dependencies/#default-groups).
                if self.everything or name == "dev":
                    yield from tables(group)
        # Extras of other packages (tensorflow[and-cuda]) bring libraries, never another TensorFlow.
        if is_root and self.everything:
            for group in extras.values():
                yield from tables(group)


def _is_project(package: dict[str, Any]) -> bool:
    return bool(table(package.get("source")).keys() & {"editable", "virtual"})
