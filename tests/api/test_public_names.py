"""What `import uvdive` gives: these names and no others, at no cost, as type checkers see them."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import uvdive

ROOT = Path(__file__).parents[2]
FACE = ast.parse((ROOT / "uvdive" / "__init__.py").read_text())
FUNCTIONS = ("check", "compare", "plan", "prove", "read")
VALUES = (
    "Alternative", "Check", "Comparison", "ConfigChange", "Decision", "Environment", "Event", "FileChange",
    "Finding", "Layer", "Owner", "OwnerChange", "Package", "PackageChange", "Part", "PathChange", "Plan",
    "PlanWarning", "Prediction", "Proof", "ProofCheck", "Refusal", "Report", "RuleResult", "Rung", "Waste",
    "Written",
)  # fmt: skip
ERRORS = (
    "BuildError", "CancelledError", "EngineError", "ImageError", "OutputError", "RefusedError", "UsageError",
    "UvdiveError", "VerificationError",
)  # fmt: skip


def test_these_names_are_public_and_no_others() -> None:
    assert set(uvdive.__all__) == {*FUNCTIONS, *VALUES, *ERRORS, "CancelToken", "__version__"}
    assert sorted(uvdive.__all__) == dir(uvdive)


def test_type_checkers_see_just_the_same_names() -> None:
    block = next(node for node in FACE.body if isinstance(node, ast.If))
    seen = {name.name: node.module for node in block.body for name in node.names}  # type: ignore[attr-defined]
    assert set(seen) == set(uvdive.__all__)
    assert seen == {name: f"uvdive.{home}" for home, names in uvdive._HOMES.items() for name in names}


@pytest.mark.parametrize("name", uvdive.__all__)
def test_each_is_there_and_says_what_it_is(name: str) -> None:
    found = getattr(uvdive, name)
    assert found is getattr(uvdive, name)
    assert name == "__version__" or inspect.getdoc(found)


def test_what_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'raed'"):
        _ = uvdive.raed  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", VALUES)
def test_values_are_frozen_and_every_public_part_of_them_is_described(name: str) -> None:
    kind = getattr(uvdive, name)
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    properties = [
        part
        for part, value in inspect.getmembers(kind)
        if not part.startswith("_") and (callable(value) or hasattr(value, "__get__"))
        and not isinstance(value, type) and part not in {each.name for each in dataclasses.fields(kind)}
    ]  # fmt: skip
    assert [part for part in properties if not inspect.getdoc(inspect.getattr_static(kind, part))] == []


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_is_caught_as_one_kind(name: str) -> None:
    assert issubclass(getattr(uvdive, name), uvdive.UvdiveError)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_argument_is_named_in_the_docstring_and_only_what_it_is_about_has_a_place(name: str) -> None:
    function = getattr(uvdive, name)
    text = inspect.getdoc(function) or ""
    parameters = inspect.signature(function).parameters.values()
    assert [each.name for each in parameters if f"    {each.name}: " not in text] == []
    placed = [each.name for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
    expected = {
        "check": ["image", "rules"],
        "compare": ["before", "after"],
        "plan": ["dockerfile"],
        "prove": ["plan"],
        "read": ["target"],
    }
    assert placed == expected[name]


def test_every_name_is_in_the_documentation() -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    assert [name for name in uvdive.__all__ if f"`{name}`" not in page and f"`{name}(" not in page] == []


def loaded_by(code: str) -> list[str]:
    """The modules that a fresh interpreter loads for some code."""
    code = f"import sys; before = set(sys.modules); {code}; sys.exit(' '.join(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.stderr.split()


def test_importing_it_loads_one_module() -> None:
    assert loaded_by("import uvdive") == ["uvdive"]


@pytest.mark.parametrize(("name", "most"), [("UvdiveError", 30), ("read", 150), ("check", 160)])
def test_asking_for_a_name_loads_what_it_needs_and_nothing_of_the_others(name: str, most: int) -> None:
    loaded = loaded_by(f"import uvdive; uvdive.{name}")
    heavy = {"textual", "rich", "docker", "requests", "humanize", "jinja2", "yaml", "dockerfile_parse"}
    assert heavy & {each.partition(".")[0] for each in loaded} == set()
    assert len(loaded) < most
    assert not any(each.startswith(("uvdive.rewrite.planner", "uvdive.tui", "uvdive.cli")) for each in loaded)


def test_a_user_s_code_passes_a_strict_type_checker_and_a_wrong_one_does_not(tmp_path: Path) -> None:
    """`typed_user.py` is what a user may write; each line of `WRONG` is told by its number."""
    wrong = (
        "import uvdive\n"
        "uvdive.read(3)\n"
        "size: str = uvdive.read('a').size\n"
        "uvdive.read('a').owners = {}\n"
        "uvdive.read('a', via='fax')\n"
        "uvdive.nothing\n"
        "uvdive.plan('Dockerfile').text.bytes\n"
    )
    (tmp_path / "wrong.py").write_text(wrong)
    right = Path(__file__).parent / "typed_user.py"
    options = ["--strict", "--no-error-summary", "--cache-dir", str(tmp_path / "cache")]
    command = [sys.executable, "-m", "mypy", *options]
    done = subprocess.run(
        [*command, str(right), "wrong.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    found = [line.split(": error")[0] for line in done.stdout.splitlines() if ": error" in line]
    assert found == [f"wrong.py:{number}" for number in range(2, 8)], done.stdout + done.stderr
