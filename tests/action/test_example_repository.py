"""`examples/ci` as its users have it: the hook by pre-commit, the Dockerfile by its text, the built image."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from composite import ROOT

EXAMPLE = ROOT / "examples" / "ci"
BIN = Path(sys.executable).parent
WHO = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false")


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *WHO, *arguments], cwd=folder, check=True, capture_output=True)


def repository(folder: Path) -> Path:
    """What lies in a folder as the only commit of a new repository."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message=All of it")
    return folder


@pytest.fixture
def example(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLE, tmp_path / "shop")
    return tmp_path / "shop"


def uvdive(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "uvdive", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_its_dockerfile_passes_by_its_text_and_needs_no_rewrite(example):
    ran = uvdive(example, "check", "--static", "--json")
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert (found["rules_file"], found["checked"][0]["outcome"]) == ("pyproject.toml", "unchanged")


@pytest.mark.engine
def test_its_image_keeps_its_budget_and_a_larger_one_does_not(example):
    name = f"uvdive-test/shop-{os.getpid()}"
    build = ["docker", "buildx", "build", "--load", "--quiet", "--provenance=false", "--tag"]
    try:
        subprocess.run([*build, f"{name}:1", "."], cwd=example, check=True, capture_output=True)
        first = uvdive(example, "check", f"{name}:1", "--dockerfile", "Dockerfile", "--save", "main.uvdive")
        assert first.returncode == 0, first.stdout + first.stderr
        with (example / "Dockerfile").open("a") as file:
            file.write("RUN head -c 5000000 /dev/urandom > /app/data\n")
        subprocess.run([*build, f"{name}:2", "."], cwd=example, check=True, capture_output=True)
        second = uvdive(
            example, "check", f"{name}:2", "--dockerfile", "Dockerfile", "--baseline", "main.uvdive"
        )
        assert second.returncode == 1
        assert "failed   max-growth: The growth since the baseline is +4.2 % (+5.0 MB)" in second.stdout
    finally:
        subprocess.run(["docker", "rmi", f"{name}:1", f"{name}:2"], capture_output=True, check=False)


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project as a repository that a pre-commit configuration may name."""
    folder = tmp_path_factory.mktemp("hooks") / "uvdive"
    folder.mkdir()
    for name in ("uvdive", "share"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, folder)
    return repository(folder)


@pytest.mark.once
def test_pre_commit_installs_the_hook_and_stops_a_commit_with_a_secret(example, hooks, tmp_path):
    config = example / ".pre-commit-config.yaml"
    text = config.read_text()
    config.write_text(text.replace("https://github.com/uvdive/uvdive", str(hooks)))
    assert config.read_text() != text
    repository(example)
    environ = os.environ | {"PRE_COMMIT_HOME": str(tmp_path / "home"), "PATH": f"{BIN}:{os.environ['PATH']}"}

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=example, env=environ, capture_output=True, text=True, check=False)

    assert run("pre-commit", "install").returncode == 0
    ran = run("pre-commit", "run", "--all-files")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "uvdive check" in ran.stdout
    assert "Passed" in ran.stdout
    with (example / "Dockerfile").open("a") as file:
        file.write("ENV API_TOKEN=hunter2-hunter2\n")
    commit = (
        "git",
        "-c",
        "user.name=Ann",
        "-c",
        "user.email=a@example.org",
        "commit",
        "--all",
        "--message=x",
    )
    stopped = run(*commit)
    assert stopped.returncode == 1
    assert "secrets-in-settings: API_TOKEN" in stopped.stdout + stopped.stderr
    assert "hunter2" not in stopped.stdout + stopped.stderr
    assert run("git", "log", "--oneline").stdout.count("\n") == 1
