import pytest

from uvdive.tui.text import plain, right, visible


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"plain", "plain"),
        (b"\x1b[31m", r"\x1b[31m"),
        (b"caf\xe9", r"caf\xe9"),
        ("a\u202eb", r"a\u202eb"),
        ("a\nb\tc", r"a\nb    c"),
        ("\udce9", r"\xe9"),
        ("\x9b2J", r"\x9b2J"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("Öl 🎉 אב", "Öl 🎉 אב"),
    ],
)
def test_what_is_not_for_display_is_escaped(raw, shown):
    assert visible(raw) == shown


def test_a_commands_line_ends_may_stay():
    assert visible("a\nb\rc", keep="\n") == "a\nb\\rc"


def test_markup_is_text():
    assert plain(b"[red]x[/red]").plain == "[red]x[/red]"


def test_a_column_is_never_wider_than_asked():
    assert right("1.0 kB", 8) == "  1.0 kB"
    assert right("123456789", 4) == "123…"
