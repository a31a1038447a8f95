"""docs/api.md: each example of the page runs as a user would run it, and prints what stands below it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from engines.removing import removes_images_of
from engines.small_project import FILES, small_project
from made_images.api_images import archives

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text()
_EXAMPLE = re.compile(
    r"<!-- example: (?P<needs>[^\n]*) -->\n```python\n(?P<code>.*?)```\n(?:\n```text\n(?P<prints>.*?)```\n)?",
    re.DOTALL,
)


@dataclass(frozen=True)
class Example:
    needs: tuple[str, ...]
    code: str
    prints: str | None
    line: int


EXAMPLES = [
    Example(tuple(each["needs"].split()), each["code"], each["prints"], PAGE.count("\n", 0, each.start()) + 1)
    for each in _EXAMPLE.finditer(PAGE)
]


def test_every_example_of_the_page_is_run() -> None:
    assert len(EXAMPLES) == PAGE.count("```python") >= 8


def ran(example: Example, folder: Path) -> subprocess.CompletedProcess[str]:
    """An example as a program, or as a test, in a folder; without an engine unless it needs one."""
    name, command = "example.py", [sys.executable, "example.py"]
    if "pytest" in example.needs:
        name, command = "test_example.py", [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    (folder / name).write_text(example.code)
    environ = dict(os.environ)
    if "engine" not in example.needs:
        environ |= {"DOCKER_HOST": "unix:///nowhere.sock", "CONTAINER_HOST": "unix:///nowhere.sock"}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "example",
    [each for each in EXAMPLES if "engine" not in each.needs],
    ids=lambda example: f"line-{example.line}",
)
def test_it_runs_without_an_engine_and_prints_what_the_page_says(example: Example, tmp_path: Path) -> None:
    archives(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    done = ran(example, tmp_path)
    said = done.stdout + done.stderr
    assert done.returncode == int("fails" in example.needs), said
    assert example.prints is None or done.stdout == example.prints, said
    assert example.prints is None or not done.stderr, said
    if "fails" in example.needs:
        assert "1 failed, 1 passed" in done.stdout
        assert "assert 2000000 == 0" in done.stdout


@pytest.mark.engine
@pytest.mark.parametrize(
    "example",
    [each for each in EXAMPLES if "engine" in each.needs],
    ids=lambda example: f"line-{example.line}",
)
def test_it_runs_with_an_engine(example: Example, tmp_path: Path) -> None:
    project = small_project(tmp_path / "api-example")
    with removes_images_of(project):
        done = ran(example, project)
        assert (done.stdout, done.stderr) == (example.prints, "")
        assert "AS " in (project / "Dockerfile.lean").read_text()
