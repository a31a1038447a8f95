"""Two processes read what one would: the same image, and the same errors."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import layers as make
import pytest
from layouts import Layout

from uvdive.base.errors import ImageError
from uvdive.base.progress import ignore
from uvdive.image import archive, boxes, sharing
from uvdive.image.boxes import FileBox, open_archive
from uvdive.image.oci import this_platform
from uvdive.image.reference import parse_target
from uvdive.image.sharing import BlobPlace, split
from uvdive.image.source import RawImage
from uvdive.ledger.wanted import wanted
from uvdive.session.reading import read_image

LAYERS = [
    make.layer(make.file(f"app/{number}", bytes([number]) * 3000), make.file("app/bin/tool", b"#!x\n"))
    for number in range(5)
]


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "WORTH_IT", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)


def read(path: Path) -> RawImage:
    with open_archive(path, wanted, ignore, verify=False) as box:
        chosen = archive.choose(box, None, reference="x", source="docker-archive")
        image = archive.collect(box, chosen, ignore)
        assert isinstance(box, FileBox)
        return image


@pytest.mark.parametrize("compress", [False, True])
def test_the_same_image(compress: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make.archive(tmp_path / "a.tar", LAYERS, compress=compress)
    alone = read(path)
    monkeypatch.setattr(sharing, "WORTH_IT", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    here: list[str] = []

    def spy(name: str, *rest: Any, **more: Any) -> sharing.Read:
        here.append(name)
        return sharing.read_blob(name, *rest, **more)

    monkeypatch.setattr(boxes, "read_blob", spy)
    assert read(path) == alone
    assert 0 < len(here) < 5, "the other process read the rest"
    assert all(layer.index.contents for layer in alone.layers)


def test_a_layout_too(always: None, tmp_path: Path) -> None:
    layout = Layout()
    folder = layout.folder(tmp_path / "layout", layout.image(LAYERS, this_platform()))
    report = read_image(parse_target(f"oci:{folder}"), None, on_event=ignore)[0]
    assert report.totals.files == 10
    assert len(report.layers) == 5


def test_a_damaged_layer_is_the_same_error(always: None, tmp_path: Path) -> None:
    layout = Layout()
    image = layout.image(LAYERS, this_platform())
    for name in list(layout.blobs)[1:6]:
        layout.blobs[name] = gzip.compress(LAYERS[0])[:-30]
    folder = layout.folder(tmp_path / "layout", image)
    with pytest.raises(ImageError, match="cannot be unpacked"):
        read_image(parse_target(f"oci:{folder}"), None, on_event=ignore)


def test_where_the_other_process_fails_this_one_reads_all(
    always: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    assert len(read(make.archive(tmp_path / "a.tar", LAYERS)).layers) == 5


def test_shares_are_about_equal() -> None:
    places = {str(n): BlobPlace(Path("x"), 0, size << 20) for n, size in enumerate((50, 20, 20, 15, 5))}
    mine, theirs = split(places)
    assert sorted(mine + theirs) == sorted(places)
    assert sum(places[name].size for name in mine) == 55 << 20
    small = {name: BlobPlace(Path("x"), 0, 10) for name in "ab"}
    assert split(small) == (["a", "b"], [])
    assert split({"a": places["0"]}) == (["a"], [])
