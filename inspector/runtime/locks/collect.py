"""Collects what a lock names, choosing by environment where it names a distribution more than once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.runtime.distributions import RELEVANT, canonical
from inspector.runtime.locks.contents import LockContents
from inspector.runtime.markers import holds
from inspector.terms.errors import UsageError
from inspector.terms.finding import Gap, Location

if TYPE_CHECKING:
    from inspector.runtime.locks.contents import LockContext

# A lock of a large monorepo has some 3,000 distributions, each a few times; what is beyond is no lock.
MAX_ENTRIES = 200_000
# One distribution's versions or specifiers: a lock forked by every Python and platform has a dozen.
MAX_VERSIONS = 200


class Collector:
    """Takes entries in the lock's order. Only those count that the target's environment chooses."""

    __slots__ = ("constraints", "context", "count", "gaps", "python", "requires_python", "unread", "versions", "wanted")

    def __init__(self, context: LockContext) -> None:
        self.context = context
        self.python: str | None = None
        self.requires_python = ""  # the range of Pythons that the lock is for
        self.count = 0
        self.gaps: list[Gap] = []
        self.unread: list[str] = []
        # Per name: version or specifier -> whether it is certain that the environment chooses it.
        self.versions: dict[str, dict[str, bool]] = {}
        self.wanted: dict[str, dict[str, bool]] = {}
        self.constraints: dict[str, str] = {}

    def pin(self, name: str, version: str, marker: str = "") -> None:
        """Note one exact version, under an optional marker."""
        if name and version:
            self._note(self.versions, name, version, marker)

    def want(self, name: str, specifier: str, marker: str = "") -> None:
        """Note a requirement without one version; kept only for what decides which TensorFlow or Keras it is."""
        if canonical(name) in RELEVANT:
            self._note(self.wanted, name, specifier, marker)

    def constrain(self, name: str, specifier: str) -> None:
        """Note a constraint: it narrows what is required elsewhere, and requires nothing."""
        if canonical(name) in RELEVANT:
            known = self.constraints.get(canonical(name))
            self.constraints[canonical(name)] = f"{known},{specifier}" if known else specifier

    def gap(self, reason: str) -> None:
        """Note something that decides the runtime and cannot be known."""
        self.gaps.append(Gap(Location(str(self.context.path)), reason))

    def unknown(self, name: str, source: str) -> None:
        """Note an entry without a version (a checkout, a folder): a gap where it is TensorFlow or Keras.

        `name` is empty where not even that is known.
        """
        if canonical(name) in RELEVANT:
            self.gap(f"{name}: its version is not known from {source[:200]}")
        else:
            self.unread.append(source[:200])

    def contents(self) -> LockContents:
        """Give what the environment chooses; two versions of one distribution are a gap where they matter."""
        packages = {name: self._chosen(name, found) for name, found in self.versions.items()}
        wanted = {name: ",".join(s for s in found if s) for name, found in self.wanted.items()}
        return LockContents(
            packages={name: version for name, version in packages.items() if version is not None},
            python=self.python,
            wanted={name: specifier for name, specifier in wanted.items() if name not in packages},
            constraints=dict(self.constraints),
            gaps=tuple(self.gaps),
            unread=tuple(self.unread),
        )

    def chooses(self, marker: str) -> bool | None:
        """Whether the marker (empty: none) selects the target's environment; None where that is not known."""
        python = self.context.python or self.python or self.context.python_beside
        return holds(marker, python, self.requires_python) if marker else True

    def _note(self, table: dict[str, dict[str, bool]], name: str, value: str, marker: str) -> None:
        self.count += 1
        if self.count > MAX_ENTRIES:
            raise UsageError(f"{self.context.path}: more than {MAX_ENTRIES} entries, which no lock file has")
        answer = self.chooses(marker)
        # A marker that cannot be decided still counts: the version becomes "X or absent", which is a gap where it
        # matters, while dropping it would judge an environment without that TensorFlow.
        if answer is not False:
            found = table.setdefault(canonical(name), {})
            found[value] = bool(answer) or found.get(value, False)
            if len(found) > MAX_VERSIONS:
                raise UsageError(f"{self.context.path}: {name} stands there in more than {MAX_VERSIONS} versions")

    def _chosen(self, name: str, found: dict[str, bool]) -> str | None:
        """The one version; None with a gap where several are possible."""
        if len(found) == 1 and (all(found.values()) or name not in RELEVANT):
            return next(iter(found))
        # Hundreds of other packages fork by platform in every real lock; a gap for each would hide the one that
        # matters.
        if name not in RELEVANT:
            return None
        choices = " or ".join(sorted(found)) + ("" if len(found) > 1 else " or absent")
        self.gap(f"{name} is {choices} here, depending on the environment; name the target's Python (--python 3.11)")
        return None
