"""What plans say, held in plain words: every title, reason, warning and refusal of ``tests/data/plans``.

The sentences that the package holds in its sources are looked at for the same words.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import uvdive

PLANS = Path(__file__).parents[1] / "data" / "plans"
PACKAGE = Path(uvdive.__file__).parent
LONGEST = {"title": 200, "reason": 330, "warning": 320, "refusal": 330}
"""A title is a line of a list; what explains it fits on five lines of a terminal of 80 columns."""

UNPLAIN = re.compile(
    r"\b(?:dead|killed|culprits?|grave|mend(?:s|ed)?|announced|some day|by weight|to win|shall|whoever"
    r"|tuples?|the very)\b",
    re.IGNORECASE,
)
"""Words that readers did not understand, or that are about the program's inside."""

_TITLE = re.compile(r"^[\w.-]+ \(R\d+\) of line [^:\n]*: (.*)\n((?:  (?![* ] ?\w+: ).*\n)?)", re.MULTILINE)
_WARNING = re.compile(r"^! R\d+ at line \S+, [^:\n]*: (.*)$", re.MULTILINE)
_REFUSAL = re.compile(r"^R\d+ at line \S+: (.*)$", re.MULTILINE)


def _said() -> Iterator[tuple[str, str]]:
    """Each sentence of the plans with its kind; those of a plan by default alone."""
    for path in sorted(PLANS.rglob("*.txt")):
        text = path.read_text().partition("%% plan\n")[2].partition("\n%% ")[0]
        for match in _TITLE.finditer(text):
            yield "title", match[1]
            if match[2].strip() and not re.match(r"  [* ] ", match[2]):
                yield "reason", match[2].strip()
        yield from (("warning", text) for text in _WARNING.findall(text))
        yield from (("refusal", text) for text in _REFUSAL.findall(text))


SAID = sorted(set(_said()))


def test_the_plans_are_read() -> None:
    assert {kind for kind, _ in SAID} == set(LONGEST)
    assert len(SAID) > 300


@pytest.mark.parametrize("kind", LONGEST)
def test_nothing_that_a_plan_says_is_longer_than_a_reader_takes_in(kind: str) -> None:
    assert [text for each, text in SAID if each == kind and len(text) > LONGEST[kind]] == []


def test_what_explains_is_whole_sentences_and_a_title_is_a_line() -> None:
    assert [
        text for kind, text in SAID if kind != "title" and not re.search(r"[.…](?:”|\))?$|”$", text)
    ] == []
    assert [text for kind, text in SAID if kind == "title" and text.endswith(".")] == []


def test_rules_are_named_by_their_numbers_only_behind_what_is_said() -> None:
    assert [text for _, text in SAID if re.search(r"\bR\d{1,2}\b", text)] == []


def test_nothing_is_said_twice_over_or_left_empty() -> None:
    assert [text for _, text in SAID if "  " in text or " , " in text or "()" in text] == []


def test_plain_words_are_used() -> None:
    assert [text for _, text in SAID if UNPLAIN.search(text)] == []
    assert [place for place, text in _sentences() if UNPLAIN.search(text)] == []


def _sentences() -> Iterator[tuple[str, str]]:
    """The texts of several words in the package's sources, but for docstrings; each with its place."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text())
        alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) and id(node) not in alone else None
            if isinstance(text, str) and len(text.split()) > 2:
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", text
