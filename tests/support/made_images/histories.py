"""Reports of one image as it grew, made of the small sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from made_images.environments import distribution, environment
from made_images.samples import sample_report
from uvdive.ledger.report import Distribution, ImageReport
from uvdive.ledger.saved.report_file import dump


def grown(
    packages: Sequence[tuple[str, str, int]],
    *,
    reference: str = "shop:1",
    created: str | None = "2026-01-02T03:04:05Z",
    app: int = 1600,
    labels: dict[str, str] | None = None,
    platform: str = "linux/amd64",
    why: Sequence[str] = (),
) -> ImageReport:
    """The sample with these packages (name, version, bytes), and so many bytes of the app."""
    report = sample_report()
    found: list[Distribution] = [
        replace(distribution(name, size, version=version), why=tuple(why)) for name, version, size in packages
    ]
    sizes = {"venv": sum(size for _, _, size in packages), "app": app}
    owners = tuple(
        replace(
            each,
            bytes=sizes.get(each.owner, each.bytes),
            live_bytes=sizes.get(each.owner, each.bytes) - each.dead_bytes,
        )
        for each in report.owners
    )
    total = sum(each.bytes for each in owners)
    return replace(
        report,
        image=replace(report.image, reference=reference, created=created, platform=platform),
        config=replace(report.config, labels=labels or {}),
        environments=(environment(*found),),
        owners=owners,
        totals=replace(report.totals, file_bytes=total, live_bytes=total - 1000),
    )


FLASK, NUMPY = ("flask", "3.1.0", 20_000), ("numpy", "2.1.0", 300_000)
NEWER = ("flask", "3.2.0", 21_000)


def three() -> tuple[ImageReport, ImageReport, ImageReport]:
    """A package gets newer, then another one comes, and the app grows with it."""
    return (
        grown([FLASK], reference="shop:1", created="2026-01-02T03:04:05Z"),
        grown([NEWER], reference="shop:2", created="2026-02-02T03:04:05.123456789Z"),
        grown(
            [NEWER, NUMPY],
            reference="shop:sha-0a1b2c3",
            created="2026-03-02T03:04:05Z",
            app=2600,
            why=("shop", "pandas"),
        ),
    )


def saved(folder: Path, *reports: ImageReport) -> list[Path]:
    """The reports as files, 1.uvdive and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, report in enumerate(reports, 1):
        paths.append(folder / f"{number}.uvdive")
        paths[-1].write_bytes(dump(report))
    return paths
