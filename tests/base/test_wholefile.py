"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from smalldisk import fill, small_disk

from uvdive.base.files.wholefile import create_file, replace_file


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_replaced_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "file"
    replace_file(path, b"old")
    path.chmod(0o640)
    replace_file(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_a_created_file_is_never_over_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def refused(*_args: object, **_named: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    if not links:
        monkeypatch.setattr(os, "link", refused)
    path = tmp_path / "file"
    create_file(path, b"old")
    with pytest.raises(FileExistsError):
        create_file(path, b"new")
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(FileExistsError):
        create_file(tmp_path / "dangling", b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["dangling", "file"]


@pytest.mark.parametrize("write", [replace_file, create_file])
@pytest.mark.parametrize("left", [0, 8192])
def test_a_full_disk_leaves_everything_as_it_was(
    tmp_path: Path, write: Callable[[Path, bytes], None], left: int
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        (disk / "old").write_bytes(b"old")
        fill(disk, leave=left)
        target = disk / ("old" if write is replace_file else "new")
        with pytest.raises(OSError, match="No space left") as caught:
            write(target, bytes(100_000))
        assert caught.value.errno == errno.ENOSPC
        assert caught.value.filename == str(target)
        assert (disk / "old").read_bytes() == b"old"
        assert names(disk) == ["filler", "old"]
