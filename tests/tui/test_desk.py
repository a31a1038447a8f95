"""The app with an image that a process of its own holds, as people use it."""

import functools
import os
from contextlib import asynccontextmanager

import pytest
from made_images import layers as make
from screens.driving import ended, opened, path_of, text_of

from uvdive.session.desk import open_desk
from uvdive.tui.desk import path_facts
from uvdive.tui.desk.outline import CHUNK
from uvdive.tui.desk.places import Place, Span
from uvdive.tui.screens.viewer import ViewerScreen
from uvdive.tui.widgets.lists.files import FileTree

MANY = 6 * CHUNK
TEXT = b"print('hello')\n"


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    big = [make.file(f"big/file_{number:05d}", b"x") for number in range(MANY)]
    # A name with which the regular expression below never ends.
    first = make.layer(*big, make.file("app/main.py", b"old\n"), make.file("app/" + "a" * 60 + "b", b""))
    second = make.layer(make.file("app/main.py", TEXT), make.file("app/data", bytes(3 << 20)))
    return make.archive(folder / "image.tar", [first, second])


@asynccontextmanager
async def explored(image):
    async with opened(functools.partial(open_desk, str(image))) as (app, pilot):
        await answered(app, pilot)
        yield app, pilot
        app.let_go()


async def answered(app, pilot):
    """Wait until nothing is asked any more."""
    screen = app.screen
    while screen._looking.waiting or screen._telling.waiting:
        await ended(pilot, (screen._looking.job or screen._telling.job))
    await pilot.pause()


async def over(pilot, job):
    """Wait for a job that may have ended already."""
    if job is not None:
        await ended(pilot, job)


async def test_the_image_is_held_elsewhere_and_looked_at_a_screenful_at_a_time(image):
    async with explored(image) as (app, pilot):
        assert app.desk.report.files.entries == 0
        assert app.desk.ask(path_facts.path_of, 0) == b"/"
        await pilot.press("3", "down", "down")
        assert path_of(app) == b"/big"
        await pilot.press("enter")
        await answered(app, pilot)
        tree = app.screen.query_one(FileTree)
        assert tree.count == 3 + CHUNK + 1
        # A jump far into the folder brings what is around it, and no more.
        node = app.desk.ask(path_facts.find_paths, (b"/big/file_01000",)).place.node
        app.show_place(Place(node, Span(1, "upto")))
        await answered(app, pilot)
        assert path_of(app) == b"/big/file_01000"
        assert tree.count == 3 + CHUNK + 2
        assert [line.more for line in tree.lines if line.more] == [
            1000 - CHUNK // 2,
            MANY - 1000 - CHUNK // 2,
        ]


async def test_a_filter_runs_there_and_an_old_answer_is_dropped(image):
    async with explored(image) as (app, pilot):
        screen, tree = app.screen, app.screen.query_one(FileTree)
        await pilot.press("slash", *"01")
        old = screen._looking.job
        await pilot.press(*"234")
        await answered(app, pilot)
        assert (tree.shown.wish.filter.needle, tree.shown.count) == ("01234", 1)
        before = tree.shown
        if old is not None:
            screen.post_message(old.Done(old, None))
            await pilot.pause()
        assert tree.shown is before


async def test_who_moves_on_before_the_answer_is_not_called_back(image):
    async with explored(image) as (app, pilot):
        screen, tree = app.screen, app.screen.query_one(FileTree)
        await pilot.press("3", "home")
        screen.action_sort()
        tree.cursor = 2
        await answered(app, pilot)
        assert tree.shown.wish.sort == "name"
        assert (tree.cursor, path_of(app)) == (2, b"/big")


async def test_a_regular_expression_without_end_is_ended_and_told(image, monkeypatch):
    monkeypatch.setattr("uvdive.tui.screens.explore.browser.REGEX_SECONDS", 0.2)
    async with explored(image) as (app, pilot):
        screen = app.screen
        await pilot.press("slash", "ctrl+t", "ctrl+t")
        screen.query_one("#needle").value = "(a+)+$"
        await pilot.pause()
        await answered(app, pilot)
        assert "The expression takes too long" in await text_of(app)
        screen.query_one("#needle").value = "main"
        await pilot.pause()
        await answered(app, pilot)
        assert screen.query_one(FileTree).shown.count == 1


async def test_a_file_is_read_and_taken_out_a_piece_at_a_time(image, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with explored(image) as (app, pilot):
        screen = app.screen
        app.show_place(app.desk.ask(path_facts.find_paths, (b"/app/main.py",)).place)
        await answered(app, pilot)
        await pilot.press("enter")
        await over(pilot, screen._opening.job)
        assert isinstance(app.screen, ViewerScreen)
        await ended(pilot, app.jobs._jobs[-1])
        assert "print('hello')" in await text_of(app)
        await pilot.press("escape")
        app.show_place(app.desk.ask(path_facts.find_paths, (b"/app",)).place)
        await answered(app, pilot)
        await pilot.press("e")
        await pilot.press("enter")
        await over(pilot, screen.taking.job)
        assert (tmp_path / "app" / "main.py").read_bytes() == TEXT
        assert (tmp_path / "app" / "data").stat().st_size == 3 << 20
        await pilot.press("E")
        await pilot.press("down", "enter")
        await pilot.press("enter")
        await over(pilot, screen.taking.job)
        assert [path.suffix for path in tmp_path.iterdir() if path.is_file()] == [".md"]


async def test_leaving_ends_the_process(image):
    async with explored(image) as (app, pilot):
        process = app.desk.pid
        await pilot.press("q")
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
