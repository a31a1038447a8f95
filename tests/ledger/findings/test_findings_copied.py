"""What is said about things that COPY brought along."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import hand_made as hand
from made_images import layers as make

FLASK = ("flask", {"flask/__init__.py": 90_000})
COPY_ALL = "FROM python:3.13-slim\nWORKDIR /app\nCOPY . ."
HOST = hand.venv("app/.venv", FLASK, python="/Users/me/.local/bin/python3.13")
SYNCED = hand.venv("app/.venv", FLASK)
SYNC_FIRST = "FROM python:3.13-slim\nRUN uv sync --no-cache\nCOPY . /app"


@pytest.mark.parametrize("known", [True, False])
def test_the_hosts_environment_over_the_images(known: bool, tmp_path: Path) -> None:
    report = hand.image(tmp_path, SYNC_FIRST, SYNCED, HOST, known=known)
    finding = hand.found(report, "host-environment-copied")
    assert finding.paths == ("/app/.venv",)
    assert finding.line == (3 if known else None)
    assert finding.bytes == report.layers[-1].owners["venv"], "the whole layer is the environment"


@pytest.mark.parametrize("known", [True, False])
def test_the_hosts_environment_alone(known: bool, tmp_path: Path) -> None:
    assert "host-environment-copied" in hand.ids(hand.image(tmp_path, COPY_ALL, HOST, known=known))


def test_one_that_was_copied_on_purpose_is_the_hosts_all_the_same(tmp_path: Path) -> None:
    dockerfile = "FROM python:3.13-slim\nCOPY .venv /app/.venv"
    assert hand.ids(hand.image(tmp_path, dockerfile, SYNCED)) == {"host-environment-copied"}


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("source", ["/app", "/app/.venv"])
def test_an_environment_of_another_stage(source: str, known: bool, tmp_path: Path) -> None:
    target = source
    dockerfile = f"FROM x AS builder\nFROM python:3.13-slim\nCOPY --from=builder {source} {target}"
    assert hand.image(tmp_path, dockerfile, SYNCED, known=known).findings == ()


def test_one_that_a_run_made_beside_what_was_copied(tmp_path: Path) -> None:
    dockerfile = "FROM python:3.13-slim\nCOPY . /app\nRUN uv sync --no-cache"
    report = hand.image(tmp_path, dockerfile, [make.file("app/main.py", b"1\n")], SYNCED)
    assert report.findings == ()


@pytest.mark.parametrize(
    "path",
    [
        "app/.env",
        "app/.env.production",
        "app/.env.local",
        "root/.netrc",
        "root/.pypirc",
        "root/.ssh/id_ed25519",
        "app/id_rsa",
        "root/.git-credentials",
        "root/.aws/credentials",
        "root/.docker/config.json",
        "root/.kube/config",
        "app/.npmrc",
        "app/key.pem",
        "app/certs/tls.key",
        "app/client.p12",
    ],
)
def test_a_secret(path: str, tmp_path: Path) -> None:
    finding = hand.found(hand.image(tmp_path, COPY_ALL, [make.file(path, b"token=x\n")]), "secrets-in-image")
    assert (finding.paths, finding.bytes, finding.line, finding.severity) == ((f"/{path}",), 8, 3, "high")
    assert "remove them" not in finding.title


@pytest.mark.parametrize(
    "entry",
    [
        make.file("app/.env.example", b"token=\n"),
        make.file("app/.env.sample", b"token=\n"),
        make.file("app/.env.local.template", b"token=\n"),
        make.file("app/env", b"token=\n"),
        make.file("app/.envrc", b"use flake\n"),
        make.file("app/.env"),
        make.folder("app/.env"),
        make.file("root/.ssh/id_rsa.pub", b"ssh-rsa x\n"),
        make.file("app/credentials", b"x\n"),
        make.file("app/ca.pem", b"x\n"),
        make.file("app/public.key", b"x\n"),
        make.file("app/config.json", b"{}\n"),
        make.file("app/node_modules/dotenv/.env", b"A=1\n"),
        make.file("app/.venv/lib/python3.13/site-packages/x/.env", b"A=1\n"),
    ],
)
def test_what_is_no_secret(entry: make.Entry, tmp_path: Path) -> None:
    assert hand.image(tmp_path, COPY_ALL, [entry]).findings == ()


def test_a_secret_that_a_later_layer_removes_can_still_be_read(tmp_path: Path) -> None:
    dockerfile = f"{COPY_ALL}\nRUN rm .env"
    report = hand.image(
        tmp_path, dockerfile, [make.file("app/.env", b"token=x\n")], [make.whiteout("app/.env")]
    )
    assert "later ones remove them" in hand.found(report, "secrets-in-image").title


def test_a_secret_of_the_base(tmp_path: Path) -> None:
    base = [*hand.BASE, make.file("root/.netrc", b"x\n")]
    assert hand.image(tmp_path, COPY_ALL, [make.file("app/a", b"1")], base=base).findings == ()


def test_a_repositorys_history(tmp_path: Path) -> None:
    git = [
        make.file("app/.git/HEAD", b"ref: refs/heads/main\n"),
        make.file("app/.git/objects/pack/a.pack", bytes(1_200_000)),
        make.file("app/main.py", b"1\n"),
    ]
    finding = hand.found(hand.image(tmp_path, COPY_ALL, git), "git-folder-in-image")
    assert (finding.bytes, finding.paths, finding.line) == (1_200_021, ("/app/.git",), 3)
    removed = hand.image(tmp_path, f"{COPY_ALL}\nRUN rm -rf .git", git, [make.whiteout("app/.git")])
    assert hand.ids(removed) == {"deleted-later"}


@pytest.mark.parametrize(("count", "severity"), [(10_000_000, "high"), (9_999_999, "medium")])
def test_a_history_of_10_mb_is_much(count: int, severity: str, tmp_path: Path) -> None:
    git = [make.file("app/.git/HEAD", b"ref\n"), make.file("app/.git/a.pack", bytes(count - 4))]
    finding = hand.found(hand.image(tmp_path, COPY_ALL, git), "git-folder-in-image")
    assert (finding.bytes, finding.severity) == (count, severity)


@pytest.mark.parametrize(
    "entry",
    [make.file("app/.gitignore", b"x\n"), make.file("app/.git", b"gitdir: ../x\n"), make.folder("app/.git")],
)
def test_what_is_no_history(entry: make.Entry, tmp_path: Path) -> None:
    assert hand.image(tmp_path, COPY_ALL, [entry]).findings == ()
