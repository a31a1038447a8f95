import os
from pathlib import Path

import pytest

from uvdive.base.errors import EngineError
from uvdive.image.reference import parse_target
from uvdive.session import picking
from uvdive.session.picking import choices, find_choices


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
