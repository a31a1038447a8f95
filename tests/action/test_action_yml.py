"""What `action.yml` promises, and what its programs may lean on."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from composite import ROOT

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = ACTION["runs"]["steps"]
MODULES = sorted((ROOT / "action").rglob("*.py"))


def test_its_inputs_and_outputs_are_those_that_are_documented():
    page = (ROOT / "docs" / "ci.md").read_text()
    for kind in ("inputs", "outputs"):
        assert re.findall(
            r"^\| `([a-z-]+)` \|", page.partition(f"### {kind.title()}")[2].partition("\n#")[0], re.MULTILINE
        ) == [*ACTION[kind]]


def test_no_input_is_pasted_into_a_script():
    assert [step["run"] for step in STEPS if "${{" in step.get("run", "")] == []
    assert {step.get("shell") for step in STEPS if "run" in step} == {"bash"}


def test_every_input_reaches_a_step_and_only_through_its_environment():
    told = " ".join(str(value) for step in STEPS for value in step.get("env", {}).values())
    assert [name for name in ACTION["inputs"] if f"inputs.{name} " not in told] == []


def test_the_token_goes_to_the_steps_that_ask_github_alone():
    holders = [step["name"] for step in STEPS if "inputs.github-token" in str(step)]
    assert holders == ["Find the baseline", "Comment in the pull request"]


def test_what_comes_after_the_check_does_not_wait_for_it_to_pass():
    after = STEPS[[step.get("id") for step in STEPS].index("check") + 1 :]
    assert len(after) == 2
    assert all("!cancelled()" in step["if"] for step in after)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_its_programs_lean_on_the_standard_library_alone(path: Path):
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    foreign = {name.partition(".")[0] for name in names} - sys.stdlib_module_names
    assert foreign <= {"uvdive_action"}


class TestInstalling:
    """The first step: on whatever Python a runner has."""

    def run(self, folder: Path, version: str = "", path: str = "", python: str = sys.executable):
        environ = {
            "PATH": path,
            "INPUT_VERSION": version,
            "GITHUB_ACTION_PATH": str(ROOT),
            "RUNNER_TEMP": str(folder),
            "GITHUB_OUTPUT": str(folder / "output"),
        }
        command = [python, str(ROOT / "action" / "install.py")]
        return subprocess.run(command, env=environ, cwd=folder, capture_output=True, text=True, check=False)

    def test_it_is_read_by_an_old_python(self):
        ast.parse((ROOT / "action" / "install.py").read_text(), feature_version=(3, 8))

    @pytest.mark.parametrize("version", ["one", "--index-url=http://x", "1; rm -rf /", "1 2", "@ file:///x"])
    def test_what_is_no_version_is_usage(self, tmp_path, version):
        ran = self.run(tmp_path, version)
        assert (ran.returncode, ran.stderr) == (2, "")
        assert ran.stdout.startswith("::error title=uvdive::The input version is no version.")

    def test_what_fails_is_one_line_with_its_reason(self, tmp_path):
        tool = tmp_path / "bin" / "uv"
        tool.parent.mkdir()
        tool.write_text("#!/bin/sh\necho 'no network: 100%'\necho '::error::x' >&2\nexit 1\n")
        tool.chmod(0o755)
        ran = self.run(tmp_path, "0.1.0", f"{tool.parent}:/usr/bin:/bin")
        assert ran.returncode == 4
        assert ran.stdout.splitlines() == [
            "::error title=uvdive::uvdive could not be installed: uv said: no network: 100%25 ::error::x"
        ]
        assert not (tmp_path / "output").exists()

    def test_what_is_there_is_taken_again(self, tmp_path):
        tool, log = tmp_path / "bin" / "uv", tmp_path / "log"
        tool.parent.mkdir()
        tool.write_text(
            f'#!/bin/sh\necho "$@" >> {log}\nfor last; do :; done\n[ "$1" != venv ] || mkdir "$last"\n'
        )
        tool.chmod(0o755)
        for _ in range(2):
            assert self.run(tmp_path, "0.1.0", f"{tool.parent}:/usr/bin:/bin").returncode == 0
        assert [line.split()[0] for line in log.read_text().splitlines()] == ["venv", "pip"]
        assert log.read_text().rstrip().endswith("uvdive==0.1.0")
        first, second = (tmp_path / "output").read_text().splitlines()
        assert first == second
        assert first.endswith("/bin/python")

    def test_an_old_python_alone_is_told(self, tmp_path, monkeypatch):
        import install

        monkeypatch.setattr(sys, "version_info", (3, 9, 2))
        monkeypatch.setenv("PATH", "")
        with pytest.raises(
            install.CannotError, match=r"needs Python 3\.11 or later, and python3 is 3\.9 here"
        ):
            install.new_enough()
        newer = tmp_path / "python3.12"
        newer.write_text("")
        newer.chmod(0o755)
        monkeypatch.setenv("PATH", os.fspath(tmp_path))
        assert install.new_enough() == str(newer)
