"""What the lists of waste, findings and packages show of each item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.base.units import size
from uvdive.image.table import ALIVE
from uvdive.ledger.report import Component, Distribution, Finding, ImageReport, Waste
from uvdive.tui.listing import Column, Table
from uvdive.tui.places import Place, Span

SEVERITIES = ("high", "medium", "warning", "low", "info")
"""Of findings, the most severe first; one that is not among them comes last."""


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _line(line: int | None) -> str:
    return f"L{line}" if line is not None else ""


WASTE: Table[Waste] = Table(
    (
        Column("size", 9, right=True),
        Column("cause", 11),
        Column("written", 7, right=True, narrow=False),
        Column("killed", 6, right=True),
        Column("line", 5, right=True),
        Column("path", 0, tail=True),
    ),
    (
        ("size", lambda item: (-item.bytes, item.path)),
        ("path", lambda item: (item.path, item.layer)),
        ("culprit", lambda item: (item.killed_by, -item.bytes)),
        ("cause", lambda item: (item.cause, -item.bytes)),
    ),
    lambda item: (
        size(item.bytes),
        item.cause,
        str(item.layer),
        str(item.killed_by),
        _line(item.line),
        item.path,
    ),
    lambda item: f"{_text(item.path)} {item.cause} {item.owner}",
    lambda item: item.bytes,
)


def _severity(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity) if finding.severity in SEVERITIES else len(SEVERITIES)


FINDINGS: Table[Finding] = Table(
    (
        Column("size", 9, right=True),
        Column("severity", 8),
        Column("line", 5, right=True),
        Column("finding", 0),
    ),
    (
        ("size", lambda item: (-item.bytes, _severity(item), item.id)),
        ("severity", lambda item: (_severity(item), -item.bytes, item.id)),
        ("line", lambda item: (item.line is None, item.line or 0, item.id)),
    ),
    lambda item: (
        size(item.bytes) if item.bytes else "",
        item.severity,
        _line(item.line),
        item.title,
    ),
    lambda item: f"{item.id} {item.title} {item.severity} {item.advice}",
    lambda item: item.bytes,
)


@dataclass(frozen=True, slots=True)
class Package:
    """A Python distribution of an environment, or an OS package; one of the two is set."""

    name: str
    version: str
    bytes: int
    home: str
    why: str
    distribution: Distribution | None = None
    component: Component | None = None


PACKAGES: Table[Package] = Table(
    (
        Column("size", 9, right=True),
        Column("name", 0),
        Column("version", 12),
        Column("of", 16, narrow=False),
        Column("why", 16),
    ),
    (
        ("size", lambda item: (-item.bytes, item.name)),
        ("name", lambda item: (item.name.lower(), item.home)),
        ("home", lambda item: (item.home, -item.bytes)),
        ("reason", lambda item: (item.why, -item.bytes)),
    ),
    lambda item: (size(item.bytes), item.name, item.version, item.home, item.why),
    lambda item: f"{item.name} {item.version} {item.home} {item.why}",
    lambda item: item.bytes,
)


def packages(report: ImageReport) -> tuple[Package, ...]:
    """Every Python distribution and every OS package of the image."""
    found = []
    for environment in report.environments:
        for dist in environment.distributions:
            home = environment.path
            found.append(Package(dist.name, dist.version, dist.bytes, home, why(dist), distribution=dist))
    filled = {part.name for part in report.components if is_package(part) and part.bytes}
    for component in report.components:
        # A package of the base stands among the added ones too, without a byte if nothing was added.
        if is_package(component) and (component.bytes or component.name not in filled):
            brought = "from the base" if component.owner == "base-os" else "added on top"
            found.append(
                Package(
                    component.name,
                    component.version or "",
                    component.bytes,
                    "OS",
                    f"{brought}, {component.kind}" if component.kind != "package" else brought,
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


def place_of_waste(report: ImageReport, waste: Waste) -> Place | None:
    """Where the wasted path can be seen: in the layer that wrote it."""
    node = report.files.find(waste.path)
    if node is None:
        return None
    return Place(node, Span(waste.layer, "layer"))


def place_of_path(report: ImageReport, path: bytes) -> Place | None:
    """A path in the final image, or in the last layer that had it."""
    table = report.files
    node = table.find(path)
    if node is None or not report.layers:
        return None
    entries = table.entries_of(node)
    alive = not entries or any(table.entry_death[entry] == ALIVE for entry in entries)
    if alive:
        return Place(node, Span(len(report.layers) - 1, "upto"))
    return Place(node, Span(table.entry_layer[entries[-1]], "layer"))


def place_of_package(report: ImageReport, package: Package) -> Place | None:
    """The first file of a package."""
    inode = first_inode(report, package)
    if inode is None:
        return None
    table = report.files
    return place_of_path(report, table.path(table.entry_node[table.inode_entry[inode]]))


def first_inode(report: ImageReport, package: Package) -> int | None:
    """The first file that belongs to a package; None where none has any."""
    wanted = package.component
    for index, component in enumerate(report.components):
        if component is wanted or (wanted is None and _is_distribution(component, package)):
            try:
                return report.inode_component.index(index)
            except ValueError:
                return None
    return None


def _is_distribution(component: Component, package: Package) -> bool:
    return (
        component.kind == "distribution" and component.name == package.name and component.path == package.home
    )


def paths_of(finding: Finding) -> Sequence[bytes]:
    """The paths of a finding, as the tar spells them."""
    return [path.encode("utf-8", "surrogateescape") for path in finding.paths]
