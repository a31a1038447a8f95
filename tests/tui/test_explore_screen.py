import asyncio
import re
import threading
from dataclasses import replace

import pytest
from driving import Waits, answers, ended, fails, opened, text_of
from samples import HOSTILE_NAME, sample_report
from trees import HOSTILE, Table, hostile_report

from uvdive.base.errors import ExitCode, ImageError
from uvdive.base.progress import BytesRead, Note
from uvdive.build.events import BuildStep
from uvdive.image.events import ImageFound, LayerOutline, LayerRead
from uvdive.tui.screens import browser, explore
from uvdive.tui.screens.dialogs import Failure, Help
from uvdive.tui.text import visible
from uvdive.tui.widgets.files import FileTree
from uvdive.tui.widgets.layers import LayerList
from uvdive.tui.widgets.rows import Rows

SAMPLE = answers(sample_report())


def selected_path(app):
    tree = app.screen.query_one(FileTree)
    return tree.outline.view.table.path(tree.selected)


async def test_the_first_screen_says_how_big_what_is_in_it_and_what_can_be_won():
    async with opened(SAMPLE) as (app, _):
        text = text_of(app)
        assert "sample:1" in text
        assert "71.6 kB" in text
        assert "98.6 % efficient" in text
        assert "To win: 40.0 kB uv is left in the image" in text
        assert "base debian:trixie-slim" in text
        assert "L3  RUN uv sync --extra" in text
        assert "venv" in text
        assert "27.9 %" in text


async def test_every_hostile_name_is_shown_as_text():
    async with opened(answers(hostile_report())) as (app, _):
        text = text_of(app)
        for name in HOSTILE[:-1]:
            assert visible(name) in text
        assert "/x\\x1b[2J[bold]" in text
        assert "\x1b" not in text


async def test_each_hostile_name_can_be_selected_described_and_copied():
    report = hostile_report()
    async with opened(answers(report)) as (app, pilot):
        await pilot.press("3")
        tree = app.screen.query_one(FileTree)
        for index in range(1, tree.count):
            tree.cursor = index
            await pilot.press("y")
            assert app.clipboard == selected_path(app).decode("utf-8", "replace")
        await pilot.pause()
        assert "/" in text_of(app)


async def test_arrows_letters_home_and_end_move():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("3")
        tree = app.screen.query_one(FileTree)
        last = tree.count - 1
        for keys, place in (
            (["down", "j"], 2),
            (["up"], 1),
            (["k"], 0),
            (["G"], last),
            (["g", "g"], 0),
            (["end"], last),
            (["home"], 0),
            (["ctrl+d", "ctrl+d"], last),
            (["ctrl+u", "pageup"], 0),
            (["pagedown", "down"], last),
        ):
            await pilot.press(*keys)
            assert tree.cursor == place, keys


async def test_the_tree_opens_and_closes_with_arrows_letters_enter_and_space():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("3", "down")
        tree = app.screen.query_one(FileTree)
        closed = tree.count
        assert selected_path(app) == b"/usr"
        for opens, closes in (("right", "left"), ("l", "h"), ("enter", "enter"), ("space", "space")):
            await pilot.press(opens)
            assert tree.count == closed + 2
            await pilot.press(closes)
            assert tree.count == closed
        await pilot.press("right", "right")
        assert selected_path(app) == b"/usr/bin"
        await pilot.press("left")
        assert selected_path(app) == b"/usr"


async def test_tab_and_numbers_go_from_pane_to_pane():
    async with opened(SAMPLE) as (app, pilot):
        assert app.screen.current == "layers"
        seen = []
        for _ in range(4):
            await pilot.press("tab")
            seen.append(app.screen.current)
        assert seen == ["files", "details", "owners", "layers"]
        await pilot.press("shift+tab")
        assert app.screen.current == "owners"
        for key, pane in (("3", "files"), ("4", "details"), ("1", "owners"), ("2", "layers")):
            await pilot.press(key)
            assert app.screen.current == pane


async def test_the_details_follow_the_selection():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("1")
        assert "Python packages" not in text_of(app)
        await pilot.press("down")
        assert "Python packages" in text_of(app)
        await pilot.press("2", "home")
        await pilot.pause()
        assert "known by" in text_of(app)
        await pilot.press("end", "3", "down", "enter", "down", "enter", "down")
        await pilot.pause()
        assert selected_path(app) == b"/usr/bin/uv"
        text = text_of(app)
        assert "/usr/bin/uv" in text
        assert "part of   uv 0.13.9" in text
        assert "added by layer 1, line 3" in text


async def test_a_folder_that_no_layer_names_tells_who_wrote_into_it_first():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("3", "down")
        await pilot.pause()
        assert selected_path(app) == b"/usr"
        assert "first written into by layer 0" in text_of(app)


async def test_the_base_folds_and_unfolds():
    async with opened(SAMPLE) as (app, pilot):
        layers = app.screen.query_one(LayerList)
        assert [row.fold for row in layers.rows] == [1, 0, 0]
        await pilot.press("home", "enter")
        assert [row.layer for row in layers.rows] == [0, 0, 1, 2]
        await pilot.press("down", "h")
        assert [row.fold for row in layers.rows] == [1, 0, 0]


async def test_a_layer_chooses_the_files_and_v_shows_what_it_changed():
    async with opened(SAMPLE) as (app, pilot):
        tree = app.screen.query_one(FileTree)
        assert tree.outline.view.mode == "upto"
        assert "the whole image" in text_of(app)
        await pilot.press("v")
        assert (tree.outline.view.layer, tree.outline.view.mode) == (2, "layer")
        await pilot.press("3", "down", "right", "down", "down", "right")
        await pilot.pause()
        text = text_of(app)
        assert "what layer 2 changed" in text
        assert re.search(r"500 B \S+ +- ▚", text)
        assert visible(HOSTILE_NAME.rpartition(b"/")[2]) in text
        assert "server.py" in text
        await pilot.press("2", "up")
        assert tree.outline.view.layer == 1


async def test_the_filter_works_while_typing_and_esc_ends_it():
    async with opened(SAMPLE) as (app, pilot):
        tree = app.screen.query_one(FileTree)
        everything = tree.count
        await pilot.press("slash", *"flask")
        assert selected_path(app).endswith(b"flask.py")
        assert tree.outline.hits.count == 2
        assert "“flask” · 2× 20.0 kB" in text_of(app)
        first = tree.cursor
        await pilot.press("enter", "n")
        assert tree.cursor > first
        await pilot.press("N")
        assert tree.cursor == first
        await pilot.press("escape")
        assert not tree.outline.wanted
        assert tree.count >= everything
        assert tree.has_focus


async def test_a_filter_that_fits_nothing_says_so():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("slash", *"[/nope]")
        await pilot.pause()
        assert "Nothing fits the filter" in text_of(app)


async def test_the_filter_knows_letters_in_order_and_regular_expressions():
    async with opened(SAMPLE) as (app, pilot):
        tree = app.screen.query_one(FileTree)
        await pilot.press("t", *"fkpy")
        assert tree.outline.hits.count == 2
        assert "~“fkpy”" in text_of(app)
        await pilot.press("ctrl+t", "home", "full_stop", "asterisk", "end", "dollar_sign")
        assert tree.outline.wanted.how == "regex"
        assert tree.outline.hits.count == 0
        await pilot.press(*["backspace"] * 9, *"^u.$")
        await pilot.pause()
        assert [selected_path(app), tree.outline.hits.count] == [b"/usr/bin/uv", 2]
        await pilot.press("left_parenthesis")
        await pilot.pause()
        assert "This is no regular expression" in text_of(app)
        assert tree.outline.wanted.needle == "^u.$"


async def test_files_are_filtered_by_owner_change_and_size():
    async with opened(SAMPLE) as (app, pilot):
        tree = app.screen.query_one(FileTree)
        seen = []
        for _ in range(5):
            await pilot.press("o")
            seen.append(tree.outline.hits and tree.outline.hits.bytes)
        assert seen == [40_000, 20_000, 10_000, 600, None]
        await pilot.press("v", "c")
        assert tree.outline.hits.count == 0
        await pilot.press("c")
        assert selected_path(app) == b"/app/server.py"
        await pilot.press("c", "c", "v", "b")
        assert "Nothing fits the filter" in text_of(app)
        await pilot.press("escape")
        assert not tree.outline.wanted
        await pilot.press("1", "down", "enter")
        assert app.screen.current == "files"
        assert "only venv · 2× 20.0 kB" in text_of(app)


async def test_a_range_of_layers_is_marked_and_shows_its_net_effect():
    async with opened(SAMPLE) as (app, pilot):
        tree = app.screen.query_one(FileTree)
        await pilot.press("up", "m", "down")
        await pilot.pause()
        text = text_of(app)
        assert "net effect of layers 1–2" in text
        assert "1┏" in text
        assert "2┗" in text
        # What layer 1 wrote and layer 2 deleted is no part of it.
        assert tree.outline.view.size[0] == 60_600
        assert tree.outline.view.removed[0] == 0
        await pilot.press("home")
        assert (tree.outline.view.first, tree.outline.view.layer) == (0, 1)
        await pilot.press("enter", "enter", "escape")
        assert not app.screen.marked
        assert tree.outline.view.mode == "upto"


async def test_s_cycles_the_order():
    async with opened(SAMPLE) as (app, pilot):
        tree = app.screen.query_one(FileTree)
        orders = []
        for _ in range(3):
            await pilot.press("s")
            orders.append(tree.outline.sort)
        assert orders == ["name", "change", "size"]


async def test_y_copies_the_path_the_command_and_the_owner():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("y")
        assert app.clipboard == "COPY server.py /app/"
        await pilot.press("1", "y")
        assert app.clipboard == "uv"
        await pilot.press("3", "down", "y")
        assert app.clipboard == "/usr"


async def test_z_gives_a_pane_the_screen_and_esc_takes_it_back():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("3", "z")
        assert app.screen.maximized is not None
        await pilot.press("escape")
        assert app.screen.maximized is None


async def test_help_lists_every_action_and_why_some_do_not_apply():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("question_mark")
        assert isinstance(app.screen, Help)
        told = app.screen._text().plain
        for action in explore.EXPLORE:
            assert action.tooltip in told
        assert "Nothing is being read." in told
        await pilot.press("escape")
        assert isinstance(app.screen, explore.ExploreScreen)


async def test_the_palette_offers_what_applies():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"order the files")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.query_one(FileTree).outline.sort == "name"


async def test_a_greyed_key_says_why():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("x")
        assert [note.message for note in app._notifications][-1:] == ["Nothing is being read."]


async def test_the_mouse_selects_and_opens():
    async with opened(SAMPLE) as (app, pilot):
        tree = app.screen.query_one(FileTree)
        closed = tree.count
        await pilot.click(FileTree, offset=(15, 1))
        assert selected_path(app) == b"/usr"
        assert app.screen.current == "files"
        await pilot.click(FileTree, offset=(15, 1))
        assert tree.count == closed + 2


async def test_text_can_be_selected_with_the_mouse():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.mouse_down(FileTree, offset=(1, 1))
        await pilot.hover(FileTree, offset=(9, 1))
        await pilot.mouse_up(FileTree, offset=(9, 1))
        assert "49.0 kB" in f" {app.screen.get_selected_text()} "


EVENTS = (
    ImageFound("found:2", (LayerOutline("sha256:a", "RUN [/]one", None), LayerOutline("sha256:b", "two", 5))),
    Note("The engine prepares the archive."),
)


async def test_before_the_first_byte_the_app_says_what_the_engine_does():
    loader = Waits(*EVENTS)
    async with opened(loader) as (app, pilot):
        await asyncio.to_thread(loader.told.wait, 30)
        await pilot.pause()
        text = text_of(app)
        assert "found:2  The engine prepares the archive.  0 of 2 layers  x stops" in text
        assert "RUN [/]one" in text


async def test_layers_fill_in_while_they_arrive_and_bytes_are_counted():
    loader = Waits(
        *EVENTS, BytesRead(5, 10), BytesRead(45_000_000, 90_000_000), LayerRead("sha256:b", 77_000, 3)
    )
    async with opened(loader) as (app, pilot):
        await asyncio.to_thread(loader.told.wait, 30)
        await pilot.pause()
        text = text_of(app)
        assert "45.0 MB of 90.0 MB read" in text
        assert "1 of 2 layers" in text
        assert "77.0 kB" in text


async def test_what_follows_the_reading_is_said_too():
    loader = Waits(*EVENTS, BytesRead(90_000_000, 90_000_000), Note("Working out whose the bytes are."))
    async with opened(loader) as (app, pilot):
        await asyncio.to_thread(loader.told.wait, 30)
        await pilot.pause()
        assert "Working out whose the bytes are." in text_of(app)


async def test_a_build_before_the_reading_shows_its_steps():
    loader = Waits(BuildStep("1", "[base 2/4] RUN [/]uv sync", "running"))
    async with opened(loader) as (app, pilot):
        await asyncio.to_thread(loader.told.wait, 30)
        await pilot.pause()
        assert "[base 2/4] RUN [/]uv sync" in text_of(app)


async def test_x_stops_reading_and_the_app_stays():
    loader = Waits(*EVENTS)
    async with opened(loader) as (app, pilot):
        job = app.screen._job
        app.screen.action_stop()
        await ended(pilot, job)
        assert job.cancel.cancelled
        assert "stopped" in text_of(app)
        await pilot.press("3", "1", "question_mark", "escape")
        assert app.is_running


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_quitting_while_loading_stops_the_load_at_once(key):
    loader = Waits(*EVENTS)
    async with opened(loader) as (app, _):
        job = app.screen._job
        app.simulate_key(key)
        await asyncio.to_thread(job.ended.wait, 30)
        assert job.cancel.cancelled
    assert app.return_value == ExitCode.DONE


async def test_a_failure_is_a_dialog_with_what_to_do_and_the_exit_code():
    error = ImageError("There is no image [red]x[/].", "Pull it: docker pull x", ("line\x1b[1m 1", "[/]"))
    async with opened(fails(error)) as (app, pilot):
        assert isinstance(app.screen, Failure)
        text = text_of(app)
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
        text = text_of(app)
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
        assert " 1 Owners    2 Layers " in text_of(app)


@pytest.mark.parametrize("size", [(59, 30), (100, 15), (20, 5), (1, 1)])
async def test_too_small_a_terminal_gets_a_message(size):
    async with opened(SAMPLE, size=size) as (app, pilot):
        assert not app.screen.query_one("#panes").region
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert app.screen.query_one("#panes").region


async def test_the_headline_has_as_many_words_as_fit():
    async with opened(SAMPLE, size=(120, 36)) as (app, pilot):
        assert "linux/amd64" in text_of(app)
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        line = text_of(app).splitlines()[0].rstrip()
        assert line.endswith("3 layers")
        await pilot.resize_terminal(120, 36)
        await pilot.pause()
        assert "linux/amd64" in text_of(app)


async def test_an_image_without_layers_or_files_says_so():
    empty = replace(
        Table().report(), layers=(), owners=(), findings=(), totals=replace(sample_report().totals, files=0)
    )
    async with opened(answers(empty)) as (app, pilot):
        assert "The image has no layers." in text_of(app)
        for key in ("1", "2", "3", "4", "s", "v", "y", "enter", "right", "left", "n", "slash"):
            await pilot.press(key)
        assert app.is_running


async def test_big_images_are_summed_up_beside_the_screen(monkeypatch):
    monkeypatch.setattr(browser, "IN_A_THREAD", 1)
    async with opened(SAMPLE) as (app, pilot):
        for job in list(app.jobs._jobs):
            await ended(pilot, job)
        tree = app.screen.query_one(FileTree)
        assert tree.outline.view.size[0] == 70_600
        await pilot.press("slash", *"flask")
        await ended(pilot, app.jobs._jobs[-1])
        assert (tree.outline.wanted.needle, tree.outline.hits.count) == ("flask", 2)
        await pilot.press("escape")
        assert not tree.outline.wanted


async def test_only_the_newest_wish_is_computed_after_the_one_that_runs(monkeypatch):
    monkeypatch.setattr(browser, "IN_A_THREAD", 1)
    release, asked = threading.Event(), []
    real = browser._prepare

    def slow(report, span, wanted, view):
        asked.append(wanted.needle)
        assert release.wait(30)
        return real(report, span, wanted, view)

    async with opened(SAMPLE) as (app, pilot):
        for job in list(app.jobs._jobs):
            await ended(pilot, job)
        monkeypatch.setattr(browser, "_prepare", slow)
        screen = app.screen
        for needle in ("f", "fl", "fla"):
            screen._filter(replace(screen.filter, needle=needle))
        release.set()
        await ended(pilot, screen._computing)
        await ended(pilot, screen._computing)
        assert asked == ["f", "fla"]
        assert screen.query_one(FileTree).outline.wanted.needle == "fla"


async def test_warnings_of_the_report_are_told_without_markup():
    report = replace(sample_report(), warnings=("odd [red]name[/]",))
    async with opened(answers(report)) as (app, _):
        assert [note.message for note in app._notifications] == ["odd [red]name[/]"]
        assert all(not note.markup for note in app._notifications)


async def test_no_colour_still_tells_owners_apart(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(SAMPLE) as (app, _):
        bar = text_of(app).splitlines()[1]
        assert {"█", "▓", "░", "▚"} <= set(bar)
        svg = app.export_screenshot()
        assert "#d55e00" not in svg.lower()


async def test_all_rows_can_be_drawn_at_any_width():
    async with opened(answers(hostile_report())) as (app, _):
        for rows in app.screen.query(Rows):
            for width in (1, 10, 43, 44, 59, 60, 200):
                for index in range(rows.count):
                    assert rows.row(index, width).plain.isprintable()
