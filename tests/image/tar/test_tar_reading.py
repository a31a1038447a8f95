"""Layer tars in every dialect, against tarfile, and damaged ones."""

from __future__ import annotations

import gc
import io
import os
import tarfile
from pathlib import Path
from typing import Any
from weakref import ref

import pytest
from made_images import layers as make

from uvdive.base.errors import ImageError
from uvdive.image.layer_index import HARD_LINK, OPAQUE, WHITEOUT, LayerIndex
from uvdive.image.stream import ChunkStream, FileStream
from uvdive.image.table import Kind
from uvdive.image.tar.header import clean, number
from uvdive.image.tar.index import index_tar
from uvdive.image.tar.names import Names

LONG = "d" * 120 + "/" + "n" * 180
FORMATS = {"gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT, "ustar": tarfile.USTAR_FORMAT}


def keep(path: bytes, size: int) -> bool:
    return path.endswith(b"kept") and size > 0


def read_stream(data: bytes, piece: int = 700) -> LayerIndex:
    pieces = [data[at : at + piece] for at in range(0, len(data), piece)]
    return index_tar(ChunkStream(pieces), keep, digests=True)


def read_file(data: bytes, tmp_path: Path) -> LayerIndex:
    path = tmp_path / "layer.tar"
    path.write_bytes(b"before" + data + b"after")
    fd = os.open(path, os.O_RDONLY)
    try:
        stream = FileStream(fd, 6, len(data))
        return index_tar(stream, keep, size=len(data), digests=False)
    finally:
        os.close(fd)


@pytest.mark.parametrize("dialect", ["gnu", "pax"])
def test_long_names_big_ids_and_old_times_are_read_as_tarfile_reads_them(
    dialect: str, tmp_path: Path
) -> None:
    data = make.layer(
        make.folder("d" * 120),
        make.file(LONG, b"x", uid=3_000_000, gid=70_000, mtime=-5),
        make.symlink("s", "t" * 150),
        make.hard_link("h", LONG),
        make.file("kept", b"content"),
        dialect=FORMATS[dialect],
    )
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        expected = tar.getmembers()
    for index in (read_stream(data), read_file(data, tmp_path)):
        assert [index.path(n).decode() for n in range(len(index))] == [m.name for m in expected]
        assert [(index.uid[n], index.gid[n]) for n in range(len(index))] == [(m.uid, m.gid) for m in expected]
        assert list(index.mtime) == [int(m.mtime) for m in expected]
        assert list(index.mode) == [m.mode for m in expected]
        assert index.targets == [b"t" * 150, LONG.encode()]
        assert index.contents == {4: b"content"}
        assert list(index.kind) == [Kind.DIRECTORY, Kind.FILE, Kind.SYMLINK, HARD_LINK, Kind.FILE]


def test_names_need_not_be_text() -> None:
    index = read_stream(make.layer(make.file(b"caf\xe9\x1b[2J")))
    assert index.path(0) == b"caf\xe9\x1b[2J"


def test_global_pax_headers_hold_for_all_members() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", pax_headers={"uid": "4242"}) as tar:
        make.file("a")(tar)
        make.file("b")(tar)
    assert list(read_stream(out.getvalue()).uid) == [4242, 4242]


def test_whiteouts_are_known_by_their_names() -> None:
    index = read_stream(make.layer(make.whiteout("d/gone"), make.opaque("d"), make.whiteout("top")))
    assert [(index.kind[n], index.path(n)) for n in range(3)] == [
        (WHITEOUT, b"d/gone"),
        (OPAQUE, b"d/"),
        (WHITEOUT, b"top"),
    ]


def test_old_gnu_sparse_files_have_their_logical_size() -> None:
    header = bytearray(tarfile.TarInfo("sparse").tobuf(tarfile.GNU_FORMAT))
    header[156:157] = b"S"
    header[124:136] = b"%011o\0" % 512  # stored
    header[483:495] = b"%011o\0" % 1_000_000  # real
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    data = bytes(header) + bytes(512) + make.layer(make.file("next", b"1"))
    index = read_stream(data)
    assert list(index.size) == [1_000_000, 1]
    assert index.path(1) == b"next"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (b"./a/./b/", b"a/b"),
        (b"/etc/passwd", b"etc/passwd"),
        (b"../../etc/x", b"etc/x"),
        (b"a//b/../c", b"a/c"),
        (b"./", b""),
        (b"..a/.b", b"..a/.b"),
    ],
)
def test_names_never_leave_the_root(name: bytes, expected: bytes) -> None:
    assert clean(name) == expected


def test_base_256_numbers() -> None:
    assert number(b"\x80" + (1 << 40).to_bytes(11, "big")) == 1 << 40
    assert number(b"\xff" * 12) == -1


@pytest.mark.parametrize("cut", [100, 512, 700, 1200])
def test_a_truncated_tar_is_an_error(cut: int, tmp_path: Path) -> None:
    data = make.layer(make.file("a", bytes(3000)))[:cut]
    with pytest.raises(ImageError, match="too early"):
        read_stream(data)
    with pytest.raises(ImageError, match="too early"):
        read_file(data, tmp_path)


@pytest.mark.parametrize(
    "size", [b"-0000000005\0", b"zzz\0\0\0\0\0\0\0\0\0", b"\xff" * 12, b"\x80" + b"\xff" * 11]
)
def test_absurd_sizes_are_an_error(size: bytes) -> None:
    header = bytearray(tarfile.TarInfo("a").tobuf(tarfile.USTAR_FORMAT))
    header[124:136] = size
    with pytest.raises(ImageError, match="cannot be read"):
        read_stream(bytes(header) + bytes(1024))


def test_noise_is_an_error() -> None:
    with pytest.raises(ImageError, match="no tar header"):
        read_stream(bytes(range(1, 256)) * 5)


def test_a_tar_without_its_end_marks_is_read() -> None:
    data = make.layer(make.file("a", bytes(512)))[:1024]
    assert read_stream(data).path(0) == b"a"


def test_what_reading_needed_goes_when_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing looks for rings while an image is read, so there must be none."""
    made: list[ref[Names]] = []

    class Noted(Names):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            made.append(ref(self))

    monkeypatch.setattr("uvdive.image.tar.index.Names", Noted)
    was = gc.isenabled()
    gc.disable()
    try:
        read_stream(make.layer(make.folder("a"), make.file("a/b", b"x")))
        gone = [each() is None for each in made]
    finally:
        if was:
            gc.enable()
    assert gone == [True]
