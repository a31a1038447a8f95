"""How the processes of a run share the tests and what they build on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from dividing import ByEngine
from engines import shared_bases

ROOT = Path(__file__).parent.parent
REWRITTEN = "tests/session/proving/test_rewritten_projects.py"


@pytest.fixture
def scopes(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> ByEngine:
    monkeypatch.setattr(pytestconfig.option, "tx", ["popen"] * 4)
    monkeypatch.setattr(pytestconfig.option, "loadscopereorder", True)
    return ByEngine(pytestconfig, None)


def test_a_project_s_proofs_stay_in_one_process(scopes: ByEngine):
    tests = ["one[flask]", "two[flask-web]", "three[flask-choices0]"]
    assert len({scopes._split_scope(f"{REWRITTEN}::{test}") for test in tests}) == 1


def test_the_proofs_of_the_projects_are_shared_by_two(scopes: ByEngine):
    names = re.findall(r'Project\(\s*"([a-z]+)"', (ROOT / "tests/support/rewrites/projects.py").read_text())
    halves = [scopes._split_scope(f"{REWRITTEN}::one[{name}]") for name in names]
    assert min(halves.count(half) for half in set(halves)) > len(names) / 3
    assert len(set(halves)) == 2


def test_modules_without_an_engine_go_where_there_is_room(scopes: ByEngine):
    assert scopes._split_scope("tests/test_house.py::test_x") == "tests/test_house.py"
    assert scopes._split_scope("tests/tui/terminals/test_guided_way.py::test_x") == "engine"
    assert scopes._split_scope("tests/session/planning/test_improving.py::test_x[flask]") == "session"
    assert scopes._split_scope("tests/session/proving/test_example_projects.py::test_x[flask]") == "projects"


def test_the_pictures_of_the_app_are_shared_by_two(scopes: ByEngine):
    halves = [scopes._split_scope(f"tests/tui/test_snapshots.py::test_looks[{name}]") for name in range(80)]
    assert min(halves.count(half) for half in set(halves)) > 80 / 3
    assert len(set(halves)) == 2


def test_the_last_process_removes_the_bases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shared_bases, "USERS", tmp_path / "users")
    with shared_bases.given_back() as last:
        assert not last
    shared_bases.take()
    (tmp_path / "users" / str(os.getppid())).touch()
    with shared_bases.given_back() as last:
        assert not last
    (tmp_path / "users" / str(os.getppid())).unlink()
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    (tmp_path / "users" / dead.stdout.strip()).touch()
    shared_bases.take()
    with shared_bases.given_back() as last:
        assert last
