"""``uvdive.Report`` and its parts: what is known of an image. All sizes are bytes; see docs/numbers.md."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from uvdive.api.kept import kept
from uvdive.base.names import normal_name
from uvdive.output.plain import path_fields, well_formed

if TYPE_CHECKING:
    from uvdive.ledger import report as ledger
    from uvdive.session.opening.images import Loaded
    from uvdive.session.sources import Source


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an owner: an OS package, a Python distribution, an interpreter, a cache, a folder."""

    name: str
    version: str | None
    kind: str
    path: str
    bytes: int
    live_bytes: int
    dead_bytes: int


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom bytes belong to: ``uv``, ``venv``, ``uv-cache``, ``caches``, ``python``, ``base-os``,
    ``os-packages``, ``app`` or ``other``.

    ``bytes`` are ``live_bytes`` and ``dead_bytes``, which later layers hide. ``reclaimable_bytes`` would
    go away with the owner; those of several owners don't add up. ``files`` counts them once where they
    have several names.
    """

    name: str
    bytes: int
    live_bytes: int
    dead_bytes: int
    reclaimable_bytes: int
    files: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer, the lowest with ``index`` 0. ``base`` says that it came with FROM.

    ``line`` and ``end_line`` are those of the Dockerfile, None where it is not known;
    ``compressed_bytes`` are what a registry holds, None where nobody knows. ``owners`` has the bytes of
    those that have any in it.
    """

    index: int
    digest: str
    instruction: str
    line: int | None
    end_line: int | None
    base: bool
    bytes: int
    live_bytes: int
    dead_bytes: int
    compressed_bytes: int | None
    files: int
    owners: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package, by its live bytes.

    Of Python (``kind`` ``python``) ``environment`` is the path of what it is installed in, ``why`` are
    the names that lead to it from the project on, and ``group`` is None, ``extra:NAME`` or a dependency
    group. Of the system (``os``) these are empty.
    """

    name: str
    version: str
    kind: Literal["python", "os"]
    bytes: int
    environment: str = ""
    why: tuple[str, ...] = ()
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python environment: ``kind`` is ``venv``, ``tool``, ``system`` or ``managed``."""

    path: str
    kind: str
    python: str | None
    packages: tuple[Package, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth doing (docs/findings.md). ``bytes`` is what it costs; they don't add up."""

    id: str
    severity: str
    title: str
    bytes: int
    line: int | None
    paths: tuple[str, ...]
    advice: str


@dataclass(frozen=True, slots=True)
class Waste:
    """Bytes of a path that layer ``layer`` wrote and layer ``replaced_in`` hides."""

    path: str
    bytes: int
    cause: str
    owner: str
    layer: int
    replaced_in: int
    line: int | None


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """What is known of an image. ``read`` makes it, nobody else does.

    ``str(report)`` is the report as text, and a notebook shows a table. What looks like a secret is
    hidden in all of it unless it was read with ``redact=False``.
    """

    _loaded: Loaded
    _source: Source | None = None
    _redact: bool = True

    def __reduce__(self) -> tuple[object, ...]:
        return Report, (self._loaded, self._source, self._redact)

    def __repr__(self) -> str:
        return f"<uvdive.Report {self.reference!r}: {self.size} bytes, {self.platform}>"

    @kept
    def _shown(self) -> ledger.ImageReport:
        from uvdive.output.redact import redact_report

        return redact_report(self._loaded.report) if self._redact else self._loaded.report

    @property
    def reference(self) -> str:
        """What was read, as it is named there."""
        return well_formed(self._shown.image.reference)

    @property
    def id(self) -> str:
        """The image's id, as the engine gives it."""
        return self._shown.image.id

    @property
    def platform(self) -> str:
        """``linux/amd64``."""
        return self._shown.image.platform

    @property
    def created(self) -> str | None:
        """When it was made (RFC 3339), as the image says; None where it does not."""
        return self._shown.image.created

    @property
    def source(self) -> str:
        """Where it was read from: ``docker``, ``podman``, ``registry``, ``docker-archive``, ``saved`` …"""
        return self._shown.image.source

    @property
    def dockerfile(self) -> Path | None:
        """The file that the lines are of; None where it is not known, or no file but in the provenance."""
        found = self._shown.dockerfile
        return None if found is None else found.file

    @property
    def size(self) -> int:
        """The bytes of the files of all layers, each counted in each layer that has it."""
        return self._shown.totals.file_bytes

    @property
    def live_bytes(self) -> int:
        """Those of ``size`` that a container sees."""
        return self._shown.totals.live_bytes

    @property
    def dead_bytes(self) -> int:
        """Those of ``size`` that later layers hide."""
        return self._shown.totals.dead_bytes

    @property
    def efficiency(self) -> float:
        """The share of live bytes; 1 is all."""
        return self._shown.totals.efficiency

    @property
    def compressed_bytes(self) -> int | None:
        """What a registry holds of it; None where what was read does not tell."""
        return self._shown.totals.compressed_bytes

    @property
    def warnings(self) -> tuple[str, ...]:
        """What could not be told for sure."""
        return tuple(map(well_formed, self._shown.warnings))

    @kept
    def owners(self) -> Mapping[str, Owner]:
        """Every owner by its name, those without a byte too; their ``bytes`` sum to ``size``."""
        return {each.owner: _owner(each) for each in self._shown.owners}

    @kept
    def layers(self) -> tuple[Layer, ...]:
        """The layers, the lowest first."""
        return tuple(map(_layer, self._shown.layers))

    @kept
    def environments(self) -> tuple[Environment, ...]:
        """The Python environments with their packages."""
        return tuple(map(_environment, self._shown.environments))

    @kept
    def packages(self) -> tuple[Package, ...]:
        """The Python packages of all environments."""
        return tuple(package for each in self.environments for package in each.packages)

    @kept
    def os_packages(self) -> tuple[Package, ...]:
        """The packages of the system that have a live byte."""
        from uvdive.ledger.whose import is_os_package

        parts = (part for part in self._shown.components if is_os_package(part) and part.live_bytes)
        return tuple(Package(part.name, part.version or "", "os", part.live_bytes) for part in parts)

    def packages_called(self, name: str) -> tuple[Package, ...]:
        """The Python and OS packages of a name, however it is spelled (``Flask``, ``typing_extensions``)."""
        wanted = normal_name(name)
        return tuple(each for each in (*self.packages, *self.os_packages) if normal_name(each.name) == wanted)

    @kept
    def findings(self) -> tuple[Finding, ...]:
        """What is worth doing, in the report's order."""
        return tuple(map(finding, self._shown.findings))

    @kept
    def waste(self) -> tuple[Waste, ...]:
        """What later layers hide, path by path; sums to ``dead_bytes``."""
        return tuple(map(_waste, self._shown.waste))

    def to_dict(self) -> dict[str, Any]:
        """All of it as ``uvdive --json`` prints it: ``uvdive.report/1`` (docs/json.md)."""
        from uvdive.output.as_json.report import report_data

        return report_data(self._shown)

    def to_markdown(self) -> str:
        """The report as ``uvdive --markdown`` prints it."""
        from uvdive.output.as_markdown.report import report_markdown

        return report_markdown(self._shown)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write a saved report, which ``read`` opens anywhere: all but what the files hold.

        Raises:
            UsageError: it cannot be written, or another file that is none is there.
        """
        from uvdive.session.disk.saving import save_report

        return save_report(self._shown, Path(path))

    def __str__(self) -> str:
        from uvdive.output.as_text.report import report_text

        return report_text(self._shown).rstrip("\n")

    def _repr_html_(self) -> str:
        """What a notebook shows: the owners that have a byte, the largest first."""
        from uvdive.api.tables import html_table
        from uvdive.base.units import percent, size

        owners = sorted(self.owners.values(), key=lambda owner: -owner.bytes)
        rows = [
            (owner.name, size(owner.bytes), percent(owner.bytes, self.size), size(owner.dead_bytes))
            for owner in owners
            if owner.bytes
        ]
        title = f"{self.reference}: {size(self.size)}, {self.platform}"
        return html_table(title, ("owner", "size", "share", "hidden"), rows)


def finding(found: ledger.Finding) -> Finding:
    """A finding as it is shown."""
    return Finding(
        found.id, found.severity, well_formed(found.title), found.bytes, found.line,
        tuple(map(well_formed, found.paths)), well_formed(found.advice),
    )  # fmt: skip


def path_text(path: bytes | str) -> str:
    """A path that can be printed; what is no UTF-8 in it is U+FFFD."""
    return path_fields(path)["path"]


def _owner(found: ledger.OwnerReport) -> Owner:
    parts = tuple(
        Part(
            well_formed(each.name), each.version, each.kind, path_text(each.path), each.bytes,
            each.live_bytes, each.dead_bytes,
        )
        for each in found.components
    )  # fmt: skip
    return Owner(
        found.owner, found.bytes, found.live_bytes, found.dead_bytes, found.reclaimable_bytes, found.files,
        parts,
    )  # fmt: skip


def _layer(found: ledger.LayerReport) -> Layer:
    return Layer(
        found.index, found.diff_id, well_formed(found.instruction), found.line, found.end_line, found.base,
        found.file_bytes, found.live_bytes, found.dead_bytes, found.compressed_bytes, found.files,
        dict(found.owners),
    )  # fmt: skip


def _environment(found: ledger.Environment) -> Environment:
    path = path_text(found.path)
    packages = (
        Package(well_formed(each.name), each.version, "python", each.bytes, path, each.why, each.group)
        for each in found.distributions
    )
    return Environment(path, found.kind, found.python, tuple(packages))


def _waste(found: ledger.Waste) -> Waste:
    return Waste(
        path_text(found.path), found.bytes, found.cause, found.owner, found.layer, found.killed_by, found.line
    )
