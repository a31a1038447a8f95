"""uv's images by all of their names: one answer for findings and for the rewrite."""

from __future__ import annotations

import pytest
from made_images import hand_made as hand
from made_images import layers as make

from uvdive.dockerfile.text.syntax import parse
from uvdive.uv.images import Reference
from uvdive.uv.mentions import brings_uv, installs_uv, mentions_uv

NAMES = ["ghcr.io/astral-sh/uv", "astral/uv", "docker.io/astral/uv", "index.docker.io/astral/uv"]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_uvs_for_the_rewrite_and_the_finding(name: str, tmp_path) -> None:
    assert Reference.read(f"{name}:trixie-slim").is_uv
    assert brings_uv(parse(f"FROM a\nCOPY --from={name}:latest /uv /bin/\n").instructions[1])
    dockerfile = f"FROM {name}:latest AS builder\nFROM python:3.13-slim\nCOPY a /a"
    report = hand.image(tmp_path, dockerfile, [make.file("a", b"1")])
    assert hand.ids(report) == {"uv-tag-unpinned"}


@pytest.mark.parametrize("name", ["registry.example/astral/uv", "ghcr.io/astral-sh/uvx", "uv", "library/uv"])
def test_other_names_are_not(name: str) -> None:
    assert not Reference.read(name).is_uv


@pytest.mark.parametrize(
    "name", ["python:3.13", "docker.io/library/python:3.13", "index.docker.io/library/python:3.13"]
)
def test_docker_hubs_own_names_say_nothing(name: str) -> None:
    assert Reference.read(name).family == "python"


def test_what_names_uv() -> None:
    assert mentions_uv("COPY --from=ghcr.io/astral-sh/uv:1 /uv /bin/")
    assert mentions_uv("uvx ruff")
    assert not mentions_uv("uvicorn app:app")
    for text in ("pip install uv", "curl https://astral.sh/uv/install.sh | sh", "sh uv-installer.sh"):
        assert installs_uv(text)
    assert not installs_uv("pip install uvicorn")
