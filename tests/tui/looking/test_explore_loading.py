import asyncio
import threading
from dataclasses import replace

import pytest
from made_images.samples import sample_report
from made_images.trees import Table, hostile_report
from screens.driving import PATIENCE, Waits, answers, ended, fails, opened, text_of, until
from screens.local_desk import LocalDesk
from screens.settling import parked

from uvdive.base.errors import ExitCode, ImageError
from uvdive.base.progress import BytesRead, Note
from uvdive.build.events import BuildStep
from uvdive.image.events import ImageFound, LayerOutline, LayerRead, LayersPlaced
from uvdive.session.opening.images import Loaded
from uvdive.tui.app import UvdiveApp
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.widgets.lists.rows import Rows

SAMPLE = answers(sample_report())

EVENTS = (
    ImageFound("found:2", (LayerOutline("sha256:a", "RUN [/]one", None), LayerOutline("sha256:b", "two", 5))),
    Note("The engine prepares the archive."),
)


async def test_before_the_first_byte_the_app_says_what_the_engine_does():
    loader = Waits(*EVENTS)
    async with opened(loader) as (app, _pilot):
        text = await text_of(app)
        assert "found:2  The engine prepares the archive.  0 of 2 layers  x stops" in text
        assert "RUN [/]one" in text


async def test_layers_fill_in_while_they_arrive_and_bytes_are_counted():
    loader = Waits(
        *EVENTS, BytesRead(5, 10), BytesRead(45_000_000, 90_000_000), LayerRead("sha256:b", 77_000, 3)
    )
    async with opened(loader) as (app, _pilot):
        text = await text_of(app)
        assert "45.0 MB of 90.0 MB read" in text
        assert "1 of 2 layers" in text
        assert "77.0 kB" in text


async def test_what_a_registry_says_of_layers_is_there_before_their_bytes():
    layers = (
        LayerOutline("sha256:a", "RUN one", None, 12_300_000),
        LayerOutline("sha256:b", "two", None, 98),
    )
    async with opened(Waits(ImageFound("found:2", layers))) as (app, _pilot):
        text = await text_of(app)
        assert "12.3 MB packed  RUN one" in text
        assert "    98 B packed  two" in text


async def test_base_and_lines_are_there_before_the_bytes():
    layers = (
        LayerOutline("sha256:a", "ADD rootfs", None, 12_300_000),
        LayerOutline("sha256:b", "two", None, 98),
    )
    placed = LayersPlaced("debian:[b]13", 1, (None, 7))
    async with opened(Waits(ImageFound("found:2", layers), placed)) as (app, _pilot):
        text = await text_of(app)
        assert "12.3 MB packed  base debian:[b]13" in text
        assert "    98 B packed  L7  two" in text


@pytest.fixture
def prepared(monkeypatch):
    """The jobs that import other screens, which end when the test does."""
    begun, over = [], threading.Event()

    def prepare(self, on_event, cancel):
        begun.append(on_event)
        with parked():
            assert over.wait(PATIENCE)

    monkeypatch.setattr(UvdiveApp, "prepare", prepare)
    yield begun
    over.set()


async def test_other_screens_are_imported_once_the_layers_are_read_and_nobody_waits_for_it(prepared):
    layer = LayerRead("sha256:b", 77_000, 3)
    async with opened(Waits(*EVENTS, layer)) as (app, pilot):
        await text_of(app)
        assert not prepared
        app.screen._read(layer)
        await pilot.pause()
        assert len(prepared) == 1
        app.screen._loaded(LocalDesk(Loaded(sample_report(), None)))
        assert "Could save" in await text_of(app)
        assert len(prepared) == 1


async def test_an_image_that_was_read_before_is_shown_before_other_screens_are_imported(prepared):
    async with opened(SAMPLE) as (app, pilot):
        await until(pilot, lambda: bool(prepared))
        assert "Could save" in await text_of(app)


async def test_what_follows_the_reading_is_said_too():
    loader = Waits(*EVENTS, BytesRead(90_000_000, 90_000_000), Note("Working out whose the bytes are."))
    async with opened(loader) as (app, _pilot):
        assert "Working out whose the bytes are." in await text_of(app)


async def test_a_build_before_the_reading_shows_its_steps():
    loader = Waits(BuildStep("1", "[base 2/4] RUN [/]uv sync", "running"))
    async with opened(loader) as (app, _pilot):
        assert "[base 2/4] RUN [/]uv sync" in await text_of(app)


async def test_x_stops_reading_and_the_app_stays():
    loader = Waits(*EVENTS)
    async with opened(loader) as (app, pilot):
        job = app.screen._job
        app.screen.action_stop()
        await ended(pilot, job)
        assert job.cancel.cancelled
        assert "stopped" in await text_of(app)
        await pilot.press("3", "1", "question_mark", "escape")
        assert app.is_running


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_quitting_while_loading_stops_the_load_at_once(key):
    loader = Waits(*EVENTS)
    async with opened(loader) as (app, _):
        job = app.screen._job
        app.simulate_key(key)
        await asyncio.to_thread(job.join, PATIENCE)
        assert job.ended.is_set()
        assert job.cancel.cancelled
    assert app.return_value == ExitCode.DONE


async def test_a_failure_is_a_dialog_with_what_to_do_and_the_exit_code():
    error = ImageError("There is no image [red]x[/].", "Pull it: docker pull x", ("line\x1b[1m 1", "[/]"))
    async with opened(fails(error)) as (app, pilot):
        assert isinstance(app.screen, Failure)
        text = await text_of(app)
        assert "There is no image [red]x[/]." in text
        assert "Pull it: docker pull x" in text
        assert "line\\x1b[1m 1" in text
        await pilot.press("y")
        assert "docker pull x" in app.clipboard
        await pilot.press("enter")
        await pilot.pause()
    assert app.return_value == ExitCode.IMAGE


async def test_a_bug_is_no_traceback_and_is_kept_for_debug():
    async with opened(fails(KeyError("boom"))) as (app, _):
        text = await text_of(app)
        assert "Something went wrong inside uvdive: KeyError" in text
        assert "Traceback" not in text
        assert isinstance(app.crash, KeyError)


async def test_narrow_terminals_show_one_pane_at_a_time():
    async with opened(SAMPLE, size=(80, 24)) as (app, pilot):
        screen = app.screen
        assert screen.current == "owners"
        for key, pane in (("2", "layers"), ("3", "files"), ("4", "details"), ("1", "owners")):
            await pilot.press(key)
            await pilot.pause()
            shown = [name for name in screen.PANES if screen.pane(name).region]
            assert shown == [pane]
        assert " 1 Owners    2 Layers " in await text_of(app)


@pytest.mark.parametrize("size", [(59, 30), (100, 15), (20, 5), (1, 1)])
async def test_too_small_a_terminal_gets_a_message(size):
    async with opened(SAMPLE, size=size) as (app, pilot):
        assert not app.screen.query_one("#panes").region
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert app.screen.query_one("#panes").region


async def test_the_headline_has_as_many_words_as_fit():
    async with opened(SAMPLE, size=(120, 36)) as (app, pilot):
        assert "linux/amd64" in await text_of(app)
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        line = (await text_of(app)).splitlines()[0].rstrip()
        assert line.endswith("7 files")
        await pilot.resize_terminal(120, 36)
        await pilot.pause()
        assert "linux/amd64" in await text_of(app)


async def test_an_image_without_layers_or_files_says_so():
    empty = replace(
        Table().report(), layers=(), owners=(), findings=(), totals=replace(sample_report().totals, files=0)
    )
    async with opened(answers(empty)) as (app, pilot):
        assert "The image has no layers." in await text_of(app)
        for key in ("1", "2", "3", "4", "s", "v", "y", "enter", "right", "left", "n", "slash"):
            await pilot.press(key)
        assert app.is_running


async def test_warnings_of_the_report_are_told_without_markup():
    report = replace(sample_report(), warnings=("odd [red]name[/]",))
    async with opened(answers(report)) as (app, _):
        assert [note.message for note in app._notifications] == ["odd [red]name[/]"]
        assert all(not note.markup for note in app._notifications)


async def test_no_colour_still_tells_owners_apart(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(SAMPLE) as (app, _):
        bar = (await text_of(app)).splitlines()[1]
        assert {"█", "▓", "░", "▚"} <= set(bar)
        svg = app.export_screenshot()
        assert "#d55e00" not in svg.lower()


async def test_all_rows_can_be_drawn_at_any_width():
    async with opened(answers(hostile_report())) as (app, _):
        for rows in app.screen.query(Rows):
            for width in (1, 10, 43, 44, 59, 60, 200):
                for index in range(rows.count):
                    assert rows.row(index, width).plain.isprintable()
