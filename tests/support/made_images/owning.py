"""Read images that tests make by hand, and check that the ledger adds up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from made_images import layers as make
from uvdive.base.progress import ignore
from uvdive.image.reference import Target
from uvdive.image.table import NONE
from uvdive.ledger.report import ImageReport
from uvdive.session.opening.reading import read_image

Step = tuple[str, Sequence[make.Entry]]


def read_layers(tmp_path: Path, *steps: Step, **config: object) -> ImageReport:
    """The report of an archive whose layers were made by these instructions, bottom first."""
    path = make.archive(
        tmp_path / "image.tar",
        [make.layer(*entries) for _, entries in steps],
        commands=[command for command, _ in steps],
        config=config,
    )
    report = read_image(Target("docker-archive", str(path)), None, on_event=ignore)[0]
    check_sums(report)
    return report


def check_sums(report: ImageReport) -> None:
    """Layers, owners, components and waste add up to the totals, to the byte."""
    totals = report.totals
    for parts in (
        [(layer.file_bytes, layer.live_bytes, layer.dead_bytes) for layer in report.layers],
        [(owner.bytes, owner.live_bytes, owner.dead_bytes) for owner in report.owners],
        [(part.bytes, part.live_bytes, part.dead_bytes) for part in report.components],
    ):
        sums = tuple(map(sum, zip(*parts, strict=True))) or (0, 0, 0)
        assert sums == (totals.file_bytes, totals.live_bytes, totals.dead_bytes)
    assert totals.live_bytes + totals.dead_bytes == totals.file_bytes
    assert sum(row.bytes for row in report.waste) == totals.dead_bytes
    for layer in report.layers:
        assert sum(layer.owners.values()) == layer.file_bytes
    for owner in report.owners:
        assert sum(part.bytes for part in owner.components) == owner.bytes


def found(report: ImageReport, owner: str) -> dict[tuple[str, str], int]:
    """The bytes of an owner's components by kind and name; empty ones left out."""
    sums: dict[tuple[str, str], int] = {}
    for part in report.owner(owner).components:
        if part.bytes:
            sums[part.kind, part.name] = sums.get((part.kind, part.name), 0) + part.bytes
    return sums


def only_owner(report: ImageReport, path: bytes) -> str:
    """The owner of the newest file at a path."""
    table = report.files
    node = table.find(path)
    assert node is not None, path
    entry = table.entries_of(node)[-1]
    part = report.components[report.inode_component[table.entry_inode[entry]]]
    return f"{part.owner}/{part.kind}/{part.name}"


def owners(report: ImageReport) -> dict[str, str]:
    """By path of each live file the owner; in the caches' place the component's kind and name."""
    table, told = report.files, {}
    for entry in table.live_entries():
        inode = table.entry_inode[entry]
        if inode != NONE:
            part = report.components[report.inode_component[inode]]
            path = table.path(table.entry_node[entry]).decode()
            told[path] = f"{part.kind}/{part.name}" if part.owner == "caches" else part.owner
    return told
