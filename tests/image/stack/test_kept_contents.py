"""What is wanted of an archive's files is read where it lies: the same bytes, until the archive is gone."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from made_images import layers as make

from uvdive.base.errors import ImageError
from uvdive.image.reference import parse_target
from uvdive.image.stack.kept import KeptInPlace
from uvdive.session.opening.images import load_image
from uvdive.session.opening.options import ReadOptions
from uvdive.session.opening.reading import read_image

TEXT = b"ID=debian\n"


def archive(tmp_path: Path) -> Path:
    files = make.file("etc/os-release", TEXT), make.file("etc/passwd", b""), make.file("usr/x", b"x" * 9)
    return make.archive(tmp_path / "image.tar", [make.layer(*files)])


def kept_of(path: Path, *, verify: bool) -> KeptInPlace:
    target = parse_target(str(path))
    options = ReadOptions(verify_digests=verify)
    _, index = read_image(target, None, options, on_event=lambda _: None)
    assert isinstance(index.kept, KeptInPlace)
    return index.kept


def test_what_lies_in_an_archive_is_what_would_be_kept(tmp_path: Path) -> None:
    path = archive(tmp_path)
    placed, kept = kept_of(path, verify=False), kept_of(path, verify=True)
    assert dict(placed) == dict(kept) == {0: TEXT}
    assert len(placed) == 1
    assert 0 in placed
    assert 1 not in placed
    with pytest.raises(KeyError):
        placed[1]


def test_each_layer_s_lie_where_that_layer_is(tmp_path: Path) -> None:
    layers = [
        make.layer(
            *(make.file(f"srv/{number}-{layer}.py", f"{layer} {number}".encode()) for number in range(9))
        )
        for layer in range(4)
    ]
    layers.insert(2, make.layer(make.file("usr/x", b"x")))
    path = make.archive(tmp_path / "image.tar", layers)
    placed, kept = kept_of(path, verify=False), kept_of(path, verify=True)
    assert len(placed) == len(kept) == 36
    assert [*placed] == sorted(placed) == [*kept]
    assert dict(placed) == dict(kept)
    assert [inode for inode in range(50) if inode in placed] == [*placed]


def test_another_process_gets_the_bytes(tmp_path: Path) -> None:
    path = archive(tmp_path)
    sent = pickle.dumps(kept_of(path, verify=False))
    path.unlink()
    assert pickle.loads(sent) == {0: TEXT}


def test_an_archive_that_is_gone_or_another_is_told(tmp_path: Path) -> None:
    path = archive(tmp_path)
    placed = kept_of(path, verify=False)
    other = path.read_bytes().replace(TEXT, TEXT.upper())
    path.unlink()
    path.write_bytes(other)
    with pytest.raises(ImageError, match="is not what it was"):
        placed[0]
    path.unlink()
    with pytest.raises(ImageError, match="can no longer be read"):
        placed[0]


def test_an_archive_that_is_cut_while_it_is_read_is_told(tmp_path: Path) -> None:
    path = archive(tmp_path)
    with kept_of(path, verify=False) as placed:
        with path.open("r+b") as file:
            file.truncate(100)
        with pytest.raises(ImageError, match="end too early"):
            placed[0]


def test_an_image_is_read_again_from_its_place_after_it_was_accounted_for(tmp_path: Path) -> None:
    loaded = load_image(str(archive(tmp_path)), in_process=True)
    assert loaded.store is not None
    assert loaded.store.read(0) == TEXT
