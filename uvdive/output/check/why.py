"""What made each number: the largest packages, layers and paths behind it."""

from __future__ import annotations

from collections.abc import Iterable

from uvdive.base.names import normal_name
from uvdive.base.text import visible
from uvdive.ledger.report import Component, Finding, ImageReport, LayerReport, OwnerReport
from uvdive.ledger.whose import is_os_package
from uvdive.output.as_text import largest
from uvdive.output.check.results import Cause
from uvdive.verify.compare import os_package_deltas, owner_deltas, package_deltas

_PARTS, _LAYERS, _ROWS = 5, 3, 5


def parts(report: ImageReport) -> tuple[Cause, ...]:
    """The largest parts of an image, then its largest layers."""
    return (*_largest(report.components, _PARTS), *layers(report, _LAYERS))


def of_owner(report: ImageReport, owner: OwnerReport) -> tuple[Cause, ...]:
    """An owner's largest parts, then the layers with most of it."""
    with_it = [layer for layer in report.layers if layer.owners.get(owner.owner)]
    ordered = sorted(with_it, key=lambda layer: -layer.owners[owner.owner])[:_LAYERS]
    shown = (_layer(layer, layer.owners[owner.owner]) for layer in ordered)
    return (*_largest(owner.components, _PARTS), *shown)


def layers(report: ImageReport, most: int | None = None) -> tuple[Cause, ...]:
    """The layers, the largest first."""
    ordered = sorted(report.layers, key=lambda layer: -layer.file_bytes)[:most]
    return tuple(_layer(layer, layer.file_bytes) for layer in ordered)


def pulled(report: ImageReport) -> tuple[Cause, ...]:
    """The layers by what they have as a registry stores them."""
    ordered = sorted(report.layers, key=lambda layer: -(layer.compressed_bytes or 0))[:_ROWS]
    return tuple(_layer(layer, layer.compressed_bytes or 0) for layer in ordered)


def wasted(report: ImageReport) -> tuple[Cause, ...]:
    """The paths with the most dead bytes."""
    rows = largest.waste(report)[:_ROWS]
    return tuple(Cause(f"path {row.cause}", visible(row.path), row.bytes, row.line) for row in rows)


def grown(report: ImageReport, baseline: ImageReport) -> tuple[Cause, ...]:
    """The owners and packages that grew most against a baseline."""
    owners = [
        Cause("owner", item.owner, item.after - item.before)
        for item in owner_deltas(baseline, report)
        if item.after > item.before
    ]
    changed = [*package_deltas(baseline, report), *os_package_deltas(baseline, report)]
    packages = [
        Cause(
            "package",
            f"{name} {item.before or '-'} -> {item.after or '-'}",
            largest.change(item.before_bytes, item.after_bytes),
        )
        for name, item in zip(largest.names(changed), changed, strict=True)
        if largest.change(item.before_bytes, item.after_bytes) > 0
    ]
    return (*_first(owners, _LAYERS), *_first(packages, _ROWS))


def grown_line(report: ImageReport, baseline: ImageReport) -> int | None:
    """The line that has most of the owner that grew most."""
    deltas = [item for item in owner_deltas(baseline, report) if item.after > item.before]
    most = max(deltas, key=lambda item: item.after - item.before, default=None)
    return None if most is None else heaviest_line(report, most.owner)


def packages_called(report: ImageReport, name: str) -> tuple[Cause, ...]:
    """Python distributions and OS packages with a normal name, by their live bytes."""
    found = [
        Cause(
            "package",
            f"{item.name} {item.version} in {environment.path}{_because(item.why)}",
            item.bytes,
            heaviest_line(report, "venv" if environment.kind in ("venv", "tool") else "python"),
        )
        for environment in report.environments
        for item in environment.distributions
        if normal_name(item.name) == name
    ]
    found += [
        Cause("OS package", _called(part), part.live_bytes, heaviest_line(report, part.owner))
        for part in report.components
        if is_os_package(part) and part.live_bytes and normal_name(part.name) == name
    ]
    return tuple(found)


def _because(names: tuple[str, ...]) -> str:
    return f", for {' -> '.join(names)}" if names else ""


def of_finding(finding: Finding) -> Cause:
    """A finding as what made a number."""
    return Cause("finding", f"{finding.id}: {finding.title}", finding.bytes, finding.line)


def heaviest_line(report: ImageReport, owner: str = "") -> int | None:
    """The Dockerfile's line with the most bytes of an owner; None where no line has any.

    Of all owners it is the image's own line, as nobody writes what a base holds.
    """
    told = [
        (layer.owners.get(owner, 0) if owner else layer.file_bytes, -layer.line)
        for layer in report.layers
        if layer.line is not None and (owner or not layer.base)
    ]
    most = max((each for each in told if each[0]), default=None)
    return None if most is None else -most[1]


def _largest(components: Iterable[Component], most: int) -> tuple[Cause, ...]:
    return _first([Cause(part.kind, _called(part), part.bytes) for part in components if part.bytes], most)


def _first(causes: list[Cause], most: int) -> tuple[Cause, ...]:
    return tuple(sorted(causes, key=lambda cause: -cause.bytes)[:most])


def _called(part: Component) -> str:
    return f"{part.name} {part.version}" if part.version else part.name


def _layer(layer: LayerReport, count: int) -> Cause:
    return Cause("layer", layer.instruction or layer.created_by, count, layer.line)
