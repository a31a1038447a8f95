from __future__ import annotations

import os
import secrets
import subprocess
import tempfile
from collections.abc import Iterable

import pytest

from uvdive.base.errors import EngineError
from uvdive.base.files import remains
from uvdive.build.images import BuiltImage, Removal
from uvdive.build.leftovers import Leftover, leftovers, remove_leftovers
from uvdive.image.endpoint import maker_of

IMAGES = (
    BuiltImage("uvdive.local/app-1:before", "sha256:1", 180_600_000, "2026-01-02T03:04:05Z"),
    BuiltImage("uvdive.local/app-1:after", "sha256:2", 119_300_000, "2026-01-02T03:05:05Z"),
)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tags that were removed."""
    removed: list[str] = []

    def remove(images: Iterable[BuiltImage]) -> tuple[Removal, ...]:
        removed.extend(image.tag for image in images)
        return tuple(Removal(image) for image in images)

    monkeypatch.setattr("uvdive.build.images.list_images", lambda: IMAGES)
    monkeypatch.setattr("uvdive.build.leftovers.leftovers", tuple)
    monkeypatch.setattr("uvdive.base.files.scratch.left_folders", tuple)
    monkeypatch.setattr("uvdive.build.images.remove_images", remove)
    return removed


def test_it_lists_and_removes_nothing_without_a_yes(run, engine) -> None:
    ran = run("clean")
    assert ran.code == 0
    assert "uvdive.local/app-1:before  180.6 MB" in ran.out
    assert "--yes" in ran.err
    assert engine == []


def test_yes_removes_without_asking(run, engine) -> None:
    assert run("clean", "-y").code == 0
    assert engine == [image.tag for image in IMAGES]


@pytest.mark.parametrize(("answer", "gone"), [("y\n", 2), ("yes\n", 2), ("n\n", 0), ("\n", 0), ("", 0)])
def test_in_a_terminal_it_asks(run, engine, answer: str, gone: int) -> None:
    ran = run("clean", stdin=answer, terminal=True)
    assert ran.code == 0
    assert "[y/N]" in ran.err
    assert len(engine) == gone


def test_what_the_engine_keeps_is_said(run, engine, monkeypatch) -> None:
    kept = (Removal(IMAGES[0], "in use by a container"), Removal(IMAGES[1]))
    monkeypatch.setattr("uvdive.build.images.remove_images", lambda _: kept)
    ran = run("clean", "-y")
    assert ran.code == 1
    assert "in use by a container" in ran.err
    assert "Removed 1 of 2" in ran.err


@pytest.mark.engine
def test_a_container_of_a_run_that_was_cut_off_is_removed_and_one_in_use_is_not(monkeypatch) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait(30)
    names = [f"uvdive-{secrets.token_hex(8)}" for _ in range(4)]
    try:
        # The third is an image's label that tells of a process, the fourth tells of another container.
        makers = (
            f"{ended.pid} {names[0]}",
            f"{os.getpid()} {names[1]}",
            "99999999",
            f"{ended.pid} {names[0]}",
        )
        for name, maker in zip(names, makers, strict=True):
            command = ["docker", "create", f"--name={name}", f"--label=uvdive.local={maker}", "--pull=never"]
            subprocess.run([*command, "debian:trixie-slim", "true"], check=True, capture_output=True)
        found = [item for item in leftovers() if item.name in names]
        assert [item.name for item in found] == names[:1]
        remove_leftovers(tuple(found))
        assert not {item.name for item in leftovers()} & set(names)
    finally:
        subprocess.run(["docker", "rm", "--force", *names], capture_output=True, check=False)


def test_a_left_container_is_named_and_goes_with_a_yes(run, engine, monkeypatch) -> None:
    gone: list[object] = []
    left = (Leftover("uvdive-abc", "docker"),)
    monkeypatch.setattr("uvdive.build.leftovers.leftovers", lambda: left)
    monkeypatch.setattr("uvdive.build.leftovers.remove_leftovers", gone.append)
    assert "uvdive-abc is left of a run that was cut off" in run("clean").err
    assert gone == []
    assert "Removed 1 container." in run("clean", "-y").err
    assert gone == [left]


LABELS = {"uvdive.local": "99999999 uvdive-0123456789abcdef"}


@pytest.mark.parametrize(
    ("name", "labels", "maker"),
    [
        ("uvdive-0123456789abcdef", LABELS, 99999999),
        ("web", LABELS, None),
        ("uvdive-0123456789abcdee", LABELS, None),
        ("uvdive-0123456789abcdef", {"uvdive.local": "99999999"}, None),
        ("uvdive-0123456789abcdef", {"uvdive.local": "x uvdive-0123456789abcdef"}, None),
        ("uvdive-0123456789abcdef", {"uvdive.local": "9" * 30 + " uvdive-0123456789abcdef"}, None),
        ("uvdive-0123456789abcdef", {}, None),
    ],
)
def test_an_image_s_own_label_makes_no_container_ours(
    name: str, labels: dict[str, str], maker: int | None
) -> None:
    assert maker_of(name, labels) == maker


def test_folders_of_runs_that_were_cut_off_go_too(run, engine, tmp_path, monkeypatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("uvdive.build.images.list_images", tuple)
    monkeypatch.setattr("uvdive.build.leftovers.leftovers", tuple)
    ended = subprocess.Popen(["true"])
    ended.wait(30)
    noted = tmp_path / "elsewhere" / f"uvdive-timed-{ended.pid}-abc"
    noted.mkdir(parents=True)
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: ended.pid)
        remains.note(str(noted))
    left, used = f"uvdive-context-{ended.pid}-abc", f"uvdive-context-{os.getpid()}-abc"
    for name in (left, used, "uvdive-mine", f"other-{ended.pid}-abc"):
        (tmp_path / name).mkdir()
    (tmp_path / left / "out").symlink_to(tmp_path / "other")
    (tmp_path / f"uvdive-build-{ended.pid}-link").symlink_to(tmp_path / used)
    assert f"{left} is left of a run that was cut off" in run("clean").err
    assert (tmp_path / left).is_dir()
    assert f"{noted} is left of a run that was cut off" in run("clean").err
    assert "Removed 2 folders." in run("clean", "-y").err
    assert not (tmp_path / left).exists()
    assert not noted.exists()
    assert remains.left() == ()
    assert (tmp_path / used).is_dir()
    assert (tmp_path / "uvdive-mine").is_dir()


def test_the_next_start_tells_of_what_is_left_and_clean_forgets_it(run, session, monkeypatch) -> None:
    monkeypatch.setattr("uvdive.build.images.list_images", tuple)
    monkeypatch.setattr("uvdive.build.leftovers.leftovers", tuple)
    monkeypatch.setattr("uvdive.base.files.scratch.left_folders", tuple)
    assert "cut off" not in run("x.tar", "--report").err
    remains.note("uvdive-0123456789abcdef")
    remains.note("uvdive.local/x-1:again")
    monkeypatch.setattr("uvdive.base.files.remains.is_running", lambda _: False)
    offer = "A run that was cut off left uvdive-0123456789abcdef and 1 more: uvdive clean removes that."
    assert offer in run("x.tar", "--report").err
    assert run("x.tar", terminal=True).code == 0
    assert session.asked("app").notices == [offer]
    assert offer not in run("clean", "-y").err
    assert "cut off" not in run("x.tar", "--report").err


def test_nothing_to_clean_is_fine(run, monkeypatch) -> None:
    monkeypatch.setattr("uvdive.build.images.list_images", tuple)
    monkeypatch.setattr("uvdive.build.leftovers.leftovers", tuple)
    monkeypatch.setattr("uvdive.base.files.scratch.left_folders", tuple)
    ran = run("clean")
    assert ran.code == 0
    assert ran.out == ""


def test_without_an_engine_it_says_so(run, monkeypatch) -> None:
    def fail() -> tuple[BuiltImage, ...]:
        raise EngineError("No container engine answers.", "Start it.")

    monkeypatch.setattr("uvdive.build.images.list_images", fail)
    assert run("clean").code == 3
