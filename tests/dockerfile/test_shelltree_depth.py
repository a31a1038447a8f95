"""How deep a shell text may be nested to be read: 200 levels of the parser's tree, by construct."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from uvdive.dockerfile.shell.reading import read_script

CONSTRUCTS: dict[str, tuple[Callable[[int], str], int]] = {
    "subshells": (lambda n: "(" * n + "a" + ")" * n, 201),
    "groups": (lambda n: "{ " * n + "a" + "; }" * n, 199),
    "conditions": (lambda n: "if a; then " * n + "a" + "; fi" * n, 199),
    "loops": (lambda n: "while a; do " * n + "a" + "; done" * n, 99),
    "redirected groups": (lambda n: "{ " * n + "a > x" + "; } > x" * n, 99),
    "lists": (lambda n: "a && (" * n + "a" + ")" * n, 100),
    "negations": (lambda n: "! (" * n + "a" + ")" * n, 99),
    "substitutions": (lambda n: "a " + "$(a " * n + ")" * n, 99),
    "quoted substitutions": (lambda n: "a " + '"$(a ' * n + ')"' * n, 66),
    "substitutions in assignments": (lambda n: "A=$(" * n + "a" + ")" * n, 66),
    "substitutions in redirections": (lambda n: "a > $(" * n + "a" + ")" * n, 66),
    "process substitutions": (lambda n: "a <(" * n + "a" + ")" * n, 99),
    "expansions": (lambda n: "a " + "${X:-" * n + "$(a)" + "}" * n, 197),
}
"""A text that nests so often, and how often is still read."""


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_deepest_nesting_that_is_read(name: str) -> None:
    nested, most = CONSTRUCTS[name]
    assert read_script(nested(most)) is not None
    assert read_script(nested(most + 1)) is None


def test_a_text_in_a_text_counts_for_itself() -> None:
    inner = "( " * 150 + "a" + " )" * 150
    script = read_script("( " * 150 + f"sh -c '{inner}'" + " )" * 150)
    assert script is not None
    assert [command.program for command in script.commands] == ["sh", "a"]
