"""Several names in one sentence."""

from __future__ import annotations

import pytest

from uvdive.base.words import all_of, first_of


@pytest.mark.parametrize(
    ("names", "words"),
    [("", ""), ("a", "a"), ("ab", "a and b"), ("abc", "a, b and c"), ("abcd", "a, b, c and d")],
)
def test_all_names_are_told(names: str, words: str) -> None:
    assert all_of(list(names)) == words
    assert all_of(tuple(names)) == words


@pytest.mark.parametrize(
    ("names", "most", "between", "words"),
    [
        ("", 2, ", ", ""),
        ("ab", 2, ", ", "a, b"),
        ("abc", 2, ", ", "a, b and 1 more"),
        ("abcde", 2, "; ", "a; b and 3 more"),
        ("abc", 1, ", ", "a and 2 more"),
    ],
)
def test_the_first_names_are_told_and_the_rest_counted(names, most, between, words) -> None:
    assert first_of(list(names), most, between) == words
