"""Where each character of a YAML value stands: a word of the value is changed in the file, and only that."""

from __future__ import annotations

import pytest

from uvdive.compose.yaml_nodes import Node, read_yaml
from uvdive.rewrite.elsewhere.yaml_places import (
    edits_between,
    edits_of_words,
    places_of,
    with_edits,
    words_in,
)


def value(text: str) -> Node:
    (document,) = read_yaml(text)
    node = document.get("k")
    assert node is not None
    return node


@pytest.mark.parametrize(
    "text",
    [
        "k: uv run flask\nz: 1\n",
        "k: uv run flask  \nz: 1\n",
        "k: uv run\n  flask\nz: 1\n",
        "k: uv run \t\n    flask\nz: 1\n",
        "k: uv run\r\n  flask\r\nz: 1\r\n",
        "k: 'uv run flask'\n",
        "k: 'uv run\n  flask'\n",
        "k: 'uv run  \n  flask it''s'\n",
        'k: "uv run flask"\n',
        'k: "uv\\ run\\tflask \\"x\\" a\\\\b \\/"\n',
        'k: "uv run\n   flask"\n',
        "k: |\n  uv run flask\n",
        "k: |\n  uv run flask\n  second line\nz: 1\n",
        "k: |-\n    uv run flask\n      deeper\n",
        "k: >\n  uv run\n  flask\nz: 1\n",
        "k: >-\n  uv run\n  flask\n",
        "k: >+\r\n  uv run\r\n  flask\r\n",
        "k: &name uv run flask\n",
        "k: !!str uv run flask\n",
        "k: !!str &name 'uv run flask'\n",
        "{k: uv run flask, z: 1}\n",
        "{k: 'uv run flask'}",
    ],
)
def test_each_character_has_its_place(text: str) -> None:
    node = value(text)
    places = places_of(text, node)
    assert places is not None
    assert len(places) == len(node.text) + 1
    assert list(places) == sorted(places)
    for char, at in zip(node.text, places, strict=False):
        assert text[at] in (char, "\\", "\n", "\r", " ", "\t", "'")
        assert char in " \n" or text[at] in (char, "\\", "'"), (char, at)
    new = node.text.replace("run", "sync --all")
    changed = with_edits(text, edits_between(node.text, new, places))
    assert value(changed).text == new
    assert changed.replace("sync --all", "run") == text
    gone = node.text.replace("run", "", 1)
    assert value(with_edits(text, edits_between(node.text, gone, places))).text.split() == gone.split()


@pytest.mark.parametrize(
    "text",
    [
        "k: |2\n   uv run flask\n",  # an indent of its own
        'k: "uv\\x20run"\n',  # an escape that nobody writes here
        'k: "uv \\\n  run"\n',  # a line that goes on
        "k: >\n  uv run\n\n  flask\n",  # a fold that is a line end
    ],
)
def test_a_value_that_is_written_otherwise_has_none(text: str) -> None:
    assert places_of(text, value(text)) is None


def test_the_last_line_end_of_a_block_may_be_missing_in_the_file() -> None:
    text = "k: |\n  uv run"
    node = value(text)
    places = places_of(text, node)
    assert places is not None
    assert with_edits(text, edits_between(node.text, "x run", places)) == "k: |\n  x run"


@pytest.mark.parametrize(
    ("text", "first", "last", "lead", "new"),
    [
        ("k: [uv, run, flask]\n", 0, 2, (), "k: [flask]\n"),
        ("k: [uv, run, flask]\n", 0, 2, ("x",), "k: [x, flask]\n"),
        ("k: ['uv', \"run\", flask]\n", 0, 2, ("x", "y"), "k: ['x', \"y\", flask]\n"),
        ("k: [\n  uv,\n  run,\n  flask\n]\n", 0, 2, (), "k: [\n  flask\n]\n"),
        ("k: [\n  uv, # why\n  run,\n  flask\n]\n", 0, 2, (), "k: [\n  # why\n  flask\n]\n"),
        ("k:\n  - uv\n  - run\n  - flask\n", 0, 2, (), "k:\n  - flask\n"),
        ("k:\n  - uv\n  - run\n  - flask\n", 1, 3, (), "k:\n  - uv\n"),
        ("k:\n  - uv\n  - run\n  - flask", 1, 3, (), "k:\n  - uv\n"),
        ("k:\n  - uv # why\n  - run\n  - flask\n", 0, 2, (), "k:\n  # why\n  - flask\n"),
        ("k:\n  - uv\n  - run\n", 0, 2, (), None),  # no list loses all of its items
        ("k: [uv, run]\n", 0, 2, (), None),
        ("k: [uv, run, flask]\n", 0, 1, ("a", "b"), None),  # more words than there is room for
        ("k: [uv, run, flask]\n", 0, 2, ("a b",), None),  # no plain word
        ("k: [uv, &a run, flask]\n", 0, 2, (), None),
        ("k:\n  - |\n    uv\n  - run\n  - flask\n", 0, 2, (), None),
    ],
)
def test_words_of_a_list_are_replaced_in_place(
    text: str, first: int, last: int, lead: tuple[str, ...], new: str | None
) -> None:
    node = value(text)
    edits = edits_of_words(text, [(item, node) for item in node.items], first, last, lead)
    assert (None if edits is None else with_edits(text, edits)) == new


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("a:\n  - uv\n  - run\nk: [flask, x]\n", "a:\n  - flask\nk: [x]\n"),
        ("a: [uv, run]\nk: [flask, x]\n", "a: [flask]\nk: [x]\n"),
        ("a: ['uv', 'run']\nk: [flask, x]\n", "a: ['flask']\nk: [x]\n"),
        ("a: [\n  uv,\n  run,\n]\nk: [flask, x]\n", "a: [\n  flask,\n]\nk: [x]\n"),
        ("a: [uv, run]\nk:\n  - flask\n  - x\n", "a: [flask]\nk:\n  - x\n"),
        ("a: [uv, run]\nk: [flask]\n", "a: [flask]\nk: []\n"),
        ("a: [uv, run]\nk: [flask, ]\n", "a: [flask]\nk: []\n"),
        ("a: [uv, run]\nk:\n  - flask # it\nz: 1\n", "a: [flask]\nk: []\n  # it\nz: 1\n"),
        ("a: [uv, run]\nk: # why\n- flask\n", "a: [flask]\nk: [] # why\n"),
        ("a: [uv, # why\n  run]\nk: [flask, x]\n", None),  # the comment would go with it
        ("a: [uv, run]\nk: [flask # it\n  ]\n", "a: [flask]\nk: [ # it\n  ]\n"),
        ("a: [uv, run]\nk: &b\n  - flask\n", None),
        ("a: [uv, run]\nk: &b [flask, x]\n", "a: [flask]\nk: &b [x]\n"),
        ("a: uv run\nk: flask x\n", "a: flask\nk: x\n"),
        ("a: uv run # why\nk: flask\n", 'a: flask # why\nk: ""\n'),
        ("a: 'uv run'\nk: 'flask'\n", "a: 'flask'\nk: ''\n"),
        ("a: uv run\nk: [flask, x]\n", "a: flask\nk: [x]\n"),
        ("a: [uv, run]\nk: flask 'a b'  c\n", "a: [flask]\nk: 'a b'  c\n"),
        ("a: [uv, run]\nk: >-\n  flask\n  x\n", "a: [flask]\nk: >-\n  x\n"),
        ("a: [uv, run]\nk: >-\n  flask\n", None),
        ("a: [uv, run]\nk: ['yes', x]\n", 'a: ["yes"]\nk: [x]\n'),
    ],
)
def test_the_program_moves_up_into_the_list_that_would_be_empty(text: str, new: str | None) -> None:
    (document,) = read_yaml(text)
    found = [document.get("a"), document.get("k")]
    lists = [words_in(text, node) if node is not None and node.kind == "text" else node for node in found]
    items = [(item, each) for each in lists if each is not None for item in each.items]
    edits = edits_of_words(text, items, 0, 2, ())
    assert (None if edits is None else with_edits(text, edits)) == new


@pytest.mark.parametrize(
    "text",
    ["k: flask 'a\n", "k: flask && x\n", "k: A=1 flask\n", "k: ''\n", "k: flask $X | x\n", 'k: "flask x"\n'],
)
def test_a_text_that_is_no_plain_command_is_not_split(text: str) -> None:
    assert words_in(text, value(text)) is None
