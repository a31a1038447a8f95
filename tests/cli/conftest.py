"""A command line whose session floor is recorded instead of run."""

from __future__ import annotations

import importlib
import io
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from screens.recorded import Session

import uvdive.session
from uvdive.cli.main import main

# What is first imported while a function is replaced would keep the replacement.
for _module in pkgutil.walk_packages(uvdive.session.__path__, "uvdive.session."):
    importlib.import_module(_module.name)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    recorded = Session()
    for module, name in (
        ("uvdive.session.opening.images", "load_image"),
        ("uvdive.session.desk", "open_desk"),
        ("uvdive.session.proof.building", "build_image"),
        ("uvdive.session.proof.built_before", "build_unless_there"),
        ("uvdive.session.proof.proving", "prove"),
        ("uvdive.session.planning.rewriting", "plan_rewrite"),
        ("uvdive.session.planning.rewriting", "without_uv_at_all"),
        ("uvdive.session.comparing", "compare_images"),
        ("uvdive.tui.run", "run_app"),
    ):
        monkeypatch.setattr(f"{module}.{name}", getattr(recorded, name))
    return recorded


@dataclass(frozen=True)
class Ran:
    """What a command line came to."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run_it(*argv: str, stdin: str = "", terminal: bool = False) -> Ran:
        given = io.TextIOWrapper(io.BytesIO(stdin.encode()))
        monkeypatch.setattr("sys.stdin", given)
        if terminal:
            monkeypatch.setenv("TERM", "xterm")
            monkeypatch.setattr("uvdive.cli.telling.console.Console.interactive", True)
            monkeypatch.setattr(given, "isatty", lambda: True)
            monkeypatch.setattr("sys.stderr.isatty", lambda: True)
        code = main(list[str](argv))
        said = capsys.readouterr()
        assert "Traceback" not in said.err or "--debug" in argv
        return Ran(code, said.out, said.err)

    return run_it


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a Dockerfile in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").write_text("FROM old\n")
    return tmp_path
