"""The judge accepts another owner of just the paths that the plan names, and another USER only then (R64)."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs

from uvdive.build.running.observing import Observed
from uvdive.image.config import ImageConfig
from uvdive.ledger.reading.contents import ContentPlace
from uvdive.rewrite.plan import Allowances
from uvdive.verify.checks import Check
from uvdive.verify.config import check_config
from uvdive.verify.files.check import check_files
from uvdive.verify.start.judging import Runs, judge

GIVEN = Allowances(given=("10001:10001:/app/data", "10001:10001:/app/server.py"))
FOLDER = "app/data"
FILE = "app/server.py"


def judged(folder: Path, changed: pairs.Files, allowed: Allowances = GIVEN) -> Check:
    before = pairs.read_with_contents(folder / "a.tar", pairs.python(), pairs.application())
    after = pairs.read_with_contents(folder / "b.tar", pairs.python(), pairs.application() | changed)
    return check_files(
        before[0], after[0], allowed, (ContentPlace(index=before[1]), ContentPlace(index=after[1]))
    )


def entry(path: str, uid: int, gid: int, mode: int | None = None, data: bytes | None = None) -> pairs.Files:
    if path == FOLDER:
        info = tarfile.TarInfo(path)
        info.type, info.mode, info.uid, info.gid = tarfile.DIRTYPE, mode or 0o775, uid, gid
        return {path: lambda tar: tar.addfile(info)}
    data = pairs.content(120, "s") if data is None else data
    return {path: make.file(path, data, 0o644 if mode is None else mode, uid=uid, gid=gid)}


@pytest.mark.parametrize("path", [FOLDER, FILE])
def test_the_new_owner_is_explained(tmp_path: Path, path: str) -> None:
    found = judged(tmp_path, entry(path, 10001, 10001))
    assert found.status == "passed"
    assert "given to the app's user (1)" in found.detail


@pytest.mark.parametrize(
    "changed",
    [
        entry(FILE, 33, 33),
        entry(FILE, 10001, 33),
        entry(FILE, 10001, 10001, mode=0o666),
        entry(FILE, 10001, 10001, data=pairs.content(120, "x")),
        entry(FOLDER, 10001, 10001, mode=0o777),
        entry(FOLDER, 33, 33),
    ],
)
def test_nothing_else_may_differ_of_them(tmp_path: Path, changed: pairs.Files) -> None:
    assert judged(tmp_path, changed).status == "failed"


@pytest.mark.parametrize("given", [(), ("10001:10001:/app",), ("10001:10001:/app/data/x",)])
def test_no_other_path_may_get_that_owner(tmp_path: Path, given: tuple[str, ...]) -> None:
    found = judged(tmp_path, entry(FOLDER, 10001, 10001), Allowances(given=given))
    assert found.status == "failed"
    assert found.differences == ("changed: /app/data: uid 0 -> 10001, gid 0 -> 10001",)


@pytest.mark.parametrize(("allowed", "status"), [((), "failed"), (("User", "Env:HOME"), "announced")])
def test_another_user_counts_only_where_the_plan_announced_it(allowed: tuple[str, ...], status: str) -> None:
    after = ImageConfig(user="app", env=("HOME=/home/app",))
    assert check_config(ImageConfig(user="root"), after, allowed).status == status


def test_a_start_that_may_not_write_names_the_path() -> None:
    line = "PermissionError: [Errno 13] Permission denied: '/app/data/visits'"
    runs = Runs(Observed("running"), Observed("exited", 1, log=(line,)))
    found = judge(runs, Check("start", "passed", ""))
    assert found.status == "failed"
    assert found.detail.endswith("Its user may not write /app/data/visits, or read it.")


def test_what_the_original_may_not_write_either_is_not_named() -> None:
    line = "PermissionError: [Errno 13] Permission denied: '/sys/a'"
    runs = Runs(Observed("running", log=(line,)), Observed("exited", 1, log=(line,)))
    assert "may not write" not in judge(runs, Check("start", "passed", "")).detail
