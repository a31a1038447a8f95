"""Completion of the command line: the files are what the parsers say now, and shells take them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FILES = ROOT / "uvdive" / "data" / "completions"


def completed(*words):
    """What bash offers for the last word, of the files of the project's root."""
    script = (
        f'source {FILES / "uvdive.bash"}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
        "_shtab_uvdive uvdive; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    done = subprocess.run(
        ["bash", "-c", script, "bash", "uvdive", *words], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_knows_commands_options_values_and_files():
    assert completed("re") == ["rewrite", "report"]
    assert completed("rewrite", "--time-c") == ["--time-cold"]
    assert completed("explore", "--js") == ["--json"]
    assert completed("--units", "") == ["si", "binary"]
    assert completed("completion", "") == ["bash", "zsh", "fish"]
    assert completed("rewrite", "READ") == ["README.md"]
    assert completed("explore", "--save", "READ") == ["README.md"]


@pytest.mark.parametrize(
    ("shell", "name"), [("bash", "uvdive.bash"), ("zsh", "_uvdive"), ("fish", "uvdive.fish")]
)
def test_the_command_prints_the_file_which_the_shell_can_read(run, shell, name):
    ran = run("completion", shell)
    assert ran.code == 0
    assert ran.out == (FILES / name).read_text()
    if shutil.which(shell):
        subprocess.run([shell, "-n", FILES / name], check=True)


def test_another_shell_is_told_which_there_are(run):
    ran = run("completion", "ksh")
    assert ran.code == 2
    assert "bash" in ran.err


def test_the_manual_page_has_every_command_and_no_command_of_its_own_by_accident():
    lines = (ROOT / "share" / "man" / "man1" / "uvdive.1").read_text(encoding="ascii").splitlines()
    known = (".TH", ".SH", ".SS", ".TP", ".B ", ".br", ".nf", ".fi")
    assert all(line.startswith(known) for line in lines if line.startswith("."))
    assert '.SS "uvdive rewrite"' in lines
    assert ".B \\-\\-html FILE" in lines
    if shutil.which("groff"):
        done = subprocess.run(
            ["groff", "-man", "-Tutf8", "-ww", "-z", ROOT / "share/man/man1/uvdive.1"],
            capture_output=True,
            check=True,
        )
        assert done.stderr == b""
