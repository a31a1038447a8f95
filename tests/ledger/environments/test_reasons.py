"""Which extra or group a package is there for, where several ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import hand_made as hand
from made_images import layers as make

from uvdive.ledger.environments.lockfile import parse_lock, parse_project
from uvdive.ledger.environments.reasons import NOTHING, Asked, asked_extras, explain

LOCK = b"""
[[package]]
name = "app"
source = { virtual = "." }
dependencies = [{ name = "flask" }]
[package.optional-dependencies]
dev = [{ name = "pytest" }]
server = [{ name = "gunicorn" }, { name = "packaging" }]
test = [{ name = "pytest" }, { name = "httpx" }]
[package.dev-dependencies]
dev = [{ name = "pytest" }, { name = "ruff" }, { name = "pywin32", marker = "sys_platform == 'win32'" }]
docs = [{ name = "sphinx" }, { name = "packaging" }]
empty = []
[[package]]
name = "pytest"
dependencies = [{ name = "pluggy" }]
"""


def groups(installed: str, asked: Asked = NOTHING) -> dict[str, str | None]:
    lock = parse_lock(LOCK)
    assert lock is not None
    return {name: reason.group for name, reason in explain(lock, installed.split(), asked).items()}


def test_what_a_synced_group_brought_is_not_an_extras_of_the_same_name() -> None:
    assert groups("flask pytest pluggy ruff") == {
        "flask": None,
        "pytest": "dev",
        "pluggy": "dev",
        "ruff": "dev",
    }


def test_an_extra_that_an_instruction_names_comes_before_groups() -> None:
    for asked in (Asked(frozenset({"dev"})), Asked(every=True)):
        assert groups("flask pytest pluggy ruff", asked)["pytest"] == "extra:dev"
    assert groups("flask pytest pluggy ruff", Asked(frozenset({"server"})))["pytest"] == "dev"


def test_an_extra_is_proved_by_a_package_that_only_it_asks_for() -> None:
    found = groups("flask pytest pluggy ruff httpx gunicorn packaging")
    assert (found["httpx"], found["pytest"], found["pluggy"]) == ("extra:test", "extra:test", "extra:test")
    assert (found["gunicorn"], found["packaging"]) == ("extra:server", "extra:server")
    assert found["ruff"] == "dev"


def test_a_group_that_is_not_all_there_does_not_come_before_an_extra_that_is() -> None:
    assert groups("flask pytest pluggy") == {"flask": None, "pytest": "extra:dev", "pluggy": "extra:dev"}


def test_a_project_file_tells_the_same() -> None:
    lock = parse_project(b"""
[project]
name = "app"
[project.optional-dependencies]
dev = ["pytest"]
[dependency-groups]
dev = ["pytest", "ruff", "pywin32; sys_platform == 'win32'"]
empty = []
""")
    assert lock is not None
    found = explain(lock, ["pytest", "ruff"])
    assert {name: reason.group for name, reason in found.items()} == {"pytest": "dev", "ruff": "dev"}


@pytest.mark.parametrize(
    ("text", "extras"),
    [
        ("RUN uv sync --extra Dev_Tools --extra=gpu", {"dev-tools", "gpu"}),
        ('RUN uv sync --extra "gpu"', {"gpu"}),
        ("RUN uv sync --extra \\\n  gpu", {"gpu"}),
        ("RUN uv pip install -e '.[dev, gpu]'", {"dev", "gpu"}),
        ("RUN pip install ./dist/app-1.whl[gpu]", {"gpu"}),
        ("RUN |1 EXTRA=gpu /bin/sh -c uv sync --extra ${EXTRA} # buildkit", {"gpu"}),
        ("RUN uv sync --extra $EXTRA", set()),
        ("RUN uv sync --extra-index-url https://example.org/simple", set()),
        ('CMD ["uv", "run", "app"]', set()),
        ("RUN [ -f x ] && uv sync --no-dev", set()),
    ],
)
def test_what_instructions_ask_for(text: str, extras: set[str]) -> None:
    asked = asked_extras([text])
    assert (asked.extras, asked.every) == (frozenset(extras), False)
    assert all(asked.has(extra) for extra in extras)


def test_all_extras_are_every_one() -> None:
    assert asked_extras(["FROM x", "RUN uv sync --frozen --all-extras"]).has("whatever")


@pytest.mark.parametrize(
    ("command", "group"),
    [("uv sync --frozen", "dev"), ("uv sync --frozen --no-dev --extra dev", "extra:dev")],
)
def test_the_images_instructions_are_heard(command: str, group: str, tmp_path: Path) -> None:
    packages = [(name, {f"{name}/__init__.py": 20_000}) for name in ("flask", "pytest", "pluggy", "ruff")]
    entries = [*hand.venv("app/.venv", *packages), make.file("app/uv.lock", LOCK)]
    report = hand.image(tmp_path, f"FROM python:3.13-slim\nRUN {command}", entries)
    found = {item.name: item.group for item in report.environments[0].distributions}
    assert found["pytest"] == group
    assert ("dev-group-in-image" in hand.ids(report)) == (found["ruff"] == "dev")


def test_a_stage_that_is_left_behind_is_heard_where_the_dockerfile_is_known(tmp_path: Path) -> None:
    packages = [(name, {f"{name}/__init__.py": 20_000}) for name in ("flask", "pytest", "pluggy", "ruff")]
    entries = [*hand.venv("app/.venv", *packages), make.file("app/uv.lock", LOCK)]
    dockerfile = (
        "FROM python:3.13-slim AS build\nRUN uv sync --extra dev\n"
        "FROM python:3.13-slim\nCOPY --from=build /app /app"
    )
    for known, group in ((True, "extra:dev"), (False, "dev")):
        report = hand.image(tmp_path, dockerfile, entries, known=known)
        found = {item.name: item.group for item in report.environments[0].distributions}
        assert found["pytest"] == group
