import os
from dataclasses import replace
from pathlib import Path

import pytest

from uvdive.base.errors import EngineError
from uvdive.image.engine.engine import LocalImage
from uvdive.image.reaching.address import Endpoint
from uvdive.image.reference import parse_target
from uvdive.session.opening import picking
from uvdive.session.opening.picking import choices, find_choices


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    names = (
        "image.tar", "small.tar.zst", "kept.uvdive", "Dockerfile", "dev.Dockerfile", "Containerfile",
        "Dockerfile.dockerignore", "Dockerfile.orig", "notes.txt", "docker file.tar",
    )  # fmt: skip
    for name in names:
        (tmp_path / name).write_text("x")
    (tmp_path / "layout").mkdir()
    (tmp_path / "layout" / "oci-layout").write_text("{}")
    (tmp_path / "other").mkdir()
    os.mkfifo(tmp_path / "pipe.tar")
    return tmp_path


def test_files_that_can_be_opened_are_found_without_an_engine(folder, monkeypatch):
    def no_engine(_endpoint):
        raise EngineError("No container engine answers.")

    monkeypatch.setattr(picking, "Engine", no_engine)
    found = find_choices(folder, on_event=lambda _event: None)
    assert isinstance(found.problem, EngineError)
    assert [(choice.kind, choice.name) for choice in found.found] == [
        ("Dockerfile", "./Containerfile"),
        ("Dockerfile", "./Dockerfile"),
        ("Dockerfile", "./dev.Dockerfile"),
        ("archive", "./docker file.tar"),
        ("archive", "./image.tar"),
        ("report", "./kept.uvdive"),
        ("layout", "./layout"),
        ("archive", "./small.tar.zst"),
    ]
    assert {choice.size for choice in found.found} == {1, None}


def test_every_choice_is_a_target_of_its_kind(folder):
    kinds = {"archive": "archive", "report": "report", "layout": "oci", "Dockerfile": "dockerfile"}
    for choice in picking._files(folder):
        assert parse_target(choice.target).kind == kinds[choice.kind]


@pytest.mark.engine
def test_the_engines_images_come_with_size_and_age(seed_image, tmp_path):
    found = {choice.name: choice for choice in choices(tmp_path).found}
    choice = found[seed_image]
    assert parse_target(choice.target).value == seed_image
    assert choice.kind == "image"
    assert choice.size > 100_000_000
    assert choice.created > 1_500_000_000


def engines(monkeypatch, **images):
    """Engines by their socket's name; an exception is raised."""

    class Engine:
        def __init__(self, endpoint):
            self.endpoint = endpoint

        def local_images(self):
            found = images[self.endpoint.url]
            if isinstance(found, Exception):
                raise found
            return found

    monkeypatch.setattr(picking, "Engine", Engine)
    monkeypatch.setattr(picking, "docker_endpoint", lambda: Endpoint("docker", "x"))
    monkeypatch.setattr(picking, "podman_endpoint", lambda: Endpoint("podman", "x"))
    monkeypatch.setattr(picking, "is_there", lambda endpoint: endpoint.url in images)


BASE = LocalImage("sha256:1", ("base:1", "base:2"), ("a", "b"), 10, 1)
APP = LocalImage("sha256:2", ("app:1",), ("a", "b", "c"), 12, 2)
OWN = LocalImage("sha256:3", ("uvdive.local/app-1:after",), ("d",), 5, 3)


def test_podmans_images_stand_beside_dockers_and_uvdives_own_apart(tmp_path, monkeypatch):
    engines(monkeypatch, docker=(BASE, APP, OWN), podman=(replace(APP, names=("pod:1",)),))
    found = find_choices(tmp_path, on_event=lambda _event: None)
    assert found.problem is None
    assert [(choice.kind, choice.target, choice.layers) for choice in found.found] == [
        ("image", "docker://base:1", (2, 2)),
        ("image", "docker://base:2", (2, 2)),
        ("image", "docker://app:1", (2, 3)),
        ("by uvdive", "docker://uvdive.local/app-1:after", (0, 1)),
        ("podman", "podman://pod:1", (0, 3)),
    ]


def test_one_engine_is_enough_and_no_podman_is_no_problem(tmp_path, monkeypatch):
    away = EngineError("No container engine answers.")
    engines(monkeypatch, docker=away, podman=(APP,))
    found = find_choices(tmp_path, on_event=lambda _event: None)
    # Docker is there and does not answer: that is said, though podman has images.
    assert ([choice.target for choice in found.found], found.problem) == (["podman://app:1"], away)
    monkeypatch.setattr(picking, "DOCKER_SOCKET", "docker")
    assert find_choices(tmp_path, on_event=lambda _event: None).problem is away
    monkeypatch.setattr(picking, "is_there", lambda endpoint: endpoint.url != "docker")
    assert find_choices(tmp_path, on_event=lambda _event: None).problem is None
    engines(monkeypatch, docker=(APP,), podman=away)
    found = find_choices(tmp_path, on_event=lambda _event: None)
    assert ([choice.target for choice in found.found], found.problem) == (["docker://app:1"], None)
    engines(monkeypatch, docker=away)
    assert find_choices(tmp_path, on_event=lambda _event: None).problem is away


def test_podman_behind_dockers_address_is_not_listed_twice(tmp_path, monkeypatch):
    engines(monkeypatch, docker=(APP,))
    monkeypatch.setattr(picking, "podman_endpoint", lambda: Endpoint("docker", "y"))
    found = find_choices(tmp_path, on_event=lambda _event: None)
    assert [choice.target for choice in found.found] == ["docker://app:1"]
