"""The changes after which builds are timed: each changes just what it says, and the lock still fits."""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from made_images import hand_made
from made_images import layers as make

from uvdive.ledger.report import Component, ImageReport
from uvdive.session.proof.timed_changes import changes_of

EXAMPLE = Path(__file__).parents[2] / "data" / "projects" / "gunicorn"


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "context"
    shutil.copytree(EXAMPLE, folder)
    return folder


@pytest.fixture
def before(tmp_path: Path, context: Path) -> ImageReport:
    source = make.file("app/server.py", (context / "server.py").read_bytes())
    report = hand_made.image(tmp_path, "FROM python:3.13-slim\nCOPY server.py /app/\n", [source])
    parts = (("flask", 30), ("gunicorn", 20), ("click", 1), ("werkzeug", 2))
    found = tuple(
        Component("venv", name, "1", "distribution", "/app/.venv", size, size, 0) for name, size in parts
    )
    return replace(report, components=found)


def test_the_three_changes_of_a_project(context: Path, before: ImageReport) -> None:
    source, version, dependency = changes_of(context, before)
    assert [each.words for each in (source, version, dependency)] == [
        "server.py",
        "version 0.1.1",
        "without gunicorn",
    ]
    assert source.texts["server.py"].startswith((context / "server.py").read_bytes())
    bumped = {name: tomllib.loads(text.decode()) for name, text in version.texts.items()}
    assert bumped["pyproject.toml"]["project"]["version"] == "0.1.1"
    (web,) = [each for each in bumped["uv.lock"]["package"] if each["name"] == "web"]
    assert web["version"] == "0.1.1"
    assert [each["version"] for each in bumped["uv.lock"]["package"]].count("0.1.1") == 1
    less = {name: tomllib.loads(text.decode()) for name, text in dependency.texts.items()}
    assert less["pyproject.toml"]["project"]["dependencies"] == ["flask>=3.1"]
    (web,) = [each for each in less["uv.lock"]["package"] if each["name"] == "web"]
    assert [link["name"] for link in web["dependencies"]] == ["flask"]
    assert [link["name"] for link in web["metadata"]["requires-dist"]] == ["flask"]


def test_a_change_is_made_in_a_copy_and_taken_back(
    context: Path, before: ImageReport, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(context, copy)
    for change in changes_of(context, before):
        change.make(copy)
        assert any((copy / name).read_bytes() != (context / name).read_bytes() for name in change.texts)
        change.undo(copy, context)
        assert all((copy / name).read_bytes() == (context / name).read_bytes() for name in change.texts)


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ('version = "0.1.0"', 'version = "1!0.dev1"', ["source", "dependency"]),
        ('version = "0.1.0"', 'dynamic = ["version"]', ["source", "dependency"]),
        ('"gunicorn>=23"', '"gunicorn>=23", "gunicorn<99"', ["source", "version", "dependency"]),
        ("[project]", "no toml [", ["source"]),
    ],
)
def test_what_a_project_does_not_have_is_not_changed(
    context: Path, before: ImageReport, old: str, new: str, kinds: list[str]
) -> None:
    project = context / "pyproject.toml"
    project.write_text(project.read_text().replace(old, new))
    assert [each.kind for each in changes_of(context, before)] == kinds


def test_without_a_lock_only_the_source_changes(context: Path, before: ImageReport) -> None:
    (context / "uv.lock").unlink()
    assert [each.kind for each in changes_of(context, before)] == ["source"]


def test_a_link_is_not_followed_out_of_the_copy(context: Path, before: ImageReport, tmp_path: Path) -> None:
    (context / "pyproject.toml").rename(tmp_path / "pyproject.toml")
    (context / "pyproject.toml").symlink_to(tmp_path / "pyproject.toml")
    assert [each.kind for each in changes_of(context, before)] == ["source"]


@pytest.mark.parametrize(
    ("project", "lock"),
    [
        ('project = "web"\n', None),
        ('[project]\nname = "web"\nversion = 1\n', "version = 1\npackage = [1, {name = 2}]\n"),
        (None, 'version = 1\n[[package]]\nname = "web"\ndependencies = [1, {name = 2}, "flask"]\n'),
        (None, "package = 5\n"),
    ],
)
def test_files_of_another_shape_have_no_such_change(
    context: Path, before: ImageReport, project: str | None, lock: str | None
) -> None:
    for name, text in (("pyproject.toml", project), ("uv.lock", lock)):
        if text is not None:
            (context / name).write_text(text)
    assert "dependency" not in [change.kind for change in changes_of(context, before)]
