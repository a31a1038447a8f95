"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
from pathlib import Path

import pytest
from documents import missing_documents, words_about_code

from uvdive.base.errors import ExitCode
from uvdive.cli.options import COMMANDS, Parser

ROOT = Path(__file__).parent.parent
OWN = sorted(
    [
        *ROOT.glob("uvdive/**/*.py"),
        *ROOT.glob("action/**/*.py"),
        *ROOT.glob("tests/**/*.py"),
        *ROOT.glob("docs/**/*.py"),
    ]
)
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


@pytest.mark.parametrize("package", ["ledger", "image"])
def test_each_room_says_what_it_is_for_and_loads_nothing(package: str) -> None:
    for face in ROOT.glob(f"uvdive/{package}/**/__init__.py"):
        module = ast.parse(face.read_text())
        lines = (ast.get_docstring(module) or "").splitlines()
        assert 3 <= len(lines) <= 6, face
        assert len(module.body) == 1, f"{face} does more than to say what it is for"


def test_the_names_of_test_modules_are_unique() -> None:
    names = [path.name for path in SOURCES if path.name.startswith("test_")]
    assert sorted(set(names)) == sorted(names)


def test_every_rule_of_the_rewrite_has_a_test_of_its_name() -> None:
    """R1–R60, each as ``test_r7_…`` or ``test_r7_and_r9_…``."""
    names = [name for path in SOURCES for name in re.findall(r"def test_(r\d\w*)", path.read_text())]
    named = {rule for name in names for rule in re.findall(r"(?:^|_)r(\d+)(?=_)", name)}
    assert {str(rule) for rule in range(1, 61)} - named == set()


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


def test_nothing_names_a_document_that_there_is_not() -> None:
    """Markdown files, specifications and numbered issues: who reads the code must be able to look it up."""
    texts = [
        path
        for path in tracked()
        if path.suffix in {".py", ".md", ".toml", ".yml", ".yaml", ""}
        and not {"data", "__snapshots__"} & set(path.relative_to(ROOT).parts)
        and path != ROOT / "docs" / "gallery.md"  # it prints Dockerfiles, which name what is in their images
    ]
    names = [str(path.relative_to(ROOT)) for path in tracked()]
    missing = {}
    for path in texts:
        found = missing_documents(path.read_text("utf-8", "replace"), names)
        if found and path.suffix == ".py":  # what a program's own texts name is none of this
            found = missing_documents(words_about_code(path), names)
        if found:
            missing[str(path.relative_to(ROOT))] = found
    assert missing == {}


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("see DESIGN.md", ["DESIGN.md"]),
        ("(``spec/ledger.md``, “Owners”)", ["spec/ledger.md"]),
        ("as issue 7 says, Issue 12 too", ["issue 7", "Issue 12"]),
        ("README.md, ../README.md, pages/ID.md and `layers.md`", []),
        ("docs/layers.md, not other/layers.md", ["other/layers.md"]),
        ("https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts", []),
        ("https://github.com/astral-sh/uv/issues/6782 is an issue with a page", []),
    ],
)
def test_a_document_that_there_is_not_is_found(text: str, missing: list[str]) -> None:
    assert missing_documents(text, ["README.md", "docs/layers.md", "uvdive/x.py"]) == missing


def parser_of(command: str) -> Parser:
    parser = Parser(command)
    with pytest.raises(SystemExit):
        importlib.import_module(f"uvdive.cli.commands.{command.replace('-', '_')}").parse(parser, ["--help"])
    return parser


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_a_help_text(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    actions = parser_of(command)._actions
    assert [action.option_strings or action.dest for action in actions if not action.help] == []


def test_every_command_is_in_the_readme_and_every_exit_code_in_the_documentation() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [name for name in COMMANDS if f"uvdive {name}" not in readme and name != "explore"] == []
    codes = (ROOT / "docs" / "targets.md").read_text()
    assert [code for code in ExitCode if not re.search(rf"^\| {code.value} \|", codes, re.MULTILINE)] == []


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 150


def test_every_dependency_has_its_reason_in_contributing() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    needed = [*project["dependencies"], *groups["docs"]]
    names = [re.split(r"[\s<>=!;\[]", dependency)[0] for dependency in needed]
    contributing = (ROOT / "CONTRIBUTING.md").read_text()
    assert [name for name in names if f"`{name}`" not in contributing] == []
