"""Two images are compared, and both stay at hand for their contents until they are closed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from made_images import layers as make

from uvdive.base.errors import ImageError
from uvdive.base.progress import CancelToken, ignore
from uvdive.session.disk.exporting import export
from uvdive.session.opening.images import load_image
from uvdive.session.sources import source_of
from uvdive.session.two_images import Part, TwoImages


def image(path: Path, text: bytes, link: str) -> Path:
    entries = [make.file("app/main.py", text), make.folder("app/data"), make.symlink("app/link", link)]
    return make.archive(path, [make.layer(*entries)], commands=["COPY . /app"])


@pytest.fixture
def pair(tmp_path):
    before = image(tmp_path / "a.tar", b"one\n", "x")
    after = image(tmp_path / "b.tar", b"two, and more\n", "y")
    found = TwoImages(source_of(str(before)), source_of(str(after)))
    yield found
    found.close()


def test_a_path_is_read_in_both_after_the_comparison(pair) -> None:
    comparison = pair.compare(ignore, CancelToken())
    assert [(delta.path, delta.change) for delta in comparison.paths] == [
        (b"/app/link", "changed"),
        (b"/app/main.py", "changed"),
    ]

    def read(path: bytes, old: bytes | None = None, most: int = 100):
        return pair.read(path, most, ignore, CancelToken(), old)

    assert read(b"/app/main.py") == (Part(4, b"one\n"), Part(14, b"two, and more\n"))
    assert read(b"/app/main.py", most=3) == (Part(4, b"one"), Part(14, b"two"))
    assert read(b"/app/new.py", old=b"/app/main.py") == (Part(4, b"one\n"), None)
    assert read(b"/app/link") == (Part(0, None, "symlink"), Part(0, None, "symlink"))
    assert read(b"/app/data") == (Part(0, None, "directory"), Part(0, None, "directory"))


def test_after_the_end_both_processes_are_gone(pair) -> None:
    pair.compare(ignore, CancelToken())
    pair.read(b"/app/main.py", 9, ignore, CancelToken())
    desks = pair._before, pair._after
    pair.close()
    pair.close()
    for desk in desks:
        with pytest.raises(ProcessLookupError):
            os.kill(desk.pid, 0)


def test_a_saved_report_has_no_contents_to_show(pair, tmp_path) -> None:
    report = load_image(str(tmp_path / "a.tar")).report
    saved = export(report, "saved", tmp_path / "a.uvdive")
    two = TwoImages(source_of(str(saved)), source_of(str(tmp_path / "b.tar")))
    try:
        two.compare(ignore, CancelToken())
        with pytest.raises(ImageError, match="A saved report holds no contents"):
            two.read(b"/app/main.py", 9, ignore, CancelToken())
    finally:
        two.close()
