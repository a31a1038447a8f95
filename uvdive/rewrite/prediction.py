"""The new image's size by owner before anything is built."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import ImageReport
from uvdive.ledger.whose import is_os_package, os_package
from uvdive.rewrite.copies import CopySet, Provided, Written
from uvdive.rewrite.evidence.commands.command_kinds import REPEATED
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.packages import PackagePlan
from uvdive.rewrite.plan import Prediction

# What a base holds beside Python counts as the base's once something stands on it.
_OF_THE_BASE = frozenset({"os-packages", "app", "other"})


def _base_owners(base: ImageReport) -> dict[str, int]:
    sums: dict[str, int] = {}
    for report in base.owners:
        owner = "base-os" if report.owner in _OF_THE_BASE else report.owner
        sums[owner] = sums.get(owner, 0) + report.bytes
    return sums


def _installed(report: ImageReport, packages: PackagePlan, layers: set[int]) -> dict[str, int]:
    """The bytes of the packages that the final stage installs; where unknown, all that those layers hold."""
    if packages.installed is not None:
        python = sum(
            part.live_bytes
            for part in report.components
            if part.owner == "python" and is_os_package(part) and part.name in packages.installed
        )
        owners = {"os-packages": packages.bytes - python, "python": python}
        return {owner: size for owner, size in owners.items() if size}
    sums: dict[str, int] = {}
    table = report.files
    for inode in range(table.inodes):
        if os_package(report, inode) is not None and table.inode_layer(inode) in layers:
            owner = OWNERS[report.inode_owner[inode]]
            sums[owner] = sums.get(owner, 0) + table.inode_size(inode)
    return sums


def _repeated(provided: Provided, layers: dict[int, Run], packages: PackagePlan) -> dict[str, int]:
    """What the repeated instructions write again beside packages' files, as they did in the original.

    Where nothing is left to install, apt and dpkg write nothing down; an ``apt-get update`` that
    is repeated fetches its lists all the same.
    """
    idle = packages.installed == frozenset()
    sums: dict[str, int] = {}
    for run in layers.values():
        for written, size in provided.again(run).items():
            if written.book and not _written_down(run, written, provided, packages, idle=idle):
                continue
            brought = written.brought
            if brought is not None and packages.installed is not None and not brought & packages.installed:
                continue
            sums[written.owner] = sums.get(written.owner, 0) + size
    return sums


def _written_down(
    run: Run, written: Written, provided: Provided, packages: PackagePlan, *, idle: bool
) -> bool:
    """Do the parts of a RUN that are repeated write what package managers write down?"""
    if written.book != "fetched":
        return not idle
    return run.step.line not in provided.by_name and (not idle or _has_left(run, packages, {"os-packages"}))


def _added(report: ImageReport, names: Collection[str]) -> dict[str, int]:
    """What packages come to that are installed again: their files in the original."""
    found = [item.live_bytes for item in report.components if item.version and item.name in names]
    return {"os-packages": sum(found)} if found else {}


def predict(
    files: Files,
    base: ImageReport | None,
    copies: CopySet,
    runs: Iterable[Run],
    provided: Provided,
    packages: PackagePlan,
    added: Collection[str] = (),
) -> Prediction | None:
    """Sizes before and after by owner; None where the runner's base is not at hand (R60).

    The interpreter of the runner's base replaces a managed one that is not copied.
    Packages count with the bytes that they have in the original; ``added`` are installed
    beside those of ``runs``.
    """
    if base is None:
        return None
    report = files.report
    layers = {run.step.layer: run for run in runs if run.step.layer is not None and _remains(run, packages)}
    holding = {layer for layer, run in layers.items() if run.has("os-packages")}
    layers.update({o.run.step.layer: o.run for o in packages.others if o.run.step.layer is not None})
    parts = [
        _base_owners(base),
        files.bytes_by_owner(copies.nodes),
        _repeated(provided, layers, packages),
        _installed(report, packages, holding),
        _again(report, [*_early(provided), *(copy.step.layer for copy in copies.own)]),
        _added(report, added),
    ]
    after: dict[str, int] = {}
    for part in parts:
        for owner, size in part.items():
            after[owner] = after.get(owner, 0) + size
    before = {owner.owner: owner.bytes for owner in report.owners}
    names = [name for name in OWNERS if before.get(name) or after.get(name)]
    return Prediction(
        before_bytes=report.totals.file_bytes,
        after_bytes=sum(after.values()),
        owners={name: (before.get(name, 0), after.get(name, 0)) for name in names},
    )


def _remains(run: Run, packages: PackagePlan) -> bool:
    """Is anything of a RUN repeated, after what the packages' plan leaves out?"""
    return _has_left(run, packages, REPEATED)


def _has_left(run: Run, packages: PackagePlan, classes: Collection[str]) -> bool:
    """Does the packages' plan leave in one of the RUN's parts of these classes?"""
    without = packages.without.get(run.step.line, set())
    return any(name in classes and index not in without for index, name in enumerate(run.classes))


def _early(provided: Provided) -> list[int]:
    """The layers of the COPY instructions that come again before the packages."""
    return [layer for layer, step in provided.steps.items() if step.line in provided.early]


def _again(report: ImageReport, layers: Iterable[int | None]) -> dict[str, int]:
    """What instructions bring that the final stage repeats, by owner: all that their layers hold."""
    sums: dict[str, int] = {}
    for layer in layers:
        for owner, size in report.layers[layer].owners.items() if layer is not None else ():
            sums[owner] = sums.get(owner, 0) + size
    return sums
