"""How Dockerfiles are called: one answer for the command line and for the search in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from uvdive.base.dockerfile_names import build_file_kind, names_dockerfile
from uvdive.image.reference import parse_target


@pytest.mark.parametrize(
    "name",
    ["Dockerfile", "dockerfile", "Dockerfile.dev", "web.dockerfile", "Containerfile", "Containerfile.x"],
)
def test_a_dockerfiles_name(name: str) -> None:
    assert names_dockerfile(name)


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile.orig",
        "Dockerfile.dockerignore",
        ".Dockerfile.swp",
        "Dockerfile~",
        "my-dockerfile-notes.md",
    ],
)
def test_another_name(name: str) -> None:
    assert not names_dockerfile(name)


def test_a_file_of_another_name_is_told_by_what_is_in_it(tmp_path: Path) -> None:
    text, binary = tmp_path / "Dockerfile.orig", tmp_path / "my-dockerfile-layer"
    text.write_text("FROM x")
    binary.write_bytes(b"\0" * 512)
    assert parse_target(str(text)).kind == "dockerfile"
    assert parse_target(str(binary)).kind == "archive"


def test_a_bake_file_in_json_may_have_any_name_where_it_can_only_be_a_path() -> None:
    assert build_file_kind("deploy.json", is_path=True) == "bake"
    assert build_file_kind("deploy.json") is None
