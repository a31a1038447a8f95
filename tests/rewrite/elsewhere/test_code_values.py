"""What texts and words Python code comes to: names, calls and alternatives, up to a depth (R24)."""

from __future__ import annotations

import ast

import pytest

from uvdive.rewrite.elsewhere.code.code_values import Values

DEEPEST = 12


def values(code: str) -> tuple[Values, ast.expr]:
    """The values of a module, and its last expression."""
    tree = ast.parse(code)
    last = tree.body[-1]
    assert isinstance(last, ast.Expr)
    return Values(tree), last.value


def text(code: str) -> str:
    known, node = values(code)
    return known.text(node)


def words(code: str) -> tuple[str, ...]:
    known, node = values(code)
    return known.words(node)


@pytest.mark.parametrize(
    ("code", "comes_to"),
    [
        ("'uv'", "uv"),
        ("7", ""),
        ("a = 'uv'\na", "uv"),
        ("a = 'uv'\na = 'x'\na", "uv"),
        ("a: str = 'uv'\na", "uv"),
        ("a: str\na", ""),
        ("b", ""),
        ("self.tool = 'uv'\nother.tool", "uv"),
        ("tool = 'uv'\nself.tool", ""),
        ("(a := 'uv')", "uv"),
        ("if (a := 'uv'): pass\na", "uv"),
        ("'u' + 'v'", "uv"),
        ("'uv ' + x", "uv $"),
        ("x + ' run'", "$ run"),
        ("x + y", ""),
        ("f'{a}uv'", "$uv"),
        ("a = 'uv'\nf'{a} run {b}'", "uv run $"),
        ("x or 'uv'", "uv"),
        ("'uv' or 'x'", "uv"),
        ("x if y else 'uv'", "uv"),
        ("'uv' if y else 'x'", "uv"),
        ("x and y", ""),
        ("find_uv_bin()", "uv"),
        ("uv.find_uv_bin()", "uv"),
        ("os.getenv('UV', 'uv')", "uv"),
        ("os.environ.get('UV', 'uv')", "uv"),
        ("os.getenv('uv')", ""),
        ("str('uv')", "uv"),
        ("str()", ""),
        ("shutil.which('uv')", "uv"),
        ("'uv'.strip()", "uv"),
        ("strip('uv')", ""),
        ("Path('/bin/uv').resolve()", "/bin/uv"),
        ("'uv'.upper()", ""),
        ("tools = {'a': 'x', 'b': 'uv'}\ntools['b']", "uv"),
        ("tools = {'a': 'x', 'b': 'uv'}\ntools[name]", "x"),
        ("tools = {'a': 'x'}\ntools['c']", ""),
        ("tools = ['uv']\ntools[0]", ""),
        ("made()['uv']", ""),
    ],
)
def test_a_text_is_what_the_code_says_of_it(code: str, comes_to: str) -> None:
    assert text(code) == comes_to


@pytest.mark.parametrize(
    ("code", "comes_to"),
    [
        ("['uv', 'run', x]", ("uv", "run", "$")),
        ("('uv', 'run')", ("uv", "run")),
        ("more = ['-m', 'x']\n['uv', *more]", ("uv", "-m", "x")),
        ("['uv', *more]", ("uv", "$")),
        ("['uv'] + ['run']", ("uv", "run")),
        ("['uv'] + more", ("uv", "$")),
        ("more + ['run']", ()),
        ("'uv run'.split()", ("uv", "run")),
        ("shlex.split('uv run \"a b\"')", ("uv", "run", "a b")),
        ('"uv run \'a".split()', ("uv", "run", "'a")),
        ("list(('uv', 'run'))", ("uv", "run")),
        ("tuple(['uv'])", ("uv",)),
        ("set(['uv'])", ()),
        ("list()", ()),
        ("split()", ()),
        ("command = ['uv', 'run']\ncommand", ("uv", "run")),
        ("'uv run'", ()),
        ("x", ()),
    ],
)
def test_words_are_the_items_of_a_list(code: str, comes_to: tuple[str, ...]) -> None:
    assert words(code) == comes_to


@pytest.mark.parametrize("step", ["str({})", "x + {}", "y or {}", "os.getenv('x', {})", "{}.strip()"])
def test_a_text_is_looked_for_up_to_a_depth(step: str) -> None:
    for steps, found in ((DEEPEST, True), (DEEPEST + 1, False)):
        code = "'uv'"
        for _ in range(steps):
            code = step.format(f"({code})")
        assert ("uv" in text(code)) is found


@pytest.mark.parametrize("step", ["[*{}]", "list({})"])
def test_words_are_looked_for_up_to_a_depth(step: str) -> None:
    """The items are one step deeper than their list."""
    for steps, found in ((DEEPEST - 1, ("uv",)), (DEEPEST, ("$",))):
        code = "['uv']"
        for _ in range(steps):
            code = step.format(code)
        assert words(code) == found


def test_names_are_followed_up_to_a_depth() -> None:
    for steps, comes_to in ((DEEPEST, "uv"), (DEEPEST + 1, "")):
        chain = "\n".join(f"n{number} = n{number + 1}" for number in range(steps - 1))
        assert text(f"{chain}\nn{steps - 1} = 'uv'\nn0") == comes_to


def test_an_import_says_whose_a_name_is() -> None:
    known, _ = values("from subprocess import run as r, call\nimport os\nfrom . import x\n1")
    assert known.imported == {"r": "subprocess", "call": "subprocess", "x": ""}
