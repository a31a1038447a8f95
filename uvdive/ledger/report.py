"""The one hand-off value of a read image: frozen, without any UI in it.

Every size is in bytes. The fields are those of the JSON contract (the schema
``report-1.json``), which ``output`` writes from here; ``files`` holds the columns.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from uvdive.distro.release import OsRelease
from uvdive.image.attested.sbom import Sbom
from uvdive.image.config import HistoryEntry, ImageConfig
from uvdive.image.table import FileTable

RawPath = bytes
"""A path as the tar spells it; a name of its own as ``bytes`` is a field's name below."""

VIRTUAL = frozenset({"venv", "tool"})
"""Kinds of environments that are folders of their own (PEP 405); ``tool`` is what uv makes for a tool."""


@dataclass(frozen=True, slots=True)
class Base:
    """The image that ``FROM`` named; ``by`` says how that is known."""

    name: str | None
    layers: int
    by: str


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """Which image this is and where it was read from."""

    reference: str
    id: str
    config_digest: str
    source: str
    platform: str
    created: str | None
    inspect_size: int | None
    listed_size: int | None
    base: Base | None


@dataclass(frozen=True, slots=True)
class DockerfileInfo:
    """The Dockerfile that belongs to the image; ``matches`` is None where that is not known.

    Where no file is at hand but the image's provenance has the Dockerfile, ``text`` is what it
    says, ``path`` what the file was called where it was built, and ``build_args`` the options of
    that build.
    """

    path: str
    sha256: str
    matches: bool | None
    text: str = ""
    build_args: tuple[str, ...] = ()

    @property
    def source(self) -> Literal["file", "provenance"]:
        """Where its text is from."""
        return "provenance" if self.text else "file"

    @property
    def file(self) -> Path | None:
        """The file, which may have gone since; None where there was none."""
        return None if self.text else Path(self.path)


@dataclass(frozen=True, slots=True)
class Totals:
    """The image's sums; ``live_bytes + dead_bytes == file_bytes``."""

    file_bytes: int
    live_bytes: int
    dead_bytes: int
    efficiency: float
    duplicate_bytes: int | None
    tar_bytes: int | None
    tar_overhead: int | None
    compressed_bytes: int | None
    files: int


@dataclass(frozen=True, slots=True)
class LayerReport:
    """One layer. ``counts_links`` is None where no engine size is known to compare with."""

    index: int
    diff_id: str
    verified: bool
    created_by: str
    instruction: str
    line: int | None
    end_line: int | None
    base: bool
    file_bytes: int
    live_bytes: int
    dead_bytes: int
    tar_bytes: int | None
    compressed_bytes: int | None
    engine_size: int | None
    counts_links: bool | None
    link_bytes: int
    files: int
    added: int
    modified: int
    removed: int
    owners: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Component:
    """A part of an owner: an OS package, a distribution, an interpreter, a cache …"""

    owner: str
    name: str
    version: str | None
    kind: str
    path: str
    bytes: int
    live_bytes: int
    dead_bytes: int


@dataclass(frozen=True, slots=True)
class OwnerReport:
    """One owner's share. ``shared_bytes`` and ``reclaimable_bytes`` do not add up to it."""

    owner: str
    bytes: int
    live_bytes: int
    dead_bytes: int
    shared_bytes: int
    reclaimable_bytes: int
    files: int
    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class Distribution:
    """One installed Python distribution, by its live files.

    ``tests_bytes`` (all that lies in folders of tests), ``native_bytes``,
    ``bytecode_bytes``, ``code_bytes`` and ``data_bytes`` sum to ``bytes``. ``why`` are
    the names that lead to it from the project on, itself left out, and ``group`` is
    None, ``extra:NAME`` or a dependency group (``dev``): both as ``uv.lock`` says.
    ``os_package`` is the OS package that brought it (Debian's ``python3-apt``), if one did.
    ``requires`` are its requirements as its metadata spells them (PEP 508), None where it
    has none that can be read; ``requested``: somebody asked for it by name (PEP 376).
    """

    name: str
    version: str
    bytes: int
    bytecode_bytes: int
    native_bytes: int
    files: int
    why: tuple[str, ...] = ()
    group: str | None = None
    editable: str | None = None
    modules: tuple[str, ...] = ()
    code_bytes: int = 0
    data_bytes: int = 0
    tests_bytes: int = 0
    os_package: str | None = None
    requires: tuple[str, ...] | None = None
    requested: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """What a project asks for by its lock or its ``pyproject.toml``, under one label.

    ``group`` is as in ``Distribution``; ``needs`` are names with their extras
    (``uvicorn[standard]``).
    """

    project: str
    group: str | None
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsoleScript:
    """An executable of an environment's ``bin``; ``interpreter`` is its shebang's program."""

    name: str
    interpreter: str


@dataclass(frozen=True, slots=True)
class Environment:
    """One Python environment of the final state.

    ``kind`` is one of ``VIRTUAL``, ``system`` or ``managed`` (an interpreter of uv's).
    ``hops`` are the paths that one walks from ``interpreter`` (``bin/python`` of the
    environment) to the real file ``interpreter_path``, both included (R1);
    ``interpreter_path`` is None where the chain ends in nothing. ``uv_version`` is
    the uv that made a venv, from ``pyvenv.cfg``. ``roots`` are the absolute source
    folders that editable installs point to (R12). ``asks`` are what the lock that
    explains it asks for, empty where none does.
    """

    path: str
    kind: str
    python: str | None
    interpreter: str
    interpreter_path: str | None
    hops: tuple[str, ...]
    uv_version: str | None
    roots: tuple[str, ...]
    scripts: tuple[ConsoleScript, ...]
    distributions: tuple[Distribution, ...]
    asks: tuple[Ask, ...] = ()


@dataclass(frozen=True, slots=True)
class Waste:
    """Dead bytes of one path; ``layer`` wrote them and ``killed_by`` made them dead."""

    path: RawPath
    bytes: int
    cause: str
    owner: str
    layer: int
    killed_by: int
    line: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth doing; ``bytes`` is what it costs today."""

    id: str
    severity: str
    title: str
    bytes: int
    line: int | None
    paths: tuple[str, ...]
    advice: str


@dataclass(frozen=True, slots=True)
class User:
    """A line of ``/etc/passwd``."""

    name: str
    uid: int
    gid: int
    home: str


@dataclass(frozen=True, slots=True)
class ImageReport:
    """Everything that uvdive knows of an image.

    ``inode_owner`` indexes OWNERS and ``inode_component`` indexes ``components``
    (or is -1), a value for each inode of ``files``. ``sboms`` are lists of packages that came
    along with the image.
    """

    tool_version: str
    image: ImageInfo
    dockerfile: DockerfileInfo | None
    config: ImageConfig
    history: tuple[HistoryEntry, ...]
    os: OsRelease | None
    users: tuple[User, ...]
    totals: Totals
    layers: tuple[LayerReport, ...]
    owners: tuple[OwnerReport, ...]
    components: tuple[Component, ...]
    environments: tuple[Environment, ...]
    waste: tuple[Waste, ...]
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]
    files: FileTable
    inode_owner: array[int]
    inode_component: array[int]
    sboms: tuple[Sbom, ...] = ()

    def owner(self, name: str) -> OwnerReport:
        """The report of one owner; KeyError for a name that is none."""
        return {owner.owner: owner for owner in self.owners}[name]
