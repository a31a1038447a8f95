"""What the lists of waste, findings and packages show of each item."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from uvdive.base.units import size
from uvdive.tui.desk.listing import Column, Table

if TYPE_CHECKING:
    from uvdive.ledger.costs.listed import Beside, Difference
    from uvdive.ledger.report import Component, Distribution, Finding, ImageReport, Waste

SEVERITIES = ("high", "medium", "warning", "low", "info")
"""Of findings, the most severe first; one that is not among them comes last."""


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _line(line: int | None) -> str:
    return f"L{line}" if line is not None else ""


BY_LAYER, BY_FOLDER = "layer", "folder"
"""The orders in which waste stands in groups."""


@dataclass(frozen=True, slots=True)
class WasteGroup:
    """A row above the waste that it counts: of the ``layer`` that hid it, or of a ``folder``; one is None.

    ``count`` are files, ``line`` and ``words`` those of the layer's instruction, ``lead`` is drawn
    in front.
    """

    layer: int | None
    folder: bytes | None
    bytes: int
    count: int
    line: int | None
    words: str
    lead: str = ""


def _waste_cells(row: Waste | WasteGroup) -> Sequence[bytes | str]:
    if not isinstance(row, WasteGroup):
        return size(row.bytes), row.cause, str(row.layer), str(row.killed_by), _line(row.line), row.path
    number = "" if row.layer is None else str(row.layer)
    name = row.words if row.folder is None else _text(row.folder)
    return (
        size(row.bytes),
        f"{row.count:,} file{'s' * (row.count != 1)}",
        "",
        number,
        _line(row.line),
        (row.lead + name),
    )


WASTE: Table[Any] = Table(
    (
        Column("size", 9, right=True),
        Column("cause", 11),
        Column("written", 7, right=True, narrow=False),
        Column("replaced", 8, right=True, order="replaced by"),
        Column("line", 5, right=True),
        Column("path", 0, tail=True),
    ),
    (
        ("size", lambda item: (-item.bytes, item.path)),
        (BY_LAYER, lambda item: (item.killed_by, -item.bytes)),
        (BY_FOLDER, lambda item: (item.path, item.layer)),
        ("path", lambda item: (item.path, item.layer)),
        ("replaced by", lambda item: (item.killed_by, -item.bytes)),
        ("cause", lambda item: (item.cause, -item.bytes)),
    ),
    _waste_cells,
    lambda item: f"{_text(item.path)} {item.cause} {item.owner}",
    lambda item: item.bytes,
)


def _severity(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity) if finding.severity in SEVERITIES else len(SEVERITIES)


def is_grave(finding: Finding) -> bool:
    """Is it something other than bytes: what breaks, or leaks?"""
    return finding.severity == "high" and not finding.bytes


MENDED = frozenset({"uv-in-image", "uv-cache-in-image", "build-tools-in-image", "dev-packages-in-image"})
"""The findings, by id, that a rewrite mends where it is not refused: these stay in the build stage."""

FINDINGS: Table[Finding] = Table(
    (
        Column("size", 9, right=True),
        Column("severity", 8, narrow=False),
        Column("line", 5, right=True),
        Column("fix", 3),
        Column("finding", 0, order="importance"),
    ),
    (
        # What is grave without costing a byte stands above all that costs some.
        (
            "importance",
            lambda item: (bool(item.bytes) or _severity(item) > 0, -item.bytes, _severity(item), item.id),
        ),
        ("size", lambda item: (-item.bytes, _severity(item), item.id)),
        ("severity", lambda item: (_severity(item), -item.bytes, item.id)),
        ("line", lambda item: (item.line is None, item.line or 0, item.id)),
    ),
    lambda item: (
        size(item.bytes) if item.bytes else "",
        item.severity,
        _line(item.line),
        "r" if item.id in MENDED else "",
        item.title,
    ),
    lambda item: f"{item.id} {item.title} {item.severity} {item.advice}",
    lambda item: item.bytes,
    room=44,
)


@dataclass(frozen=True, slots=True)
class Package:
    """A Python distribution of an environment, or an OS package; one of the two is set.

    ``number`` is its place in the report's components, where it has one. ``with_it`` are the bytes
    that would go with it, where that is known, ``bar`` shows them. In the tree ``rank`` is the
    place of the row and ``lead`` what is drawn before its name; a ``heading`` is a row that is no
    package: an ``environment``, what is ``asked`` for there, the ``system``, a ``list`` of packages
    that came with the image (``beside``), a package of which it says something else (``listed``,
    ``difference``).
    """

    name: str
    version: str
    bytes: int
    home: str
    why: str
    number: int | None
    distribution: Distribution | None = None
    component: Component | None = None
    with_it: int | None = None
    bar: str = ""
    rank: int = 0
    lead: str = ""
    heading: str = ""
    beside: Beside | None = None
    difference: Difference | None = None


BAR = 8
"""So many cells has the bar of a package."""

PACKAGES: Table[Package] = Table(
    (
        Column("size", 9, right=True),
        Column("with it", 9, right=True),
        Column("", BAR),
        Column("name", 0),
        Column("version", 12, narrow=False),
        Column("of", 16, narrow=False, order="home"),
        Column("why", 18, narrow=False, order="reason"),
    ),
    (
        ("tree", lambda item: (item.rank, -item.bytes, item.name)),
        ("size", lambda item: (-item.bytes, item.name)),
        ("with it", lambda item: (-(item.with_it or item.bytes), -item.bytes, item.name)),
        ("name", lambda item: (item.name.lower(), item.home)),
        ("home", lambda item: (item.home, -item.bytes)),
        ("reason", lambda item: (item.why, -item.bytes)),
    ),
    lambda item: (
        "" if item.heading else size(item.bytes),
        "" if item.with_it is None else size(item.with_it),
        item.bar,
        f"{item.lead}{item.name}",
        item.version,
        item.home,
        item.why,
    ),
    lambda item: (
        ""
        if item.heading and item.difference is None
        else f"{item.name} {item.version} {item.home} {item.why}"
    ),
    lambda item: item.bytes,
    room=28,
)


def packages(report: ImageReport) -> tuple[Package, ...]:
    """Every Python distribution and every OS package of the image."""
    found = []
    numbers = {
        (part.name, part.path): number
        for number, part in reversed(list(enumerate(report.components)))
        if part.kind == "distribution"
    }
    # A tool's packages are no components of their own: what there is to see is the tool.
    tools = {part.path: number for number, part in enumerate(report.components) if part.kind == "tool"}
    for environment in report.environments:
        home = environment.path
        for dist in environment.distributions:
            number = numbers.get((dist.name, home), tools.get(home))
            reason = f"uv tool {posixpath.basename(home)}" if environment.kind == "tool" else why(dist)
            found.append(
                Package(dist.name, dist.version, dist.bytes, home, reason, number, distribution=dist)
            )
    filled = {part.name for part in report.components if is_package(part) and part.bytes}
    for number, component in enumerate(report.components):
        # A package of the base stands among the added ones too, without a byte if nothing was added.
        if is_package(component) and (component.bytes or component.name not in filled):
            brought = "from the base" if component.owner == "base-os" else "added"
            found.append(
                Package(
                    component.name,
                    component.version or "",
                    component.bytes,
                    "OS",
                    f"{brought}, {component.kind}" if component.kind != "package" else brought,
                    number,
                    component=component,
                )
            )
    return tuple(found)


def is_package(component: Component) -> bool:
    """Is it a package of the system's package manager? Only these have versions there."""
    return component.owner in ("base-os", "os-packages") and component.version is not None


def why(distribution: Distribution) -> str:
    """Why a distribution is there, in few words: who asks for it, in which group."""
    words = f"for {distribution.why[-1]}" if distribution.why else "no lock says"
    return f"{words} ({distribution.group})" if distribution.group else words


def paths_of(finding: Finding) -> Sequence[bytes]:
    """The paths of a finding, as the tar spells them."""
    return [path.encode("utf-8", "surrogateescape") for path in finding.paths]
