"""Copies of a build context, into which a rewrite's other files are laid."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from smalldisk import fill, small_disk

from uvdive.base.errors import OutputError
from uvdive.rewrite.plan import FileChange
from uvdive.session.proof.building import context_with

CHANGE = (FileChange("bin/start.sh", "exec app\n", ""),)


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "start.sh").write_text("uv run app\n")
    (folder / "bin" / "start.sh").chmod(0o755)
    (folder / "link").symlink_to("nowhere")
    return folder


def test_without_changes_the_users_own_folder_is_built(context: Path) -> None:
    with context_with(context, ()) as folder:
        assert folder == context


def test_the_copy_has_the_changes_and_goes_away(context: Path) -> None:
    os.mkfifo(context / "pipe")
    with context_with(context, CHANGE) as folder:
        start = folder / "bin" / "start.sh"
        assert (start.read_text(), start.stat().st_mode & 0o777) == ("exec app\n", 0o755)
        assert (folder / "link").readlink() == Path("nowhere")
        assert not (folder / "pipe").exists()
    assert not folder.exists()
    assert (context / "bin" / "start.sh").read_text() == "uv run app\n"


def test_what_may_not_be_read_is_left_out(context: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database's folder beside the project, say, which .dockerignore names."""
    (context / "data").mkdir()
    (context / "data" / "rows").write_text("1")
    (context / "secret").write_text("2")
    real_access, real_copy = os.access, shutil.copy2

    def access(path: object, mode: int) -> bool:
        return Path(str(path)).name != "data" and real_access(str(path), mode)

    def copy(source: str, target: str, **named: bool) -> object:
        if Path(source).name == "secret":
            raise PermissionError(13, "Permission denied", source)
        return real_copy(source, target, **named)

    monkeypatch.setattr(os, "access", access)
    monkeypatch.setattr("shutil.copy2", copy)
    with context_with(context, CHANGE) as folder:
        assert sorted(path.name for path in folder.iterdir()) == ["bin", "link"]


def test_a_full_disk_is_told_and_the_half_copy_goes_away(
    context: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (context / "big").write_bytes(bytes(100_000))
    with small_disk(tmp_path / "disk") as disk:
        fill(disk, leave=65_536)
        monkeypatch.setattr(tempfile, "tempdir", str(disk))
        with pytest.raises(OutputError, match=rf"The disk is full: {disk}/.*can't be written"):
            context_with(context, CHANGE).__enter__()
        assert [path.name for path in disk.iterdir()] == ["filler"]


def test_a_link_in_the_copy_is_replaced_and_what_lies_above_is_in_no_build(tmp_path: Path) -> None:
    context = tmp_path / "context"
    context.mkdir()
    (tmp_path / "outside").write_text("old\n")
    (context / "start.sh").symlink_to(tmp_path / "outside")
    changes = (FileChange("start.sh", "new\n", ""), FileChange("../compose.yaml", "new\n", ""))
    with context_with(context, changes) as folder:
        assert (folder / "start.sh").read_text() == "new\n"
        assert not (folder.parent / "compose.yaml").exists()
    assert (tmp_path / "outside").read_text() == "old\n"
    with context_with(context, changes[1:]) as folder:
        assert folder == context
