"""What is said about secrets in the image's settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import hand_made as hand
from made_images import layers as make

NAME = "secrets-in-settings"
APP = [make.file("app/main.py", b"1\n")]


def look(folder: Path, lines: str = "", *, known: bool = True, **config: object) -> set[str]:
    dockerfile = f"FROM python:3.13-slim\n{lines}COPY . /app"
    return hand.ids(hand.image(folder, dockerfile, APP, config=config, known=known))


@pytest.mark.parametrize(
    "entry",
    [
        "API_TOKEN=a1b2c3",
        "DB_PASSWORD=hunter2",
        "PIN=482913",
        "KEY=a1b2c3d4e5",
        "DATABASE_URL=postgres://u:hunter2@db/x",
        "X=ghp_" + "a1B2" * 9,
    ],
)
def test_a_variable_that_looks_like_a_secret(entry: str, tmp_path: Path) -> None:
    report = hand.image(tmp_path, "FROM python:3.13-slim\nCOPY . /app", APP, config={"Env": [entry]})
    found = hand.found(report, NAME)
    assert (found.severity, found.bytes) == ("high", 0)
    assert found.title.startswith(entry.partition("=")[0])
    assert entry.partition("=")[2] not in found.title + found.advice


def test_a_label_too(tmp_path: Path) -> None:
    assert NAME in look(tmp_path, Labels={"api_key": "a1b2c3"})


def test_a_build_argument_in_an_innocent_variable(tmp_path: Path) -> None:
    lines = "ARG GITHUB_TOKEN\nENV GH=${GITHUB_TOKEN}\n"
    report = hand.image(
        tmp_path, f"FROM python:3.13-slim\n{lines}COPY . /app", APP, config={"Env": ["GH=hunter2hunter2"]}
    )
    found = hand.found(report, NAME)
    assert found.title == "GH in the image's settings looks like a secret"
    assert found.line == 3


@pytest.mark.parametrize(
    "entry",
    [
        "PATH=/usr/bin",
        "API_TOKEN=",
        "API_TOKEN=changeme",
        "API_TOKEN_FILE=/run/secrets/token",
        "GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305",
        "PYTHON_SHA256=" + "ab" * 32,
        "PRIMARY_KEY=id",
        "PIN_MEMORY=true",
        "SALT_VERSION=3006",
    ],
)
def test_what_is_none(entry: str, tmp_path: Path) -> None:
    assert NAME not in look(tmp_path, Env=[entry])


def test_an_argument_that_nobody_gave_leaves_nothing(tmp_path: Path) -> None:
    assert NAME not in look(tmp_path, "ARG GITHUB_TOKEN\nENV GH=${GITHUB_TOKEN}\n", Env=["GH="])
