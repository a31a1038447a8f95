"""The workflows of the documentation and of the example: accepted by actionlint, and the same in both."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from composite import ROOT

EXAMPLE = ROOT / "examples" / "ci"
PAGE = (ROOT / "docs" / "ci.md").read_text()
BLOCKS = re.findall(r"```yaml\n# (\S+)\n(.*?)```", PAGE, re.DOTALL)
WORKFLOWS = {Path(name).name: text for name, text in BLOCKS if name.startswith(".github/workflows/")}


def lint(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    """By actionlint, in a repository that holds the action itself, so that its inputs are known."""
    shutil.copy(ROOT / "action.yml", folder)
    workflow = folder / ".github" / "workflows" / "image.yml"
    workflow.parent.mkdir(parents=True)
    (folder / ".git").mkdir()
    local = text.replace("uvdive/uvdive@main", "./")
    assert local != text
    workflow.write_text(local)
    program = Path(sys.executable).with_name("actionlint")
    command = [str(program), "-no-color", str(workflow)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actionlint_accepts_each_workflow_of_the_documentation(name, tmp_path):
    done = lint(tmp_path, WORKFLOWS[name])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dockerfile: Dockerfile", "dockerfil: Dockerfile", 'input "dockerfil" is not defined in action'),
        ("runs-on: ubuntu-latest", "runs_on: ubuntu-latest", "runs_on"),
        ("actions: read", "actions: reed", "reed"),
    ],
)
def test_what_is_wrong_would_be_told(old, new, said, tmp_path):
    done = lint(tmp_path, WORKFLOWS["image.yml"].replace(old, new))
    assert done.returncode == 1
    assert said in done.stdout


def test_the_page_has_the_files_of_the_example():
    assert WORKFLOWS["image.yml"] == (EXAMPLE / ".github" / "workflows" / "image.yml").read_text()
    gitlab = dict(BLOCKS)[".gitlab-ci.yml"]
    assert (EXAMPLE / ".gitlab-ci.yml").read_text().endswith(gitlab)
    assert gitlab.startswith("uvdive:\n")
