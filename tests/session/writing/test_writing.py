from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from smalldisk import fill, small_disk

from uvdive.base.errors import RefusedError, UsageError
from uvdive.rewrite.plan import FileChange, Refusal, RewritePlan
from uvdive.session.disk import writing
from uvdive.session.disk.writing import Written, undo_rewrite, write_rewrite

OLD = "FROM a\r\nRUN b\n"
NEW = "FROM a AS builder\r\nRUN b\nFROM c\n"


@pytest.fixture
def plan(tmp_path: Path) -> RewritePlan:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_bytes(OLD.encode())
    return RewritePlan("rewritten", "image", str(dockerfile), OLD, NEW, "")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_dockerfile_is_replaced_and_kept(plan: RewritePlan, tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.chmod(0o600)
    assert write_rewrite(plan) == Written(path, tmp_path / "Dockerfile.orig")
    assert path.read_bytes() == NEW.encode()
    assert (tmp_path / "Dockerfile.orig").read_bytes() == OLD.encode()
    assert path.stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == {"Dockerfile", "Dockerfile.orig"}


def test_what_was_kept_before_is_never_overwritten(plan: RewritePlan, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile.orig").write_text("mine")
    (tmp_path / "Dockerfile.orig.1").symlink_to("nowhere")
    assert write_rewrite(plan).kept == tmp_path / "Dockerfile.orig.2"
    assert (tmp_path / "Dockerfile.orig").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_a_symlink_stays_one(plan: RewritePlan, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("Dockerfile")
    written = write_rewrite(replace(plan, dockerfile=str(tmp_path / "link")))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "Dockerfile").read_bytes() == NEW.encode()
    assert written.kept == tmp_path / "Dockerfile.orig"


def test_a_dockerfile_that_changed_meanwhile_is_left_alone(plan: RewritePlan, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM other\n")
    with pytest.raises(UsageError, match="has changed"):
        write_rewrite(plan)
    assert (tmp_path / "Dockerfile").read_text() == "FROM other\n"
    assert names(tmp_path) == {"Dockerfile"}


def test_another_file_leaves_the_dockerfile_alone(plan: RewritePlan, tmp_path: Path) -> None:
    output = tmp_path / "New"
    assert write_rewrite(plan, output=output) == Written(output, None)
    assert output.read_bytes() == NEW.encode()
    assert (tmp_path / "Dockerfile").read_bytes() == OLD.encode()


def test_a_new_file_has_the_usual_mode(plan: RewritePlan, tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        write_rewrite(plan, output=tmp_path / "New")
    finally:
        os.umask(mask)
    assert (tmp_path / "New").stat().st_mode & 0o777 == 0o640


def test_a_file_that_is_there_stays(plan: RewritePlan, tmp_path: Path) -> None:
    output = tmp_path / "Other"
    output.write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        write_rewrite(plan, output=output)
    assert output.read_text() == "mine"


def test_the_dockerfile_as_output_is_kept_too(plan: RewritePlan, tmp_path: Path) -> None:
    assert write_rewrite(plan, output=tmp_path / "." / "Dockerfile").kept == tmp_path / "Dockerfile.orig"


def test_a_refusal_writes_nothing(plan: RewritePlan, tmp_path: Path) -> None:
    refused = replace(plan, outcome="refused", refusal=Refusal("R59", "uv plays no part", None))
    with pytest.raises(RefusedError, match="uv plays no part"):
        write_rewrite(refused)
    assert names(tmp_path) == {"Dockerfile"}


def test_nothing_to_change_writes_nothing(plan: RewritePlan, tmp_path: Path) -> None:
    assert write_rewrite(replace(plan, outcome="unchanged", text=OLD)).kept is None
    assert names(tmp_path) == {"Dockerfile"}


def test_other_files_are_written_with_the_dockerfile_only(plan: RewritePlan, tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_text("uv run x\n")
    changes = (FileChange("start.sh", "x\n", ""), FileChange(".dockerignore", ".venv\n", ""))
    plan = replace(plan, files=changes)
    beside = write_rewrite(plan, output=tmp_path / "New")
    assert beside.unwritten == ("start.sh", ".dockerignore")
    assert (tmp_path / "start.sh").read_text() == "uv run x\n"
    written = write_rewrite(plan)
    assert written.others == (
        Written(tmp_path / "start.sh", tmp_path / "start.sh.orig"),
        Written(tmp_path / ".dockerignore", None),
    )
    assert (tmp_path / "start.sh").read_text() == "x\n"
    assert (tmp_path / "start.sh.orig").read_text() == "uv run x\n"


def test_another_file_that_changed_meanwhile_is_left_alone(plan: RewritePlan, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("mine\n")
    wide = replace(plan, files=(FileChange.of("compose.yaml", "old\n", "new\n"),))
    with pytest.raises(UsageError, match=r"compose\.yaml has changed"):
        write_rewrite(wide)
    assert (tmp_path / "compose.yaml").read_text() == "mine\n"
    assert (tmp_path / "Dockerfile").read_bytes() == OLD.encode()
    (tmp_path / "compose.yaml").write_text("old\n")
    write_rewrite(wide)
    assert (tmp_path / "compose.yaml").read_text() == "new\n"
    assert (tmp_path / "compose.yaml.orig").read_text() == "old\n"


def test_a_link_out_of_the_context_is_not_written_through(plan: RewritePlan, tmp_path: Path) -> None:
    context = tmp_path / "context"
    context.mkdir()
    (tmp_path / "outside").write_text("old\n")
    (context / "start.sh").symlink_to("../outside")
    wide = replace(plan, files=(FileChange.of("start.sh", "old\n", "new\n"),))
    with pytest.raises(UsageError, match="is a link to"):
        write_rewrite(wide, context=context)
    assert (tmp_path / "outside").read_text() == "old\n"
    assert (tmp_path / "Dockerfile").read_bytes() == OLD.encode()


def test_a_file_above_the_context_is_written_and_undone(plan: RewritePlan, tmp_path: Path) -> None:
    context = tmp_path / "context"
    context.mkdir()
    (tmp_path / "compose.yaml").write_text("old\n")
    wide = replace(plan, files=(FileChange.of("../compose.yaml", "old\n", "new\n"),))
    written = write_rewrite(wide, context=context)
    assert (tmp_path / "compose.yaml").read_text() == "new\n"
    undo_rewrite(written)
    assert (tmp_path / "compose.yaml").read_text() == "old\n"


def test_a_failure_leaves_everything_as_it_was(
    plan: RewritePlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left"):
        write_rewrite(plan)
    assert names(tmp_path) == {"Dockerfile"}
    assert (tmp_path / "Dockerfile").read_bytes() == OLD.encode()


def test_a_folder_that_is_not_there(plan: RewritePlan, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be written"):
        write_rewrite(plan, output=tmp_path / "none" / "New")


@pytest.fixture
def wide(plan: RewritePlan, tmp_path: Path) -> RewritePlan:
    (tmp_path / "start.sh").write_text("uv run x\n")
    (tmp_path / "start.sh").chmod(0o755)
    return replace(
        plan, files=(FileChange("start.sh", "x\n", ""), FileChange(".dockerignore", ".venv\n", ""))
    )


def texts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_undoing_brings_every_file_back(wide: RewritePlan, tmp_path: Path) -> None:
    before = texts(tmp_path)
    undo_rewrite(write_rewrite(wide))
    assert texts(tmp_path) == before
    assert (tmp_path / "start.sh").stat().st_mode & 0o777 == 0o755


def test_undoing_what_wrote_nothing_changes_nothing(plan: RewritePlan, tmp_path: Path) -> None:
    undo_rewrite(write_rewrite(replace(plan, outcome="unchanged", text=OLD)))
    assert texts(tmp_path) == {"Dockerfile": OLD.encode()}


@pytest.mark.parametrize("name", ["Dockerfile", "start.sh", ".dockerignore"])
def test_nothing_is_undone_where_one_file_has_changed_since(
    wide: RewritePlan, tmp_path: Path, name: str
) -> None:
    written = write_rewrite(wide)
    (tmp_path / name).write_text("mine")
    before = texts(tmp_path)
    with pytest.raises(UsageError, match="has changed since it was written"):
        undo_rewrite(written)
    assert texts(tmp_path) == before


def test_nothing_is_undone_without_the_old_text(wide: RewritePlan, tmp_path: Path) -> None:
    written = write_rewrite(wide)
    (tmp_path / "start.sh.orig").unlink()
    before = texts(tmp_path)
    with pytest.raises(UsageError, match="is gone"):
        undo_rewrite(written)
    assert texts(tmp_path) == before


def test_a_failure_at_the_last_file_brings_the_others_back(
    wide: RewritePlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = texts(tmp_path)
    replaced = writing.replace_aside

    def full(path: Path, data: bytes, *, was: str, kept: Path, new: Path) -> None:
        if path.name == "Dockerfile":
            raise OSError(28, "No space left on device", str(path))
        replaced(path, data, was=was, kept=kept, new=new)

    monkeypatch.setattr(writing, "replace_aside", full)
    with pytest.raises(UsageError, match="No space left"):
        write_rewrite(wide)
    assert texts(tmp_path) == before


@pytest.mark.parametrize("left", [0, 4096, 8192, 12288])
def test_a_really_full_disk_leaves_every_file_as_it_was(wide: RewritePlan, tmp_path: Path, left: int) -> None:
    with small_disk(tmp_path / "disk") as disk:
        for path in ("Dockerfile", "start.sh"):
            (disk / path).write_bytes((tmp_path / path).read_bytes())
        fill(disk, leave=left)
        before = texts(disk)
        plan = replace(wide, dockerfile=str(disk / "Dockerfile"), text=NEW + "#" * 20_000)
        with pytest.raises(UsageError, match=r"No space left") as caught:
            write_rewrite(plan)
        assert str(disk) in caught.value.what
        assert ".new" not in caught.value.what
        assert texts(disk) == before
