"""The wheel installs as a tool of its own and runs outside the checkout, without an engine."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

Run = Callable[..., subprocess.CompletedProcess[str]]


def _run(*command: str, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done = _run("uv", "build", "--quiet", "--wheel", "-o", str(folder), cwd=ROOT, env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """``uv tool install`` into an empty place, with the versions of the lock file."""
    home = tmp_path_factory.mktemp("tools")
    outside = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))
    }
    env = outside | {"UV_TOOL_DIR": str(home / "tools"), "UV_TOOL_BIN_DIR": str(home / "bin")}
    pins = home / "pins.txt"
    export = ["uv", "export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes"]
    assert _run(*export, "-o", str(pins), cwd=ROOT, env=env).returncode == 0
    done = _run("uv", "tool", "install", "--constraints", str(pins), str(wheel), cwd=home, env=env)
    assert done.returncode == 0, done.stderr

    def run(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        nowhere = env | {"DOCKER_HOST": "unix:///nonexistent.sock"} | extra
        return _run(str(home / "bin" / "uvdive"), *arguments, cwd=home, env=nowhere)

    return run


def test_the_wheel_holds_what_the_package_reads_and_no_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    package = ROOT / "uvdive"
    there = {
        path.relative_to(ROOT).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert there <= names
    assert not [name for name in names if not name.startswith(("uvdive/", "uvdive-"))]


def test_an_installed_tool_shows_the_demo_without_an_engine(installed: Run) -> None:
    shown = installed("demo", "--json")
    assert shown.returncode == 0, shown.stderr
    report = json.loads(shown.stdout)
    assert report["schema"] == "uvdive.report/1"
    assert report["totals"]["file_bytes"] == sum(owner["bytes"] for owner in report["owners"])


def test_an_installed_tool_explains_and_tells_its_version(installed: Run) -> None:
    assert "0.1.0" in installed("--version").stdout
    finding = json.loads(installed("demo", "--json").stdout)["findings"][0]["id"]
    for name in (finding, "R45", "start-scripts"):
        assert installed("--explain", name).stdout.startswith(f"# {name}")


def test_an_installed_tool_says_what_to_do_without_an_engine(installed: Run) -> None:
    failed = installed("some-image", "--json")
    assert failed.returncode == 3
    assert "Traceback" not in failed.stderr
