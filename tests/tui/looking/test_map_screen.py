"""The map: into a part and out again, by keys and by mouse, in each of its ways of dividing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_images.samples import HOSTILE_NAME, sample_report
from screens.driving import answers, ended, opened, path_of
from textual.widgets import Static

from uvdive.image.table import FileTable
from uvdive.tui.desk.map_parts import draw_map
from uvdive.tui.frame.theme import LOOKS
from uvdive.tui.screens.explore.explore import ExploreScreen
from uvdive.tui.screens.treemap import MapScreen
from uvdive.tui.widgets.treemap import TreeMap


async def pressed(app, pilot, *keys):
    for key in keys:
        await pilot.press(key)
        for job in tuple(app.jobs._jobs):
            await ended(pilot, job)
        await pilot.pause()


def names(app):
    tiles = app.screen.query_one(TreeMap)
    return [box.part.name for box in tiles._top]


def told(app, name):
    return str(app.screen.query_one(f"#{name}", Static).content)


def notices(app):
    return [note.message for note in app._notifications]


def marked(app):
    return app.screen.query_one(TreeMap).selected.name


async def test_in_and_out_again_comes_back_to_where_one_was():
    async with opened(answers(sample_report())) as (app, pilot):
        await pressed(app, pilot, "T")
        assert isinstance(app.screen, MapScreen)
        assert names(app) == [b"usr", b"app", b"etc/os-release"]
        await pressed(app, pilot, "right")
        assert marked(app) == b"app"
        await pressed(app, pilot, "enter")
        assert names(app)[0] == b".venv/lib/flask.py"
        assert "/ › app" in told(app, "headline")
        await pressed(app, pilot, "escape")
        assert marked(app) == b"app"
        await pressed(app, pilot, "escape")
        assert isinstance(app.screen, ExploreScreen)


async def test_one_key_divides_it_by_folder_then_package_then_layer():
    async with opened(answers(sample_report())) as (app, pilot):
        await pressed(app, pilot, "T", "v")
        assert names(app) == [b"uv", b"venv", b"base-os", b"app"]
        assert "by owner and package" in told(app, "headline")
        await pressed(app, pilot, "right", "enter")
        assert names(app) == [b"flask"]
        await pressed(app, pilot, "enter")
        assert names(app) == [b"app/.venv/lib/flask.py"]
        await pressed(app, pilot, "v")
        assert [name.split()[0] for name in names(app)] == [b"RUN", b"debian", b"COPY"]
        assert "1 RUN uv sync" in told(app, "under")
        await pressed(app, pilot, "v")
        assert names(app)[0] == b"usr"


async def test_v_divides_the_map_beside_the_files_too_and_leaves_those_alone():
    async with opened(answers(sample_report()), size=(200, 60)) as (app, pilot):
        await pressed(app, pilot, "5")
        span = app.screen.browsing.span
        for by, first in (("owner and package", b"uv"), ("layer", b"RUN"), ("folder", b"usr")):
            await pressed(app, pilot, "v")
            assert f"Map by {by}" in str(app.screen.pane("map").border_title)
            assert names(app)[0].startswith(first)
        assert app.screen.browsing.span == span


async def test_nothing_of_a_name_acts_on_the_screen():
    async with opened(answers(sample_report())) as (app, pilot):
        await pressed(app, pilot, "T", "right", "enter", "G")
        assert marked(app) == b"[red]x[/red]\x1b[2J\nnew"
        words = told(app, "under")
        assert "[red]x[/red]\\x1b[2J\\nnew" in words
        assert "all of it hidden" in words
        screen = "\n".join(
            line.text for line in app.screen.query_one(TreeMap).render_lines(app.screen.region)
        )
        assert "\x1b" not in screen


async def test_hidden_bytes_are_striped_and_the_rest_has_its_owners_pattern():
    async with opened(answers(sample_report()), size=(120, 36)) as (app, pilot):
        await pressed(app, pilot, "T", "right", "enter")
        tiles = app.screen.query_one(TreeMap)
        text = "\n".join(tiles.render_line(y).text for y in range(tiles.size.height))
        assert LOOKS["venv"].glyph * 20 in text
        assert "╲ ╲" in text
        assert LOOKS["app"].glyph in text
        assert all(len(tiles.render_line(y).text) == tiles.size.width for y in range(tiles.size.height))


async def test_a_click_marks_and_the_second_goes_in():
    async with opened(answers(sample_report())) as (app, pilot):
        await pressed(app, pilot, "T")
        tiles = app.screen.query_one(TreeMap)
        area = tiles._top[1].area
        at = (int(area.x) + 2, int(area.y) + 2)
        await pilot.click(TreeMap, offset=at)
        await pressed(app, pilot)
        assert marked(app) == b"app"
        await pilot.click(TreeMap, offset=at)
        await pilot.pause()
        for job in tuple(app.jobs._jobs):
            await ended(pilot, job)
        assert "/ › app" in told(app, "headline")


async def test_what_cannot_be_gone_into_says_so():
    async with opened(answers(sample_report())) as (app, pilot):
        await pressed(app, pilot, "T", "G", "i")
        assert marked(app) == b"etc/os-release"
        assert len(app.screen.mapping.way) == 1
        assert "There is nothing inside of it." in notices(app)


@pytest.mark.parametrize(
    ("keys", "path"),
    [
        (("right",), b"/app"),
        (("right", "enter", "G"), b"/app/" + HOSTILE_NAME),
        (("v", "enter"), b"/usr/bin/uv"),
        (("v", "v", "G", "enter"), b"/app/server.py"),
    ],
)
async def test_it_leads_to_the_files(keys, path):
    async with opened(answers(sample_report())) as (app, pilot):
        await pressed(app, pilot, "T", *keys, "f")
        assert isinstance(app.screen, ExploreScreen)
        assert path_of(app) == path


async def test_what_has_no_path_says_so():
    async with opened(answers(sample_report())) as (app, pilot):
        await pressed(app, pilot, "T", "v", "f")
        assert isinstance(app.screen, MapScreen)
        assert "It has no path of its own; go into it first." in notices(app)


async def test_the_path_is_copied_whole():
    async with opened(answers(sample_report())) as (app, pilot):
        await pressed(app, pilot, "T", "right", "enter", "y")
        assert app.clipboard == "/app/.venv/lib/flask.py"


async def test_it_is_laid_out_anew_for_another_size_and_keeps_the_mark():
    async with opened(answers(sample_report())) as (app, pilot):
        await pressed(app, pilot, "T", "right")
        await pilot.resize_terminal(150, 50)
        await pressed(app, pilot)
        tiles = app.screen.query_one(TreeMap)
        assert (tiles.shown.wish.width, tiles.shown.wish.height) == (tiles.size.width, tiles.size.height)
        assert marked(app) == b"app"


async def test_an_image_without_bytes_says_so():
    report = sample_report()
    empty = replace(
        report,
        files=FileTable(),
        totals=replace(report.totals, file_bytes=0, dead_bytes=0),
        owners=(),
        layers=(),
    )
    async with opened(answers(empty)) as (app, pilot):
        await pressed(app, pilot, "T")
        tiles = app.screen.query_one(TreeMap)
        assert "Nothing in here has bytes." in tiles.render_line(0).text
        await pressed(app, pilot, "enter", "right", "G", "escape")
        assert isinstance(app.screen, ExploreScreen)


def test_what_is_asked_twice_is_summed_up_once():
    from uvdive.session.desk import Held
    from uvdive.tui.desk.map_parts import MapWish

    held = Held(sample_report(), None)
    wish = MapWish("folder", None, 80, 20)
    assert draw_map(held, wish) == draw_map(held, wish)
    assert list(held.memo) == ["treemap"]


async def test_from_160_columns_on_the_explorer_has_it_as_a_pane():
    async with opened(answers(sample_report()), size=(160, 40)) as (app, pilot):
        await pressed(app, pilot)
        assert names(app) == [b"usr", b"app", b"etc/os-release"]
        await pressed(app, pilot, "5", "down", "enter")
        assert app.screen.current == "map"
        assert names(app)[0] == b".venv/lib/flask.py"
        assert "› app" in str(app.screen.pane("map").border_title)
        await pressed(app, pilot, "escape")
        assert marked(app) == b"app"
        await pressed(app, pilot, "2", "5", "tab")
        assert app.screen.current == "owners"


async def test_below_that_it_is_no_pane_that_one_comes_to():
    async with opened(answers(sample_report()), size=(159, 40)) as (app, pilot):
        await pressed(app, pilot, "2", "5")
        assert app.screen.current == "layers"
        await pressed(app, pilot, "4", "tab")
        assert app.screen.current == "owners"
        await pilot.resize_terminal(200, 60)
        await pressed(app, pilot, "5")
        assert app.screen.current == "map"
        assert names(app)
