"""What a refusal tells: the line, one true cause, what to change, and whether an image would help.

Held for those that some plan of ``tests/data/plans`` comes to, as a terminal of 80x24 shows them,
and for the words of every other one that stands in the code.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from rewrites.whole_plans import PLAN, laid_out, parts_of

import uvdive.rewrite
from uvdive.output.as_text.rewrite import plan_text
from uvdive.rewrite.notes import BUILD_FIRST, Refused
from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import plan

PLANS = Path(__file__).parents[1] / "data" / "plans"
CODE = Path(uvdive.rewrite.__file__).parent
BY_TEXT = sorted(path for path in PLANS.glob("*.txt") if f"{PLAN}refused by static" in path.read_text())
BY_IMAGE = sorted(path for path in PLANS.glob("*.txt") if f"{PLAN}refused by image" in path.read_text())
NO_LINE = {"R59"}
"""What no line is to blame for: nothing in the file is about uv."""


def refused(path: Path, folder: Path) -> RewritePlan:
    texts = parts_of(path.read_text())
    return plan(laid_out(texts, folder).read_text(), None, lambda _: None, context=folder)


def screen(told: str) -> list[str]:
    """The rows of a terminal of 80 columns."""
    return [row for line in told.splitlines() for row in textwrap.wrap(line, 80) or [""]]


@pytest.mark.parametrize("path", BY_TEXT, ids=lambda path: path.stem)
def test_a_refusal_by_the_text_says_on_one_screen_what_to_do(path: Path, tmp_path: Path) -> None:
    found = refused(path, tmp_path)
    assert found.refusal is not None
    assert found.refusal.by_image is not None
    told = plan_text(found)
    assert len(screen(told)) <= 23  # and the prompt
    line = found.refusal.line
    if found.refusal.rule not in NO_LINE:
        assert line is not None
        assert f"line {line}:" in told
        assert found.original.splitlines()[line - 1].strip()[:60] in told
    helps = "leave out --static" in told
    assert helps is found.refusal.by_image
    assert helps is not ("would not help" in told)
    assert len(set(re.findall(r"\bR\d+\b", found.refusal.reason))) == 0, (
        "one cause, and its rule is behind it"
    )


@pytest.mark.parametrize("path", BY_IMAGE, ids=lambda path: path.stem)
def test_a_refusal_by_the_image_says_nothing_of_another_one(path: Path) -> None:
    told = path.read_text().partition(PLAN)[2]
    assert "leave out --static" not in told


def test_a_reason_that_sends_to_the_image_is_one_that_the_image_helps() -> None:
    assert Refused("R1", f"Unknown. {BUILD_FIRST}", 1).told(by_text=True).by_image is True
    said = Refused("R32", "Unknown. Move it.", 1, by_image=True).told(by_text=True)
    assert said.reason == f"Unknown. Move it. Or b{BUILD_FIRST[1:]}"
    assert Refused("R32", "Unknown. Move it.", 1).told(by_text=True).by_image is False
    at_hand = Refused("R32", "Unknown. Move it.", 1, by_image=True).told(by_text=False)
    assert (at_hand.reason, at_hand.by_image) == ("Unknown. Move it.", None)


def sites() -> Iterator[tuple[str, ast.Call]]:
    """Every place of the code that refuses."""
    for path in sorted(CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
                yield f"{path.relative_to(CODE)}:{ast.unparse(node.args[1])}", node


def words(reason: ast.expr) -> str:
    """The text of a reason, with what is filled in as one word, or nothing where all of it is."""
    if isinstance(reason, ast.Constant):
        return str(reason.value)
    if not isinstance(reason, ast.JoinedStr):
        return ""
    parts = []
    for part in reason.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        else:
            # What is filled in behind a sentence is the one that says what to do.
            parts.append("Do." if ast.unparse(part) in _WHAT_TO_DO else "X")
    return "".join(parts)


_WHAT_TO_DO = ("{BUILD_FIRST}", "{option.do}", "{_HINT}", "{do}", "{refused}")


@pytest.mark.parametrize(("where", "node"), [pytest.param(*site, id=site[0][:70]) for site in sites()])
def test_every_refusal_in_the_code_says_what_to_change_and_names_a_line(where: str, node: ast.Call) -> None:
    said = words(node.args[1])
    if said and not said.endswith(("makes one: X", " Do.", ": Do.")):
        assert re.search(r"[a-z)`X]\.(?: |X )[A-Z]|, or |: give ", said), f"{where} says no way out"
        assert len(textwrap.wrap(said, 80)) <= 8, where
    if len(node.args) < 3:
        assert any(each in where for each in _OF_NO_LINE), f"{where} names no line"


_OF_NO_LINE = (
    "uv plays no part",  # nothing in the file is about it
    "history does not fit",  # no line of this file: the image is of another one
    "has no Python environment",  # the image lacks what some line should have made
    "run on Pythons of different origin",  # what several lines made
    "the environment has no interpreter",  # the image's
    "{first.where} {first.why}",  # names the line of another file
)
