"""What explains a folder that is gone, whose a link is, and how a loss is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs

from uvdive.verify.checks import Want
from uvdive.verify.files.check import check_files
from uvdive.verify.files.lost import Lost, lines, settle, wants
from uvdive.verify.python.imports import _verdict


def lost(*paths: tuple[str, str | None]) -> dict[bytes, Lost]:
    """Paths with what explains them; a folder ends in a slash, a link without content in ``@``."""
    found: dict[bytes, Lost] = {}
    for text, why in paths:
        path = text.rstrip("/@").encode()
        folder = text.endswith("/")
        item = Lost(path, folder, 10, not text.endswith(("/", "@")) or why is not None, why)
        found[path] = item
        if (around := found.get(path.rpartition(b"/")[0])) is not None:
            around.below.append(item)
    settle(found)
    return found


def told(*paths: tuple[str, str | None]) -> tuple[list[str], list[str]]:
    found = lost(*paths)
    return list(lines(found)), [want.name for want in wants(found)]


def test_a_folder_is_explained_where_all_that_it_held_is() -> None:
    assert told(("/a/", None), ("/a/x", "uv"), ("/a/y", "uv"), ("/a/empty/", None), ("/a/link@", None)) == (
        [],
        [],
    )
    assert lost(("/a/", None), ("/a/x", "uv"), ("/a/y", "cache"))[b"/a"].why == "uv"


def test_what_lies_in_a_folder_that_is_explained_in_part_is_told() -> None:
    said, wanted = told(
        ("/a/", None), ("/a/x", "uv"), ("/a/y", None), ("/a/empty/", None), ("/a/link@", None)
    )  # fmt: skip
    assert said == ["missing: /a/y (10 B)", "missing: /a/empty/ (0 files, 0 B)", "missing: /a/link (10 B)"]
    assert wanted == ["/a/y", "/a/empty", "/a/link"]


def test_a_folder_that_is_lost_as_a_whole_is_one_line_and_one_want() -> None:
    said, wanted = told(
        ("/a/", None), ("/a/x", None), ("/a/b/", None), ("/a/b/y", None), ("/a/b/c/", None), ("/z", None)
    )  # fmt: skip
    assert said == ["missing: /a/ (2 files, 20 B)", "missing: /z (10 B)"]
    assert wanted == ["/a", "/z"]


def test_an_explanation_deep_below_divides_what_is_told() -> None:
    said, wanted = told(
        ("/a/", None), ("/a/b/", None), ("/a/b/x", "uv"), ("/a/b/y", None), ("/a/c/", None), ("/a/c/z", None)
    )  # fmt: skip
    assert said == ["missing: /a/b/y (10 B)", "missing: /a/c/ (1 files, 10 B)"]
    assert wanted == ["/a/b/y", "/a/c"]


def test_a_want_is_the_path_itself() -> None:
    assert list(wants({b"/caf\xe9": Lost(b"/caf\xe9", False, 1, True, None)})) == [Want("path", "/caf\udce9")]


@pytest.mark.parametrize(
    ("target", "status"),
    [("/usr/local/bin/uv", "passed"), ("uv", "passed"), ("/app/server.py", "failed"), ("/nowhere", "failed")],
)
def test_a_link_belongs_to_whom_it_leads_to(tmp_path: Path, target: str, status: str) -> None:
    link = {"usr/local/bin/tool": make.symlink("usr/local/bin/tool", target)}
    before = pairs.read(tmp_path / "b.tar", pairs.python(), pairs.application() | pairs.uv() | link)
    after = pairs.read(tmp_path / "a.tar", pairs.python(), pairs.application())
    found = check_files(before, after, pairs.ALLOWED)
    assert found.status == status, found.differences


@pytest.mark.parametrize(
    ("kept", "status"), [(["tool", "link"], "passed"), ([], "passed"), (["tool"], "failed")]
)
def test_the_link_to_a_tool_that_stays_is_missed(tmp_path: Path, kept: list[str], status: str) -> None:
    home = "root/.local"
    program = f"{home}/share/uv/tools/lint/bin/lint"
    tool = {
        path: make.file(path, data)
        for path, data in (
            (f"{home}/share/uv/tools/lint/pyvenv.cfg", b"home = /usr/local/bin\n"),
            (program, b"#!/usr/bin/python\n"),
            (f"{home}/share/uv/tools/lint/uv-receipt.toml", b"[tool]\n"),
        )
    }
    link = {f"{home}/bin/lint": make.symlink(f"{home}/bin/lint", f"/{program}")}
    some = (tool if "tool" in kept else {}) | (link if "link" in kept else {})
    before = pairs.read(tmp_path / "b.tar", pairs.python(), pairs.application() | pairs.uv() | tool | link)
    after = pairs.read(tmp_path / "a.tar", pairs.python(), pairs.application() | some)
    found = check_files(before, after, pairs.ALLOWED)
    assert found.status == status, found.differences


@pytest.mark.parametrize(("version", "status"), [("2", "passed"), ("1", "failed")])
def test_a_package_of_another_version_may_have_other_files(tmp_path: Path, version: str, status: str) -> None:
    old = pairs.package("jq", "1", {"usr/bin/jq": b"old", "usr/share/jq/old": b"x"})
    new = pairs.package("jq", version, {"usr/bin/jq": b"newer"})
    before = pairs.read(tmp_path / "b.tar", pairs.python(), old, pairs.application())
    after = pairs.read(tmp_path / "a.tar", pairs.python(), new, pairs.application())
    found = check_files(before, after, pairs.ALLOWED)
    assert found.status == status, found.differences
    assert ("OS packages of another version (2)" in found.detail) is (status == "passed")


def test_the_detail_says_how_many_imports_fail_in_the_original_too() -> None:
    assert _verdict(2, 1, [], [], []).detail.endswith(" 1 fail in the original already.")
    assert "already" not in _verdict(2, 0, [], [], []).detail
    assert "already" in _verdict(0, 1, ["a"], [], []).detail


@pytest.mark.parametrize(
    ("fields", "status"), [({}, "passed"), ({"uid": 7}, "failed"), ({"mode": 0o600}, "failed")]
)
def test_what_useradd_copies_into_an_announced_home_keeps_owner_and_mode(
    tmp_path: Path, fields: dict[str, int], status: str
) -> None:
    user = {"etc/passwd": make.file("etc/passwd", b"app:x:1000:1000::/home/app:/bin/sh\n")}
    skeleton = {"etc/skel/.profile": make.file("etc/skel/.profile", b"one")}

    def home(**fields: int) -> pairs.Files:
        return {"home/app/.profile": make.file("home/app/.profile", b"one", **fields)}

    app = pairs.application() | user | skeleton
    before = pairs.read(tmp_path / "b.tar", pairs.python(), app | home())
    after = pairs.read(tmp_path / "a.tar", pairs.python(), app | home(**fields))
    announced = replace(pairs.ALLOWED, paths=("/home/app",))
    assert check_files(before, after, announced).status == status
