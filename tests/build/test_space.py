from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from uvdive.base.errors import BuildError
from uvdive.build import space
from uvdive.build.events import BuildRequest
from uvdive.session.proof.building import build_image

ROOT = "/var/lib/engine"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """An engine with 2 GB left; ``name`` is its machine's."""
    told = SimpleNamespace(name="here", free=2_000_000_000, asked=[])

    @contextmanager
    def client(_engine: object = None) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(info=lambda: {"DockerRootDir": ROOT, "Name": told.name})

    def usage(path: Path) -> SimpleNamespace:
        told.asked.append(str(path))
        return SimpleNamespace(free=told.free)

    monkeypatch.setattr(space, "engine_client", client)
    monkeypatch.setattr(space, "build_source", lambda: "docker")
    monkeypatch.setattr(space.platform, "node", lambda: "here")
    monkeypatch.setattr(shutil, "disk_usage", usage)
    return told


def test_enough_room_is_no_error(engine: SimpleNamespace) -> None:
    space.check_space(1_000_000_000)
    assert engine.asked == [ROOT]


def test_too_little_room_says_where_and_how_much(engine: SimpleNamespace) -> None:
    with pytest.raises(BuildError) as caught:
        space.check_space(1_900_000_000)
    assert "2.0 GB left in /var/lib/engine; the build needs about 2.4 GB" in caught.value.what
    assert "docker builder prune" in caught.value.do


def test_an_engine_on_another_machine_is_not_judged_by_this_ones_disk(engine: SimpleNamespace) -> None:
    engine.name, engine.free = "docker-desktop", 0
    space.check_space(1_000_000_000)
    assert engine.asked == []


def test_a_folder_that_may_not_be_seen_is_no_error(
    engine: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(path: Path) -> SimpleNamespace:
        raise PermissionError

    monkeypatch.setattr(shutil, "disk_usage", denied)
    space.check_space(1_000_000_000)


def test_nothing_is_built_without_room(engine: SimpleNamespace, tmp_path: Path) -> None:
    engine.free = 1_000_000
    with pytest.raises(BuildError, match="left in"):
        build_image(BuildRequest(tmp_path))
