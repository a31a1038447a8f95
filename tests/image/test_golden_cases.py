"""The golden cases of the byte ledger: dead bytes, efficiency and causes, by hand."""

from __future__ import annotations

from pathlib import Path

import layers as make
import pytest
from layers import MB, content

from uvdive.base.progress import ignore
from uvdive.image.reference import Target
from uvdive.image.table import Cause
from uvdive.ledger.report import ImageReport
from uvdive.session.reading import read_image

BASE = make.layer(make.folder("base"), make.file("base/keep", content(10 * MB, "k")))


def big(path: str, size: int = 50, seed: str = "x", **fields: object) -> make.Entry:
    return make.file(path, content(size * MB, seed), **fields)


def many(folder: str, count: int, size: int, seed: str = "x") -> list[make.Entry]:
    return [
        make.folder(folder),
        *(big(f"{folder}/{number}", size, seed + str(number)) for number in range(count)),
    ]


# name: layers above the base, dead MB, efficiency in percent, cause of the dead bytes
CASES: dict[str, tuple[list[list[make.Entry]], int, float, str | None]] = {
    "A": ([many("d", 5, 10), [make.whiteout("d")]], 50, 16.7, "deleted"),
    "B": ([[big("f")], [make.whiteout("f")]], 50, 16.7, "deleted"),
    "C": ([[big("f")], [big("f", mode=0o600)]], 50, 54.5, "rewritten"),
    "D": ([many("d", 5, 10), [make.folder("d"), make.opaque("d"), big("d/new", 1)]], 50, 18.0, "deleted"),
    "E": ([[big("f"), make.hard_link("g", "f")]], 0, 100, None),
    "F": ([[big("f"), make.hard_link("g", "f")], [make.whiteout("f")]], 0, 100, None),
    "G": ([[big("f")], [make.whiteout("nothing"), big("f", seed="y")]], 50, 54.5, "overwritten"),
    "H": ([many("d", 5, 10), [big("d", 1)]], 50, 18.0, "shadowed"),
    "I": ([[big("f")], [big("g")]], 0, 100, None),
    "J": ([[big("f")], [make.whiteout("f")], [big("f")]], 50, 54.5, "deleted"),
    "K": ([[big("f")], [big("f", 1)]], 50, 18.0, "overwritten"),
    "L": ([[big("f", 1)], [big("f")]], 1, 98.4, "overwritten"),
    "T": ([many("d", 20, 1), [*many("d", 20, 1)]], 20, 60.0, "rewritten"),
    "U": ([[big("f", 20)], [make.folder("f"), big("f/x", 1)]], 20, 35.5, "shadowed"),
    "V": ([many("d", 3, 10), [make.whiteout("d"), *many("d", 3, 10, "new")]], 30, 57.1, "deleted"),
    "W": (
        [
            [*many("root/.cache/uv/archive-v0", 3, 10), *many("app/.venv", 3, 10)],
            [make.whiteout("root/.cache")],
        ],
        30,
        57.1,
        "deleted",
    ),
    "X": (
        [
            [
                *many("root/.cache/uv/archive-v0", 3, 10),
                make.folder("app/.venv"),
                *(make.hard_link(f"app/.venv/{n}", f"root/.cache/uv/archive-v0/{n}") for n in range(3)),
            ],
            [make.whiteout("root/.cache")],
        ],
        0,
        100,
        None,
    ),
}


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
