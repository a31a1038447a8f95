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
from uvdive.image.sharing import BlobPlace, SecondReader, worth_sharing
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


class Patient(SecondReader):
    """Lets the other process read a layer before this one reads any."""

    def claim(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._over or self._found)
        return super().claim()


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
    monkeypatch.setattr(boxes, "SecondReader", Patient)
    assert read(path) == alone
    assert len(here) < 5, "the other process read some"
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


def test_what_is_shared() -> None:
    places = {str(n): BlobPlace(Path("x"), 0, size << 20) for n, size in enumerate((50, 20, 5))}
    assert worth_sharing(places)
    assert not worth_sharing({name: BlobPlace(Path("x"), 0, 10) for name in "ab"})
    assert not worth_sharing({"a": places["0"]})
    assert not worth_sharing({str(n): places["0"] for n in range(5000)})


def test_every_layer_is_read_once(tmp_path: Path) -> None:
    path = make.archive(tmp_path / "a.tar", LAYERS)
    places = {str(n): BlobPlace(path, 0, path.stat().st_size) for n in range(20)}
    second = SecondReader(places, wanted, verify=False)
    try:
        mine = [name for name in places if second.claim()]
        theirs = [name for name in places if name not in mine and second.wait(name) is not None]
        assert [*mine, *theirs] == list(places), "this process's from the front, the other's from the back"
    finally:
        second.stop()
