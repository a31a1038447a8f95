import pytest

from uvdive.base.text import visible


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"plain", "plain"),
        (b"\x1b[31m", r"\x1b[31m"),
        (b"caf\xe9", r"caf\xe9"),
        ("a\u202eb", r"a\u202eb"),
        ("\udce9", r"\xe9"),
        ("\x9b2J", r"\x9b2J"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("no\uffffchar", r"no\uffffchar"),
        ("Öl 🎉 אב", "Öl 🎉 אב"),
    ],
)
def test_what_is_not_for_display_is_escaped(raw, shown):
    assert visible(raw) == shown


def test_the_caller_says_what_stands_for_a_tab():
    assert visible("a\tb") == "a b"
    assert visible("a\tb", tab="    ") == "a    b"


def test_what_is_to_be_kept_stays():
    assert visible("a\nb\rc", keep="\n") == "a\nb\\rc"
