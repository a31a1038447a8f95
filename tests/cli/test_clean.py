from __future__ import annotations

from collections.abc import Iterable

import pytest

from uvdive.base.errors import EngineError
from uvdive.build.images import BuiltImage, Removal

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


def test_nothing_to_clean_is_fine(run, monkeypatch) -> None:
    monkeypatch.setattr("uvdive.build.images.list_images", tuple)
    ran = run("clean")
    assert ran.code == 0
    assert ran.out == ""


def test_without_an_engine_it_says_so(run, monkeypatch) -> None:
    def fail() -> tuple[BuiltImage, ...]:
        raise EngineError("No container engine answers.", "Start it.")

    monkeypatch.setattr("uvdive.build.images.list_images", fail)
    assert run("clean").code == 3
