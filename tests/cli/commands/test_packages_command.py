"""``uvdive packages``: an image's packages in each form."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from made_images.environments import distribution, environment

from uvdive.session.opening.options import ReadOptions


@pytest.fixture(autouse=True)
def place(session) -> None:
    place = environment(distribution("flask", 20_000, "jinja2"), distribution("jinja2", 30_000))
    session.report = replace(session.report, environments=(place,))


def test_it_prints_a_list_also_in_a_terminal(run, session) -> None:
    ran = run("packages", "some:image", terminal=True)
    assert (ran.code, session.names()) == (0, ["load"])
    assert "20.0 kB  50.0 kB  flask 1.0" in ran.out
    assert session.how["options"] == ReadOptions(look_in=Path())


def test_its_forms(run) -> None:
    assert json.loads(run("packages", "some:image", "--json").out)["schema"] == "uvdive.packages/1"
    assert "    jinja2 1.0" not in run("packages", "some:image").out
    assert "  jinja2 1.0" in run("packages", "some:image", "--tree").out
    assert "| 20.0 kB | 50.0 kB | flask 1.0 |" in run("packages", "some:image", "--markdown").out
    assert "19.5 KiB" in run("packages", "some:image", "--units", "binary").out
    assert "can't both" in run("packages", "some:image", "--json", "--markdown").err


def test_a_dockerfile_is_built_first(run, session, project: Path) -> None:
    assert run("packages", str(project)).code == 0
    assert session.names() == ["build", "load"]


def test_without_a_target_it_says_so(run) -> None:
    assert run("packages").code == 2
