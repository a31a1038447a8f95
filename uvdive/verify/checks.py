"""The outcome of a verification and the comparison of two images, as frozen values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

CheckName = Literal["config", "files", "interpreter", "libraries", "imports", "start"]
ENGINES = ("docker", "podman")
"""Sources of a report whose image an engine can run."""

Status = Literal["passed", "failed", "skipped", "repaired", "announced"]

Level = Literal["failed", "unproven", "contents", "start"]
"""How far a rewrite is proven: a check failed; none did, but not all could be looked at; all that the
images hold was compared; both were started besides, and did the same."""


@dataclass(frozen=True, slots=True)
class Want:
    """What a failed check shows to be lacking: a path, or what has a name.

    A library, a program, a Python module (``yaml.nodes``) or an OS package.
    """

    kind: Literal["path", "library", "program", "module", "package"]
    name: str


@dataclass(frozen=True, slots=True)
class Check:
    """One check of R46; ``differences`` are one line each, for people, ``wants`` what would mend them.

    ``unseen`` says what the check should have looked at and could not, one line each, and
    ``way_out`` what to do where it failed. ``ran`` is set where both images' programs ran,
    ``paths`` are those of the differences of files. ``needs`` are the variables that the
    programs' last words name; empty where they lack something else, None where they lack nothing.
    ``stops`` are the seconds that a stop takes in the original and in the new image, where both
    were stopped.
    """

    name: CheckName
    status: Status
    detail: str
    differences: tuple[str, ...] = ()
    wants: tuple[Want, ...] = ()
    unseen: tuple[str, ...] = ()
    way_out: str = ""
    ran: bool = False
    paths: tuple[bytes, ...] = field(default=(), repr=False)
    needs: tuple[str, ...] | None = None
    stops: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Chance:
    """What two builds of the original have otherwise: the paths that differ, and those of them that are gone.

    A content that is another each time says nothing of a file that is not there.
    """

    other: frozenset[bytes] = frozenset()
    gone: frozenset[bytes] = frozenset()

    @classmethod
    def of(cls, paths: Iterable[PathDelta]) -> Chance:
        """What a comparison of the original with its second build tells."""
        kept = [delta for delta in paths if delta.change != "added"]
        gone = (delta.path for delta in kept if delta.change == "removed")
        return cls(frozenset(delta.path for delta in kept), frozenset(gone))

    def among(self, paths: Collection[bytes]) -> Chance:
        """The same of these paths alone."""
        return Chance(self.other.intersection(paths), self.gone.intersection(paths))


NO_CHANCE = Chance()


@dataclass(frozen=True, slots=True)
class CheckStarted:
    """An event: this check runs now."""

    name: CheckName


@dataclass(frozen=True, slots=True)
class Verification:
    """All checks of one rewrite; it is proven if none of them failed and all could look."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Did no check fail? That alone proves nothing where one could not look."""
        return all(check.status != "failed" for check in self.checks)

    @property
    def unseen(self) -> tuple[str, ...]:
        """What could not be looked at, with the check that should have."""
        return tuple(f"{check.name}: {what}" for check in self.checks for what in check.unseen)

    @property
    def level(self) -> Level:
        """How far the rewrite is proven."""
        if not self.passed:
            return "failed"
        if self.unseen:
            return "unproven"
        return "start" if any(check.ran for check in self.checks) else "contents"

    @property
    def proven(self) -> bool:
        """Was everything looked at that matters, and nothing found?"""
        return self.level in ("contents", "start")


@dataclass(frozen=True, slots=True)
class OwnerDelta:
    """One owner in two images, in bytes."""

    owner: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class PackageDelta:
    """One package in two images: versions and bytes; None where it is not there."""

    environment: str
    name: str
    before: str | None
    after: str | None
    before_bytes: int | None
    after_bytes: int | None


@dataclass(frozen=True, slots=True)
class PathDelta:
    """One path that was added, removed or changed; ``what`` says how it changed (``mode 0644 -> 0755``)."""

    path: bytes
    change: Literal["added", "removed", "changed"]
    before_bytes: int | None
    after_bytes: int | None
    what: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfigDelta:
    """One config key that differs; values as JSON-able data."""

    key: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two images side by side (``uvdive.comparison/1``); bytes are ``file_bytes``.

    ``unread`` counts files of equal size whose contents could not be compared, ``unread_paths`` are theirs.
    """

    before: Mapping[str, object]
    after: Mapping[str, object]
    before_bytes: int
    after_bytes: int
    verdict: str
    owners: tuple[OwnerDelta, ...]
    packages: tuple[PackageDelta, ...]
    os_packages: tuple[PackageDelta, ...]
    paths: tuple[PathDelta, ...]
    config: tuple[ConfigDelta, ...]
    unread: int = 0
    unread_paths: tuple[bytes, ...] = ()

    @property
    def delta_bytes(self) -> int:
        """After minus before."""
        return self.after_bytes - self.before_bytes
