"""No regular expression of ours takes more than about linear time, whatever text a stranger makes for it."""

from __future__ import annotations

import re
import time
from typing import Any

import expressions
import pytest
from expressions import Attack, Expression

from uvdive.base.deadline import DeadlineError, deadline

SHORT, LONG = 2_000, 64_000
"""Characters: 32 times as many take a thousand times as long where the time is quadratic."""

SUSPECT, SECONDS = 0.001, 0.6
"""Of the processor: what takes longer for SHORT is tried with LONG. There some milliseconds are usual, a
quadratic one takes seconds, and at the limits of what is read (1 MiB) a quarter of an hour."""

NAME, PATH = 255, 4096
"""NAME_MAX and PATH_MAX: longer names of files there are none."""

BOUNDED: dict[str, tuple[int, frozenset[str], str]] = {
    r".*(?:_(?:FILE|PATH": (1000, frozenset({"fullmatch"}), "SECRET_NAME goes first, and takes some 400"),
    r"^(.+?)(?:-([^-]+))?(?:-py": (NAME, frozenset({"match"}), "distributions._LONGEST"),
    "[^z]*(z)[^z]*": (PATH, frozenset({"search"}), "a path of an image (budget.MAX_PATH)"),
    r"(?:.*[.-])?(?:docker-)?compose": (NAME, frozenset({"fullmatch"}), "a file's name"),
    r"supervisor[^/]*(?:/.*)?": (PATH, frozenset({"search"}), "a path of an image (budget.MAX_PATH)"),
    r"(?:(?:docker|podman|container)-)?compose": (NAME, frozenset({"fullmatch"}), "a file's name"),
    r"(?:GNU)?[Mm]akefile(?:\.": (NAME, frozenset({"fullmatch"}), "a file's name"),
    r".*\.ya?ml": (NAME, frozenset({"fullmatch"}), "a file's name"),
    r".*\.py": (NAME, frozenset({"fullmatch"}), "a file's name"),
    r".*\.(?:conf|ini)": (NAME, frozenset({"fullmatch"}), "a file's name"),
    r"[ \t]*[\w-]+:[ \t]*": (LONG, frozenset({"match"}), "task_lines and line_files match it"),
    r"\t[ \t]*[@+-]*": (LONG, frozenset({"match"}), "task_lines matches it"),
    r"[ \t]+[@-]*": (LONG, frozenset({"match"}), "task_lines matches it"),
    r".*\.container": (NAME, frozenset({"fullmatch"}), "a file's name"),
    r"[ \t]*Exec": (LONG, frozenset({"match"}), "line_files matches it"),
    r"[ \t]*(?:export[ \t]+)?[A-Za-z_]\w*[ \t]*[:?+]": (LONG, frozenset({"match"}), "line_files matches it"),
    r"[ \t]*command": (LONG, frozenset({"match"}), "task_lines matches it"),
}
"""Expressions, by their beginning, whose text is bounded or that are asked in one way only, and by what."""


@pytest.fixture(scope="module")
def every() -> tuple[list[Expression], set[str]]:
    """All expressions of the package, and the places of those that are made of others."""
    return expressions.every()


def test_every_expression_is_known_but_those_that_are_made_of_others(
    every: tuple[list[Expression], set[str]],
) -> None:
    """Those below hold letters of a table, an image's name as it is written, paths, and words of a user."""
    known, made = every
    assert len(known) > 450
    assert {
        "uvdive.base.secrets.sought: self.source",
        "uvdive.rewrite.elsewhere.container_calls: f'-[{_SHORT_FLAGS[name]}]+'",
        "uvdive.rewrite.elsewhere.container_calls: f'-[{_SHORT_FLAGS[name]}]*[A-Za-z]'",
        "uvdive.tui.widgets.content: b'(?=' + re.escape(needle.encode()) + b')'",
        "uvdive.tui.widgets.content: re.escape(self.needle)",
        "uvdive.uv.images: pattern + re.escape(written[end:])",
        "uvdive.verify.files.trimmed: text + b'(?:/.*)?'",
    } == made


def bound_of(expression: Expression) -> tuple[int, frozenset[str]]:
    plain = expression.pattern
    source = plain.decode("latin-1") if isinstance(plain, bytes) else plain
    for beginning, (length, ways, _why) in BOUNDED.items():
        if source.startswith(beginning):
            return length, ways
    return LONG, frozenset(expression.ways)


def slowest(each: Expression) -> tuple[str, Attack] | None:
    """The way and the text by which an expression takes too long, or None."""
    is_bytes = isinstance(each.pattern, bytes)
    pattern = re.compile(each.pattern, each.flags & ~re.UNICODE if is_bytes else each.flags)
    length, ways = bound_of(each)

    def text(attack: Attack, size: int) -> Any:
        made = attack.text(size)
        return made.encode("utf-8", "replace") if is_bytes else made

    suspects: list[tuple[float, str, Attack]] = []
    for way in sorted(ways):
        held = getattr(pattern, way)
        for attack in expressions.attacks(each):
            short = text(attack, min(SHORT, length))
            start = time.process_time()
            try:
                with deadline(SECONDS):
                    held(short)
            except DeadlineError:
                return way, attack
            if (took := time.process_time() - start) >= SUSPECT:
                suspects.append((took, way, attack))
    for _, way, attack in sorted(suspects, key=lambda found: -found[0])[:12]:
        try:
            with deadline(SECONDS):
                getattr(pattern, way)(text(attack, length))
        except DeadlineError:
            return way, attack
    return None


@pytest.mark.once
def test_no_expression_takes_quadratic_time(every: tuple[list[Expression], set[str]]) -> None:
    slow = {f"{each.where}: {each.pattern!r:.100}": found for each in every[0] if (found := slowest(each))}
    assert slow == {}


@pytest.mark.parametrize(
    ("source", "way"),
    [
        (r"\w+=", "search"),
        (r"(?:a|a)*b", "match"),
        (r"(?:--?\S+\s+)*sync", "match"),
        (r"[^.]*\..*x", "search"),
        (r"(a*)*b", "match"),
        (r"\s+$", "search"),
        (r"x.*?y", "search"),
    ],
)
def test_what_is_slow_is_found(source: str, way: str) -> None:
    assert slowest(Expression("here", source, re.compile(source).flags, {way})) is not None
