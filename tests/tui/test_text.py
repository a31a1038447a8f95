from uvdive.tui.frame.text import plain, right, visible


def test_a_tab_keeps_its_room():
    assert visible("a\nb\tc") == r"a\nb    c"


def test_markup_is_text():
    assert plain(b"[red]x[/red]").plain == "[red]x[/red]"


def test_a_column_is_never_wider_than_asked():
    assert right("1.0 kB", 8) == "  1.0 kB"
    assert right("123456789", 4) == "123…"
