"""The new image's size by owner before anything is built (issue 7, point 7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from uvdive.ledger.report import OWNERS, ImageReport
from uvdive.rewrite.copyset import CopySet
from uvdive.rewrite.files import Files
from uvdive.rewrite.plan import Prediction
from uvdive.rewrite.runs import Run

# What a base holds beside Python counts as the base's once something stands on it.
_OF_THE_BASE = frozenset({"os-packages", "app", "other"})


def _base_owners(base: ImageReport) -> dict[str, int]:
    sums: dict[str, int] = {}
    for report in base.owners:
        owner = "base-os" if report.owner in _OF_THE_BASE else report.owner
        sums[owner] = sums.get(owner, 0) + report.bytes
    return sums


def _repeated(report: ImageReport, runs: Iterable[Run]) -> dict[str, int]:
    """What the repeated instructions write again: in the original they wrote these layers."""
    sums: dict[str, int] = {}
    for run in runs:
        if run.step.layer is None or not (run.has("os-packages") or run.has("user")):
            continue
        for owner, size in report.layers[run.step.layer].owners.items():
            if run.repeated_whole or owner == "os-packages":
                sums[owner] = sums.get(owner, 0) + size
    return sums


def _copied(files: Files, copies: CopySet) -> dict[str, int]:
    key = ("bytes", tuple(copies.nodes))
    if key not in files.memo:
        files.memo[key] = files.bytes_by_owner(copies.nodes)
    return cast("dict[str, int]", files.memo[key])


def _installed(report: ImageReport, names: Sequence[str]) -> dict[str, int]:
    """What packages come to that are installed again: their files in the original."""
    found = [item.live_bytes for item in report.components if item.version and item.name in names]
    return {"os-packages": sum(found)} if found else {}


def predict(
    report: ImageReport,
    files: Files,
    base: ImageReport | None,
    copies: CopySet,
    runs: Iterable[Run],
    packages: Sequence[str] = (),
) -> Prediction | None:
    """Sizes before and after by owner; None where the runner's base is not at hand (R60).

    ``packages`` are installed beside those of ``runs``. The interpreter of the runner's
    base replaces a managed one that is not copied.
    """
    if base is None:
        return None
    parts = [
        _base_owners(base),
        _copied(files, copies),
        _repeated(report, runs),
        _installed(report, packages),
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
