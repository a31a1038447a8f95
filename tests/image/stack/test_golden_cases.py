"""The golden cases of the byte ledger: dead bytes, efficiency and causes, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import layers as make
from made_images.golden import BASE, CASES
from made_images.layers import MB

from uvdive.base.progress import ignore
from uvdive.image.reference import Target
from uvdive.image.table import Cause
from uvdive.ledger.report import ImageReport
from uvdive.session.opening.reading import read_image


def read(path: Path) -> ImageReport:
    return read_image(Target("docker-archive", str(path)), None, on_event=ignore)[0]


@pytest.mark.parametrize("compress", [False, True], ids=["in place", "stream"])
@pytest.mark.parametrize("name", CASES)
def test_golden_case(name: str, compress: bool, tmp_path: Path) -> None:
    above, dead, efficiency, cause = CASES[name]
    layers = [BASE, *(make.layer(*entries) for entries in above)]
    report = read(make.archive(tmp_path / "image.tar", layers, compress=compress))
    totals = report.totals
    assert totals.dead_bytes == dead * MB
    assert totals.live_bytes + totals.dead_bytes == totals.file_bytes
    assert round(100 * totals.efficiency, 1) == efficiency
    causes = {row.cause for row in report.waste if row.bytes}
    assert causes == ({cause} if cause else set())
    assert all(Cause[row.cause.upper()] for row in report.waste)
    assert sum(row.bytes for row in report.waste) == totals.dead_bytes
    for sums in (report.layers, report.owners):
        assert sum(part.live_bytes for part in sums) == totals.live_bytes
        assert sum(part.dead_bytes for part in sums) == totals.dead_bytes
