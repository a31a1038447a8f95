import errno
import os
import stat
import unicodedata
from pathlib import Path
from types import SimpleNamespace

import pytest
from made_images.trees import Table

from uvdive.base.errors import CancelledError, ImageError, UsageError
from uvdive.base.progress import CancelToken
from uvdive.image.table import Cause, Kind
from uvdive.ledger.view.tree import build_view
from uvdive.session.disk import extracting
from uvdive.session.disk.extracting import extract

LOST = 99


def contents(table):
    """A store whose every file holds its inode's number; inodes of ``LOST`` bytes are not kept."""

    def read(inode, limit=None):
        if table.inode_size(inode) == LOST:
            raise ImageError("The content of this file was not kept.")
        return b"inode %d" % inode

    return SimpleNamespace(pieces=lambda inode: iter([read(inode)]))


def taken(rows, path, target, layer=0, mode="upto", **options):
    view = build_view(rows.table, rows.owners, layer, mode)
    return extract(view, contents(rows.table), rows.node(path), target, **options)


def test_a_folder_comes_with_its_files_links_and_rights(tmp_path):
    rows = Table()
    rows.add(b"/app/sub", kind=Kind.DIRECTORY)
    inode = rows.add(b"/app/sub/caf\xe9", size=5)
    rows.add(b"/app/twin", inode=inode)
    rows.add(b"/app/link", kind=Kind.SYMLINK, link=b"/etc/passwd")
    rows.add(b"/app/gone", size=1, death=1, cause=Cause.DELETED)
    rows.add(b"/app/pipe", kind=Kind.FIFO)
    rows.add(b"/app/..", size=3)
    rows.add(b"/other", size=3)
    rows.table.entry_mode[rows.table.inode_entry[inode]] = 0o4755
    done = taken(rows, b"/app", tmp_path / "out", 1)
    out = tmp_path / "out"
    assert sorted(path.name for path in out.iterdir()) == ["link", "sub", "twin"]
    copied = out / "sub" / os.fsdecode(b"caf\xe9")
    assert (out / "twin").read_bytes() == b"inode %d" % inode
    assert copied.samefile(out / "twin")
    assert stat.S_IMODE((out / "twin").stat().st_mode) == 0o755
    assert (out / "link").readlink().as_posix() == "/etc/passwd"
    assert (done.files, done.missing, done.left_out) == (2, 0, 2)
    assert done.bytes == len(b"inode %d" % inode)  # a second name costs nothing


def test_what_a_layer_removed_can_be_had_by_itself(tmp_path):
    rows = Table()
    rows.add(b"/d/secret", size=1, death=1, cause=Cause.DELETED)
    taken(rows, b"/d/secret", tmp_path / "secret", 1, "layer")
    assert (tmp_path / "secret").read_bytes() == b"inode 0"


def test_nothing_is_ever_overwritten_and_nothing_half_done_stays(tmp_path):
    rows = Table()
    rows.add(b"/d/a", size=1)
    (tmp_path / "there").write_text("mine")
    for target, words in ((tmp_path / "there", "exists already"), (tmp_path / "no" / "x", "no folder")):
        with pytest.raises(UsageError, match=words):
            taken(rows, b"/d", target)
    rows.add(b"/d/c", size=1)
    cancel = CancelToken()
    with pytest.raises(CancelledError):
        taken(rows, b"/d", tmp_path / "new", cancel=cancel, on_event=lambda _event: cancel.cancel())
    rows.add(b"/d/b", kind=Kind.FIFO)
    with pytest.raises(UsageError, match="device or a pipe"):
        taken(rows, b"/d/b", tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_lost_contents_are_counted_and_if_all_are_lost_that_is_the_error(tmp_path):
    rows = Table()
    rows.add(b"/d/lost", size=LOST)
    with pytest.raises(ImageError, match="not kept"):
        taken(rows, b"/d", tmp_path / "out")
    assert not list(tmp_path.iterdir())
    rows = Table()
    rows.add(b"/d/lost", size=LOST)
    rows.add(b"/d/kept", size=1)
    done = taken(rows, b"/d", tmp_path / "out")
    assert (done.files, done.missing) == (1, 1)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["kept"]


def test_names_that_differ_in_case_alone_are_renamed_where_the_disk_takes_them_for_one(tmp_path, monkeypatch):
    monkeypatch.setattr(extracting, "ignores_case", lambda _: True)
    rows = Table()
    for name in ("README", "readme", "Readme", "caf\u00e9", "cafe\u0301", "other"):
        rows.add(f"/d/{name}".encode(), size=1)
    done = taken(rows, b"/d", tmp_path / "out")
    names = [path.name for path in (tmp_path / "out").iterdir()]
    folded = [unicodedata.normalize("NFC", name).casefold() for name in names]
    assert len(names) == 6
    assert len(set(folded)) == 6
    assert (done.files, done.renamed) == (6, 3)


def test_a_disk_that_tells_them_apart_keeps_names(tmp_path):
    rows = Table()
    for name in ("README", "readme"):
        rows.add(f"/d/{name}".encode(), size=1)
    done = taken(rows, b"/d", tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"README", "readme"}
    assert done.renamed == 0


def test_a_name_that_the_disk_cannot_have_is_left_out(tmp_path, monkeypatch):
    rows = Table()
    rows.add(b"/d/caf\xe9", size=1)
    rows.add(b"/d/plain", size=1)
    plainly = Path.open

    def of_a_mac(path, *args, **named):
        if not path.name.isascii():
            raise OSError(errno.EILSEQ, "Illegal byte sequence")
        return plainly(path, *args, **named)

    monkeypatch.setattr(Path, "open", of_a_mac)
    done = taken(rows, b"/d", tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["plain"]
    assert (done.files, done.left_out) == (1, 1)
