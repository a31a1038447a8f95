"""``uvdive compare A B`` in a terminal: the comparison as a screen."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace

from screens.driving import Waits, ended, fails, text_of

from uvdive.base.errors import ExitCode, ImageError
from uvdive.tui.app import UvdiveApp
from uvdive.tui.desk.changes import changes, in_brief
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.verify.checks import Comparison, ConfigDelta, OwnerDelta, PackageDelta, PathDelta

OTHERWISE = ("mode 0755 -> 0644", "uid 0 -> 9", "attributes none -> x\x1b")
FOUND = Comparison(
    {}, {}, 64_000_000, 21_000_000, "43.0 MB smaller (-67.2 %): uv went away",
    (OwnerDelta("uv", 44_000_000, 0), OwnerDelta("venv", 20_000_000, 21_000_000)),
    (PackageDelta("app/.venv", "fla[sk]", "3.0", "3.1", 1_000_000, 2_000_000),),
    (PackageDelta("", "curl", "8.1", None, 400_000, None),),
    (
        PathDelta(b"usr/bin/uv", "removed", 44_000_000, None),
        PathDelta(b"app/\x1b[2Jnew", "added", None, 7),
        PathDelta(b"app/same-size", "changed", 5, 5, OTHERWISE),
    ),
    (ConfigDelta("Cmd", ["uv", "run"], ["x"]),),
)  # fmt: skip


@asynccontextmanager
async def compared(comparer, size=(140, 36)):
    app = UvdiveApp(("old:1", "new:1"), comparer=comparer)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        if not isinstance(comparer, Waits):
            await ended(pilot, app.jobs._jobs[0])
        yield app, pilot


def found(_event, _cancel):
    return FOUND


async def test_the_first_screen_tells_the_verdict_the_owners_and_all_changes():
    async with compared(found) as (app, _pilot):
        text = await text_of(app)
    assert "old:1 → new:1  43.0 MB smaller (-67.2 %): uv went away" in text
    assert "Changes · 6 · by bytes" in text
    assert "44.0 MB →" in text
    assert "+1.0 MB ~ package    fla[sk]" in text
    assert "app/\\x1b[2Jnew" in text


async def test_v_lists_one_kind_after_the_other():
    async with compared(found) as (app, pilot):
        seen = []
        for _ in range(6):
            title = app.screen.pane("items").border_title
            seen.append(title.partition(" · by")[0])
            await pilot.press("v")
    assert seen == [
        "2 Changes · 6",
        "2 Python packages · 1 · +1.0 MB",
        "2 OS packages · 1 · -400.0 kB",
        "2 Paths · 3 · -44.0 MB",
        "2 Folders · 3 · -44.0 MB",
        "2 Settings · 1",
    ]


async def test_the_details_show_both_sides_in_full():
    async with compared(found) as (app, pilot):
        await pilot.press("v", "v", "v", "v", "v")
        await pilot.pause()
        about = str(app.screen.query_one("#about").render())
    assert 'before    ["uv", "run"]' in about
    assert 'after     ["x"]' in about


async def test_a_path_of_equal_bytes_says_what_else_changed():
    async with compared(found, size=(160, 36)) as (app, pilot):
        await pilot.press("v", "v", "v", "G")
        text = await text_of(app)
        about = str(app.screen.query_one("#about").render())
    assert "mode +2 ~ path       app/same-size" in text
    assert "0 B" not in about.partition("after")[2]
    assert "mode      0755 rwxr-xr-x → 0644 rw-r--r--\nuser      0 → 9\nattribute x\\x1b" in about


def test_what_a_path_has_otherwise_is_told_in_the_column_of_bytes_where_those_are_equal():
    made = changes(
        replace(
            FOUND,
            paths=(
                PathDelta(b"a", "changed", 5, 5, ("content",)),
                PathDelta(b"b", "changed", 5, 7, ("size 5 -> 7", "mode 0755 -> 0644")),
                PathDelta(b"c", "changed", 5, 5, ("gid 0 -> 1", "attributes none -> x")),
                PathDelta(b"d", "changed", 5, 5, ("uid 0 -> 1", "gid 0 -> 1")),
                PathDelta(b"f", "changed", 5, 5, OTHERWISE),
                PathDelta(b"e", "changed", 5, 5, ("type file -> link", "link  -> x")),
            ),
        )
    )
    told = {item.name: in_brief(item) for item in made if item.kind == "path"}
    assert told == {
        b"a": "content",
        b"b": "+2 B",
        b"c": "owner +1",
        b"d": "owner",
        b"e": "type, link",
        b"f": "mode +2",
    }
    assert [item.how for item in made if item.name == b"b"] == [("mode 0755 -> 0644",)]


async def test_a_filter_and_an_order_and_back():
    async with compared(found) as (app, pilot):
        await pilot.press("slash", *"app", "enter")
        await pilot.pause()
        assert [row.name for row in app.screen.query_one("#rows").page.rows] == [
            "fla[sk]",
            b"app/\x1b[2Jnew",
            b"app/same-size",
        ]
        await pilot.press("escape", "s")
        await pilot.pause()
        rows = app.screen.query_one("#rows").page.rows
        assert len(rows) == 6
        assert rows[0].name == b"app/\x1b[2Jnew"


async def test_a_narrow_terminal_shows_one_pane_at_a_time():
    async with compared(found, size=(80, 24)) as (app, pilot):
        assert "2 Changes" in await text_of(app)
        await pilot.press("1")
        await pilot.pause()
        text = await text_of(app)
        assert "whole image" in text
        assert "curl" not in text


async def test_x_stops_the_reading():
    comparer = Waits()
    async with compared(comparer) as (app, pilot):
        await pilot.press("x")
        await ended(pilot, app.jobs._jobs[0])
        assert "stopped" in await text_of(app)


async def test_a_failure_is_told_and_gives_its_exit_code():
    async with compared(fails(ImageError("There is no image new:1.", "Check the name."))) as (app, pilot):
        assert isinstance(app.screen, Failure)
        assert "There is no image new:1." in await text_of(app)
        await pilot.press("enter")
        await pilot.pause()
    assert app.return_code == ExitCode.IMAGE
