"""The comment's text: escaped, and cut below what GitHub takes."""

from __future__ import annotations

import pytest
from evil_names import EVIL
from hypothesis import given
from hypothesis import strategies as st
from uvdive_action.runner import inert
from uvdive_action.words import MOST_OF_A_COMMENT, Footer, body_of, cut, escaped

NOTHING = Footer("", "", "")
FOLDED = "<details><summary>What</summary>\n\n| a |\n\n</details>"


@given(st.text(), st.integers(200, 2_000))
def test_what_is_cut_is_whole_lines_and_never_too_long(text, most):
    short = cut(text * 30, most)
    assert len(short.encode()) <= most + 100
    if short != text * 30:
        assert "The rest is left out here" in short


@given(st.lists(st.sampled_from([FOLDED, "x" * 90, "### head"]), max_size=60), st.integers(200, 3_000))
def test_what_was_folded_open_is_closed(parts, most):
    short = cut("\n".join(parts), most)
    assert short.count("<details>") == short.count("</details>")


def test_a_single_line_without_end_leaves_the_rest_of_the_comment():
    text = body_of(
        "x" * 200_000, "", Footer("No baseline.", "https://github.example/o/r/actions/runs/1", "abc")
    )
    assert len(text) < MOST_OF_A_COMMENT
    assert text.endswith("Checked abc · [log](https://github.example/o/r/actions/runs/1)\n")


def test_a_short_text_stays_as_it_is():
    assert body_of("### `x`: passed", "", NOTHING) == "### `x`: passed\n\n\n"


@pytest.mark.parametrize(
    "name", [*EVIL, "@octocat fixes #1", "![x](http://x)", "<!-- uvdive check -->", "a|b"]
)
def test_an_error_shows_as_it_is(name):
    name = name.decode("utf-8", "replace") if isinstance(name, bytes) else name
    text = escaped(name)
    assert "\n" not in text
    assert all(text[at - 1] == "\\" for at, char in enumerate(text) if char in "@#<>![]|`")
    assert text in body_of("", name, NOTHING)


@pytest.mark.parametrize("name", [*EVIL, "##[error]x", "###[error]"])
def test_a_line_of_the_log_holds_no_command(name):
    name = name.decode("utf-8", "replace") if isinstance(name, bytes) else name
    assert "##" not in inert(name)
    assert inert(name).isprintable()


def test_what_the_runner_s_variables_say_is_checked_before_it_becomes_a_link():
    told = {
        "GITHUB_SERVER_URL": "https://x/](y)",
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_RUN_ID": "1",
        "GITHUB_SHA": "a\nb",
    }
    assert Footer.of(told, "") == NOTHING
