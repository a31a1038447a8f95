"""Equal live content is found, and never counted as waste."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import layers as make

from uvdive.base.progress import ignore
from uvdive.image.reference import Target
from uvdive.session.opening.options import ReadOptions
from uvdive.session.opening.reading import read_image

LAYERS = [
    make.layer(
        make.file("a", b"same" * 100),
        make.file("b", b"same" * 100),
        make.hard_link("c", "a"),
        make.file("other", b"else" * 100),
        make.file("empty1"),
        make.file("empty2"),
        make.file("gone", b"same" * 100),
    ),
    make.layer(make.file("d", b"same" * 100), make.whiteout("gone")),
]


@pytest.mark.parametrize("compress", [False, True])
def test_duplicates(compress: bool, tmp_path: Path) -> None:
    path = make.archive(tmp_path / "a.tar", LAYERS, compress=compress)
    target = Target("archive", str(path))
    totals = read_image(target, None, ReadOptions(duplicates=True), on_event=ignore)[0].totals
    assert totals.duplicate_bytes == 800, "b and d repeat a; a link is no copy, the dead do not count"
    assert totals.dead_bytes == 400
    assert read_image(target, None, on_event=ignore)[0].totals.duplicate_bytes is None
