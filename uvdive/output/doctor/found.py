"""What was looked for and found, as values; nothing here holds a secret."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FoundEngine:
    """An engine: where it was found, and what it says of itself; empty or None where it says nothing.

    ``storage_readable`` is whether images come from its own files. ``containerd_store`` says that it keeps
    images in containerd's store. ``problem`` is why it is not used, ``do`` what to do about that.
    """

    kind: str
    address: str
    found_by: str
    answers: bool = False
    name: str = ""
    version: str = ""
    platform: str = ""
    storage_driver: str = ""
    containerd_store: bool | None = None
    storage: str = ""
    storage_readable: bool = False
    problem: str = ""
    do: str = ""


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A place where an engine might be: ``there`` says that something is; None for an address elsewhere."""

    kind: str
    program: str
    place: str
    there: bool | None


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that uvdive calls: its version in its own words, empty where it is not there."""

    name: str
    version: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class StoredLogin:
    """That there is a login for a registry (``*`` for whichever a store has), and where; never what it is."""

    registry: str
    place: str
    kept_by: str


@dataclass(frozen=True, slots=True)
class CacheState:
    """The cache of layers, sizes in bytes."""

    folder: str
    files: int
    bytes: int
    limit: int


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where output goes: ``colours`` are 0 (none), 16, 256 or 16777216."""

    interactive: bool
    columns: int
    rows: int
    colours: int
    term: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps uvdive from working, or from working well, and what to do about it."""

    what: str
    do: str


@dataclass(frozen=True, slots=True)
class Health:
    """All of it. ``platforms`` are those that builds can be made for, as buildx tells."""

    tool_version: str
    system: str
    engines: tuple[FoundEngine, ...]
    looked_at: tuple[LookedAt, ...]
    tools: tuple[Tool, ...]
    platforms: tuple[str, ...]
    logins: tuple[StoredLogin, ...]
    cache: CacheState
    terminal: Terminal
    problems: tuple[Problem, ...]

    @property
    def has_engine(self) -> bool:
        """Does any engine answer?"""
        return any(engine.answers for engine in self.engines)
