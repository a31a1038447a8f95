import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_images.two_versions import NEW, OLD, STORE, Store, go_to, loader, two_versions
from screens.driving import ended, opened, text_of
from screens.local_desk import LocalDesk

from uvdive.base.progress import CancelToken
from uvdive.session.opening.images import Loaded
from uvdive.tui.desk.file_contents import versions
from uvdive.tui.screens.dialogs.asking import AskTarget
from uvdive.tui.screens.explore.explore import ExploreScreen
from uvdive.tui.screens.viewer import ViewerScreen
from uvdive.tui.widgets.content import ContentView, _rows_with
from uvdive.tui.words.file_text import (
    MOST_HEX,
    MOST_TEXT,
    as_text,
    copied_words,
    hex_row,
    language_of,
    read_body,
    read_diff,
    to_copy,
)


async def test_a_file_opens_with_its_versions_and_their_diff():
    async with opened(loader(two_versions(), STORE)) as (app, pilot):
        await go_to(app, pilot, b"/app/main.py")
        await pilot.press("enter")
        await ended(pilot, app.jobs._jobs[-1])
        assert isinstance(app.screen, ViewerScreen)
        text = await text_of(app)
        assert r"print('\x1b[2Jnew')" in text
        assert "replaced in 2" in text
        assert "in the image" in text
        assert "2 Content · layer 2 · python" in text
        await pilot.press("c")
        await ended(pilot, app.jobs._jobs[-1])
        text = await text_of(app)
        assert "- print('[red]old')" in text
        assert "+ print(1)" in text
        await pilot.press("left_square_bracket")
        await ended(pilot, app.jobs._jobs[-1])
        assert "print('[red]old')" in await text_of(app)
        await pilot.press("c")
        assert app._notifications
        await pilot.press("right_square_bracket", "c")
        await ended(pilot, app.jobs._jobs[-1])
        view = app.screen.query_one(ContentView)
        assert "print(1)" in view.row(2, 80).plain
        await pilot.press("right")
        assert "print(1)" not in view.row(2, 80).plain
        await pilot.press("left", "y")
        assert app.clipboard == NEW.decode().replace("\x1b", r"\x1b")
        await pilot.press("c")
        await ended(pilot, app.jobs._jobs[-1])
        await pilot.press("y")
        assert app.clipboard.splitlines() == [
            " import os",
            "-print('[red]old')",
            r"+print('\x1b[2Jnew')",
            "+print(1)",
        ]
        await pilot.press("1", "y", "z", "escape", "escape")
        assert app.clipboard == "/app/main.py"
        assert isinstance(app.screen, ExploreScreen)


async def test_words_are_looked_for_and_n_goes_on_as_in_vim():
    async with opened(loader(two_versions(), STORE)) as (app, pilot):
        await go_to(app, pilot, b"/app/main.py")
        await pilot.press("enter")
        await ended(pilot, app.jobs._jobs[-1])
        view = app.screen.query_one(ContentView)
        await pilot.press("n")
        assert list(app._notifications)[-1].message == "Nothing is looked for; / begins."
        await pilot.press("slash", *"PRINT", "enter", "n")
        assert list(app._notifications)[-1].message == "Nothing matches."
        await pilot.press("slash", *["backspace"] * 5, *"print", "enter")
        assert "“print” · 2 lines" in await text_of(app)
        rows = [view.cursor]
        for key in ("n", "n", "N"):
            await pilot.press(key)
            rows.append(view.cursor)
        assert rows == [1, 2, 1, 2]
        await pilot.press("c")
        await ended(pilot, app.jobs._jobs[-1])
        assert "“print” · 3 lines" in await text_of(app)
        await pilot.press("escape")
        assert not view.matches
        assert isinstance(app.screen, ViewerScreen)
        await pilot.press("escape")
        assert isinstance(app.screen, ExploreScreen)


async def test_bytes_are_found_in_the_row_where_they_begin():
    async with opened(loader(two_versions(), STORE)) as (app, pilot):
        await go_to(app, pilot, b"/app/tool.bin")
        await pilot.press("i")
        await ended(pilot, app.jobs._jobs[-1])
        await pilot.press("slash", *"elf", "enter")
        assert app.screen.query_one(ContentView).matches == (0,)


@given(st.binary(min_size=1, max_size=200), st.data())
def test_every_place_of_some_bytes_has_its_row(data, draw):
    start = draw.draw(st.integers(0, len(data) - 1))
    needle = data[start : start + draw.draw(st.integers(1, 3))]
    text = needle.decode("latin-1")
    if text.encode() != needle:
        return  # no words of a user are these bytes
    assert start // 16 in set(_rows_with(data, text))


async def test_binaries_are_hex_and_lost_contents_say_so():
    async with opened(loader(two_versions(), STORE), size=(80, 24)) as (app, pilot):
        await go_to(app, pilot, b"/app/tool.bin")
        await pilot.press("i")
        await ended(pilot, app.jobs._jobs[-1])
        assert "00000000  00 45 4c 46 00 01 02 03  04 05 06" in await text_of(app)
        assert "·ELF" in await text_of(app)
        await pilot.press("escape")
        await go_to(app, pilot, b"/app/lost")
        await pilot.press("enter")
        await ended(pilot, app.jobs._jobs[-1])
        assert "The content of this file was not kept. Save the image." in await text_of(app)
        await pilot.press("escape")
        await go_to(app, pilot, b"/app/link")
        await pilot.press("enter")
        assert app.screen.current == "details"


async def test_a_file_is_extracted_where_asked_and_never_over_another(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.py").write_text("mine")
    async with opened(loader(two_versions(), STORE)) as (app, pilot):
        await go_to(app, pilot, b"/app/main.py")
        await pilot.press("e")
        assert isinstance(app.screen, AskTarget)
        await pilot.press("enter")
        await pilot.pause()
        assert "main.py exists already." in await text_of(app)
        await pilot.press(*"2", "enter")
        await ended(pilot, app.jobs._jobs[-1])
        assert (tmp_path / "main.py2").read_bytes() == NEW
        assert [note.title for note in app._notifications][-1:] == ["Extracted"]
        await go_to(app, pilot, b"/app")
        await pilot.press("e", "enter")
        await ended(pilot, app.jobs._jobs[-1])
        assert sorted(path.name for path in (tmp_path / "app").iterdir()) == ["link", "main.py", "tool.bin"]
        assert "1 file could not be read" in [note.message for note in app._notifications][-1]
        await pilot.press("e", "escape")
        assert isinstance(app.screen, ExploreScreen)


async def test_a_saved_report_has_no_contents():
    async with opened(loader(two_versions(), None)) as (app, pilot):
        await go_to(app, pilot, b"/app/main.py")
        await pilot.press("e")
        assert [note.message for note in app._notifications][-1:] == [
            "A saved report holds no contents of files."
        ]
        await pilot.press("enter")
        await ended(pilot, app.jobs._jobs[-1])
        assert "A saved report holds no contents of files." in await text_of(app)


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"a\0b", None), (b"\xff\xfe", None), (b"", ""), ("é".encode(), "é"), ("xé".encode()[:-1], "x")],
)
def test_text_is_known_by_its_bytes(data, text):
    assert as_text(data) == text


def test_languages_are_known_by_name_or_first_line():
    assert language_of("a.toml", "") == "toml"
    assert language_of("run", "#!/usr/bin/env python3\n") == "python"
    assert language_of("run", "#!/bin/sh\n") == "bash"
    assert language_of("COPYING", "hello") == "text"


def test_long_files_and_long_lines_are_cut():
    report = two_versions().report()
    old = versions(report, report.files.find(b"/app/main.py"))[0]
    body = read_body(LocalDesk(Loaded(report, Store(b"x" * (MOST_TEXT + 1000)))), old, "x.txt", CancelToken())
    assert len(body.lines) == 263
    assert max(len(line.plain) for line in body.lines) == 2_000
    assert hex_row(b"ab", 0).plain.split() == ["00000000", "61", "62", "ab"]


def test_what_is_copied_has_its_tabs_and_long_lines_and_no_controls():
    report = two_versions().report()
    old = versions(report, report.files.find(b"/app/main.py"))[0]
    data = b"all:\n\techo \x1b[2J\x07" + b"x" * 5_000 + b"\n"
    body = read_body(LocalDesk(Loaded(report, Store(data))), old, "Makefile", CancelToken())
    assert to_copy(body) == "all:\n\techo \\x1b[2J\\x07" + "x" * 5_000 + "\n"
    assert copied_words(body, "Makefile") == "Makefile: 5.0 kB"
    long = read_body(LocalDesk(Loaded(report, Store(b"\0" * (MOST_HEX + 5)))), old, "x", CancelToken())
    assert to_copy(long).splitlines()[-1].startswith("000ffff0  00 00")
    assert not long.cut  # the report's size of it is smaller


def test_equal_and_binary_contents_are_compared_in_words():
    report = two_versions().report()
    old, new = versions(report, report.files.find(b"/app/main.py"))

    def diff(first, last):
        return read_diff(
            LocalDesk(Loaded(report, Store(first, None, None, last))), old, new, "x", CancelToken()
        )

    assert "are equal" in diff(OLD, OLD).note
    assert "not text" in diff(b"\0", OLD).note
    assert diff(None, OLD).problem is not None
