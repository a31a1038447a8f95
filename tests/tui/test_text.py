from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from uvdive.tui.frame.text import plain, right, visible


def test_a_tab_keeps_its_room():
    assert visible("a\nb\tc") == r"a\nb    c"


def test_markup_is_text():
    assert plain(b"[red]x[/red]").plain == "[red]x[/red]"


def test_a_column_is_never_wider_than_asked():
    assert right("1.0 kB", 8) == "  1.0 kB"
    assert right("123456789", 4) == "123…"


@given(
    st.text(
        st.sampled_from("ab1\u2764\u231a\U0001f44d\U0001f389\ufe0e\ufe0f\u20e3\U0001f3fb\U0001f3ff\U000e0100")
    )
)
def test_a_terminal_that_counts_characters_and_one_that_joins_them_agree(text):
    shown = visible(text)
    assert cell_len(shown) == sum(cell_len(char) for char in shown)
