"""Rules of the house that no linter knows."""

from __future__ import annotations

import importlib
import re
import subprocess
from pathlib import Path

import pytest

from uvdive.base.errors import ExitCode
from uvdive.cli.options import COMMANDS, Parser
from uvdive.rewrite.choices import choices_table

ROOT = Path(__file__).parent.parent
OWN = sorted([*ROOT.glob("uvdive/**/*.py"), *ROOT.glob("tests/**/*.py"), *ROOT.glob("screenshots/**/*.py")])
SOURCES = [path for path in OWN if "data" not in path.relative_to(ROOT).parts]


def tracked() -> list[Path]:
    """Every file that belongs to the project: what git knows, or what lies there in a copy without it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        return [*SOURCES, ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "pyproject.toml"]
    found = (ROOT / name.decode() for name in listed.stdout.split(b"\0") if name)
    return [path for path in found if path.is_file()]


def test_no_source_file_is_longer_than_400_lines() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}


def test_the_names_of_test_modules_are_unique() -> None:
    names = [path.name for path in SOURCES if path.name.startswith("test_")]
    assert sorted(set(names)) == sorted(names)


def test_every_rule_of_the_rewrite_has_a_test_of_its_name() -> None:
    """Issue 7: R1–R60, each as ``test_r7_…`` or ``test_r7_and_r9_…``."""
    names = [name for path in SOURCES for name in re.findall(r"def test_(r\d\w*)", path.read_text())]
    named = {rule for name in names for rule in re.findall(r"(?:^|_)r(\d+)(?=_)", name)}
    assert {str(rule) for rule in range(1, 61)} - named == set()


def test_the_table_of_choices_is_that_of_the_code() -> None:
    """Every document that shows the choices has what ``choices_table()`` gives, between two comments."""
    shown = re.compile(r"<!-- choices -->\n\n(.*?)\n<!-- /choices -->", re.DOTALL)
    pages = [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
    found = [match[1] for page in pages for match in shown.finditer(page.read_text())]
    assert found
    assert set(found) == {choices_table()}


def test_nothing_names_a_path_of_one_machine() -> None:
    # The bed that .ci/run uses by default stands beside the checkout; nothing else may know it.
    words = re.compile(rb"/work/|\.\./shared|/root/\.pyenv")
    excused = {ROOT / ".ci" / "run", Path(__file__)}
    guilty = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path not in excused
        and path.suffix in {".py", ".md", ".toml", ".json", ""}
        and words.search(path.read_bytes())
    ]
    assert guilty == []


def parser_of(command: str) -> Parser:
    parser = Parser(command)
    with pytest.raises(SystemExit):
        importlib.import_module(f"uvdive.cli.{command}").parse(parser, ["--help"])
    return parser


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_a_help_text(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    actions = parser_of(command)._actions
    assert [action.option_strings or action.dest for action in actions if not action.help] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_in_the_readme(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    readme = (ROOT / "README.md").read_text()
    names = [action.option_strings[-1] for action in parser_of(command)._actions if action.option_strings]
    assert [name for name in names if not re.search(rf"(?<![\w-]){name}\b", readme)] == []


def test_every_command_and_exit_code_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [name for name in COMMANDS if f"uvdive {name}" not in readme] == []
    assert [code for code in ExitCode if not re.search(rf"\| {code.value} \|", readme)] == []


def test_every_dependency_has_its_reason_in_contributing() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = [re.split(r"[\s<>=!;\[]", dependency)[0] for dependency in project["dependencies"]]
    contributing = (ROOT / "CONTRIBUTING.md").read_text()
    assert [name for name in names if f"`{name}`" not in contributing] == []
