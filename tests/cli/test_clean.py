from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable

import pytest

from uvdive.base.errors import EngineError
from uvdive.build.images import BuiltImage, Removal
from uvdive.build.leftovers import Leftover, leftovers, remove_leftovers

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
    names = [f"uvdive-test-{os.getpid()}-{number}" for number in (1, 2)]
    try:
        for name, maker in zip(names, (ended.pid, os.getpid()), strict=True):
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


def test_nothing_to_clean_is_fine(run, monkeypatch) -> None:
    monkeypatch.setattr("uvdive.build.images.list_images", tuple)
    monkeypatch.setattr("uvdive.build.leftovers.leftovers", tuple)
    ran = run("clean")
    assert ran.code == 0
    assert ran.out == ""


def test_without_an_engine_it_says_so(run, monkeypatch) -> None:
    def fail() -> tuple[BuiltImage, ...]:
        raise EngineError("No container engine answers.", "Start it.")

    monkeypatch.setattr("uvdive.build.images.list_images", fail)
    assert run("clean").code == 3
