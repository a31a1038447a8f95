"""Compose and Bake files on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from uvdive.base.errors import ExitCode
from uvdive.image.reference import Target, parse_build_file, parse_target

COMPOSE = """\
services:
  web:
    build:
      context: ${WHERE:-app}
      args: [A=1]
      target: final
    command: uv run x
  db:
    image: postgres
"""


@pytest.fixture
def compose(project: Path) -> Path:
    """The current folder, with a compose file whose service is built in another folder."""
    (project / "app").mkdir()
    (project / "app" / "Dockerfile").write_text("FROM old\n")
    (project / "compose.yaml").write_text(COMPOSE)
    return project


def test_rewrite_takes_everything_from_the_service(run, session, compose):
    ran = run("rewrite", "compose.yaml", "--static", "--", "--build-arg", "A=2")
    assert ran.code == ExitCode.DONE
    assert "compose.yaml, service web: app/Dockerfile" in ran.err
    ((name, asked),) = session.calls
    assert (name, asked.context, asked.recipe.name) == ("plan", Path("app"), "web")
    # What the user gives comes last, and so holds.
    assert asked.build_args == ("--build-arg", "A=1", "--target", "final", "--build-arg", "A=2")


def test_the_service_s_build_and_start_are_proven(run, session, compose):
    ran = run("rewrite", "compose.yaml:web", "--verify", "--start")
    assert ran.code == ExitCode.DONE
    asked = dict(session.calls)
    assert asked["build"].args == ("--build-arg", "A=1", "--target", "final")
    assert asked["build"].dockerfile == Path("app/Dockerfile")
    assert asked["prove"].build_args == asked["build"].args
    assert asked["prove"].recipe.start.command == ("uv", "run", "x")


@pytest.mark.parametrize(
    "argv", [["-f", "compose.yaml"], ["-f", "compose.yaml", "web"], ["-fcompose.yaml:web"]]
)
def test_build_takes_a_service(run, session, compose, argv):
    assert run("build", *argv, "--no-cache", "-t", "x:1", "--report").code == ExitCode.DONE
    request = dict(session.calls)["build"]
    assert (request.context, request.dockerfile) == (Path("app"), Path("app/Dockerfile"))
    assert request.args == ("--build-arg", "A=1", "--target", "final", "--no-cache", "--tag", "x:1")


def test_build_takes_one_service(run, session, compose):
    assert "given: web, db" in run("build", "-f", "compose.yaml:web", "db").err
    assert "has no `build`" in run("build", "-f", "compose.yaml", "db").err
    assert not session.calls


def test_the_app_opens_what_a_service_builds(run, session, compose):
    assert run("compose.yaml", terminal=True).code == ExitCode.DONE
    ((name, asked),) = session.calls
    assert (name, asked.target) == ("app", "compose.yaml, service web")
    assert (asked.dockerfile, asked.context) == (Path("app/Dockerfile"), Path("app"))
    assert (asked.build_args[:2], asked.recipe.name) == (("--build-arg", "A=1"), "web")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["rewrite", "compose.yaml:no"], "has no service no. Its services: web, db."),
        (["rewrite", "compose.yaml", "--context", "app"], "compose.yaml names the context itself."),
        (["rewrite", "gone.yaml"], "gone.yaml cannot be read"),
        (["docker-bake.json"], "docker-bake.json cannot be read"),
        (["compose.yaml:db"], "has no `build`: it runs postgres. Look into that image: uvdive postgres"),
        (
            ["rewrite", "sub"],
            "There is no Dockerfile at sub/Dockerfile. Or name what says how it is built: sub/",
        ),
    ],
)
def test_what_does_not_work_is_told(run, session, compose, argv, words):
    (compose / "sub").mkdir()
    (compose / "sub" / "docker-compose.yml").write_text(COMPOSE)
    ran = run(*argv)
    assert ran.code == ExitCode.USAGE
    assert words in ran.err.replace("\n", " ")
    assert not session.calls


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("compose.yaml", Target("compose", "compose.yaml")),
        ("docker-compose.dev.yml:web", Target("compose", "docker-compose.dev.yml", "web")),
        ("docker-bake.hcl:a", Target("bake", "docker-bake.hcl", "a")),
        ("docker-bake.override.json", Target("bake", "docker-bake.override.json")),
        ("compose:x:y", Target("compose", "x:y")),
        ("./stack.yml:web", Target("compose", "./stack.yml", "web")),
        ("stack.yml:web", Target("docker", "stack.yml:web")),
        ("./gone.yml", Target("docker", "./gone.yml")),
        ("compose", Target("docker", "compose")),
    ],
)
def test_what_names_a_build_file(project, text, expected):
    (project / "stack.yml").write_text(COMPOSE)
    found = parse_target(text)
    assert (found.kind, found.value, found.tag) == (expected.kind, expected.value, expected.tag)


def test_what_can_only_be_a_path_is_told_by_its_suffix(project):
    assert parse_build_file("stack.yml:web", is_path=True) == Target("compose", "stack.yml", "web")
    assert parse_build_file("a/b.hcl", is_path=True) == Target("bake", "a/b.hcl")
    assert parse_build_file("Dockerfile", is_path=True) is None
    (project / "folder.yaml").mkdir()
    assert parse_build_file("folder.yaml", is_path=True) is None
