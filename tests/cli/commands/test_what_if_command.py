"""``uvdive what-if``: what is said to change, and each form of the answer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from made_images.environments import asks, distribution, environment

from uvdive.ledger.report import Component


@pytest.fixture(autouse=True)
def place(session) -> None:
    place = environment(
        distribution("flask", 20_000, "jinja2"),
        distribution("jinja2", 30_000),
        asks=(asks("shop", None, "flask"), asks("shop", "extra:fast", "loop")),
    )
    parts = tuple(
        Component("venv", item.name, "1.0", "distribution", place.path, item.bytes, item.bytes, 0)
        for item in place.distributions
    )
    session.report = replace(session.report, environments=(place,), components=parts)


def test_its_forms(run, session) -> None:
    ran = run("what-if", "some:image", "--without", "flask", terminal=True)
    assert (ran.code, session.names()) == (0, ["load"])
    assert "71.6 kB now, 21.6 kB predicted (-50.0 kB, 69.8 %)" in ran.out
    data = json.loads(run("what-if", "some:image", "--without=jinja2", "--json").out)
    assert data["stays"] == [{"environment": "/app/.venv", "name": "jinja2", "held_by": ["flask"]}]
    assert "| gone |" in run("what-if", "some:image", "--without", "flask", "--markdown").out


def test_it_wants_to_know_what_changes(run) -> None:
    assert "Nothing was said to change." in run("what-if", "some:image").err
    assert "no package nope" in run("what-if", "some:image", "--without", "nope").err
    assert "no group dev" in run("what-if", "some:image", "--without-group", "dev").err


def test_the_lock_beside_the_dockerfile_tells_of_an_extra(run, project: Path) -> None:
    (project / "uv.lock").write_text(
        'version = 1\n[[package]]\nname = "shop"\nsource = { virtual = "." }\n'
        '[package.optional-dependencies]\nfast = [{ name = "loop" }]\n'
        '[[package]]\nname = "loop"\nversion = "2.1"\n'
        'wheels = [{ url = "https://x.example/loop-2.1-py3-none-any.whl", size = 4000 }]\n'
    )
    assert "4.0 kB to load  loop 2.1" in run("what-if", str(project), "--extra", "fast").out
    (project / "uv.lock").unlink()
    assert "size not known  loop" in run("what-if", str(project), "--extra", "fast").out
