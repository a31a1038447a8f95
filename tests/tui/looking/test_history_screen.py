"""The history of a path, the strip of the image's growth beside the Dockerfile, and what `y` copies there."""

from __future__ import annotations

from made_images.samples import sample_report
from made_images.trees import Table
from made_images.two_versions import NEW, STORE, go_to, loader, two_versions
from screens.driving import answers, ended, opened, path_of, text_of
from screens.local_desk import LocalDesk

from uvdive.build.events import BuildStep
from uvdive.image.table import Cause, Kind
from uvdive.session.opening.images import Loaded
from uvdive.tui.screens.dockerfile import DockerfileScreen
from uvdive.tui.screens.explore.explore import ExploreScreen
from uvdive.tui.screens.history import HistoryScreen
from uvdive.tui.screens.viewer import ViewerScreen
from uvdive.tui.widgets.bars import shares
from uvdive.tui.widgets.dockerfile import DockerfileView
from uvdive.tui.widgets.growth import GrowthStrip
from uvdive.tui.widgets.history import ChangedList, HistoryList


async def settled(app, pilot):
    await pilot.pause()
    for job in tuple(app.jobs._jobs):
        await ended(pilot, job)
    await pilot.pause()


async def test_a_file_has_a_row_for_each_layer_and_the_diff_beside_it():
    async with opened(loader(two_versions(), STORE)) as (app, pilot):
        await go_to(app, pilot, b"/app/main.py")
        await pilot.press("h")
        await settled(app, pilot)
        assert isinstance(app.screen, HistoryScreen)
        assert [step.sums.layer for step in app.screen.history.steps] == [1, 2]
        text = await text_of(app)
        assert "touched by 2 of 3 layers" in text
        assert "Layer 2, line 6: changed" in text
        assert "- print('[red]old')" in text
        await pilot.press("up")
        await settled(app, pilot)
        text = await text_of(app)
        assert "Layer 1, line 3: added" in text
        assert "import os" in text
        assert "- print" not in text
        await pilot.press("down", "enter", "y")
        await settled(app, pilot)
        assert app.screen.current == "changes"
        assert "+print(1)" in app.clipboard.splitlines()
        await pilot.press("2", "y")
        assert "Layer 2, line 6: changed" in app.clipboard
        await pilot.press("1", "y")
        assert app.clipboard == "/app/main.py"
        await pilot.press("3", "enter")
        await settled(app, pilot)
        assert isinstance(app.screen, ViewerScreen)
        assert app.screen.version.layer == 2
        await pilot.press("y")
        assert app.clipboard == NEW.decode().replace("\x1b", r"\x1b")
        await pilot.press("escape", "escape")
        assert isinstance(app.screen, ExploreScreen)


async def test_a_folder_leads_to_what_changed_below_it_and_into_the_files():
    async with opened(loader(two_versions(), STORE), size=(80, 24)) as (app, pilot):
        await go_to(app, pilot, b"/app")
        await pilot.press("h")
        await settled(app, pilot)
        assert [(s.sums.layer, s.sums.added, s.sums.changed) for s in app.screen.history.steps] == [
            (1, 4, 0),
            (2, 0, 1),
        ]
        await pilot.press("up", "enter")
        await settled(app, pilot)
        names = [one.name for one in app.screen.query_one(ChangedList).found.paths]
        assert names == [b"main.py", b"tool.bin", b"lost", b"link"]
        await pilot.press("y")
        assert app.clipboard == "/app/main.py"
        await pilot.press("enter")
        await settled(app, pilot)
        assert app.screen.history.path == b"/app/main.py"
        assert app.screen.query_one(HistoryList).selected.sums.layer == 1
        await pilot.press("escape", "end", "f")
        await settled(app, pilot)
        assert isinstance(app.screen, ExploreScreen)
        assert path_of(app) == b"/app/link"
        assert app.screen.browsing.span.layer == 1


async def test_what_was_removed_and_what_has_no_content_say_so():
    rows = Table()
    rows.add(b"/gone", layer=0, size=20, death=2, cause=Cause.DELETED)
    rows.add(b"/link", layer=1, kind=Kind.SYMLINK, link=b"x\x1b[2J")
    rows.add(b"/pipe", layer=1, kind=Kind.FIFO)
    async with opened(loader(rows, STORE)) as (app, pilot):
        for path, words in (
            (b"/gone", "The layer removed it."),
            (b"/link", r"→ x\x1b[2J"),
            (b"/pipe", "It has no content of its own."),
        ):
            await go_to(app, pilot, path)
            await pilot.press("h", "end")
            await settled(app, pilot)
            assert words in await text_of(app)
            await pilot.press("escape")


async def test_from_the_history_to_the_layer_and_to_the_line():
    async with opened(loader(two_versions(), STORE)) as (app, pilot):
        await go_to(app, pilot, b"/app/main.py")
        await pilot.press("h")
        await settled(app, pilot)
        await pilot.press("L")
        await settled(app, pilot)
        assert app.screen.query_one("#layers").selected.layer == 2
        assert app.screen.current == "layers"


async def test_the_details_are_copied_as_they_stand_there():
    async with opened(answers(sample_report())) as (app, pilot):
        await pilot.press("1", "4", "y")
        assert app.clipboard.splitlines()[0].endswith("uv itself")


async def test_arrows_walk_the_growth_and_the_lines_go_along(tmp_path):
    def load(on_event, cancel):
        on_event(BuildStep("1", "[base 2/2] RUN x", "done", 1.0))
        return LocalDesk(Loaded(sample_report(), None))

    async with opened(load) as (app, pilot):
        await pilot.press("d")
        assert isinstance(app.screen, DockerfileScreen)
        strip, lines = app.screen.query_one(GrowthStrip), app.screen.query_one(DockerfileView)
        assert sum(step.bytes for step in strip.steps) == sample_report().totals.file_bytes
        await pilot.press("home")
        for place in (1, 2, 2):
            await pilot.press("right")
            await pilot.pause()
            assert (lines.cursor, strip.selected) == (place, place)
        assert "Line 6 adds 600 B" in await text_of(app)
        await pilot.press("left", "left", "left")
        await pilot.pause()
        assert strip.selected == 0
        assert "The base image adds 10.0 kB  0 B → 10.0 kB of 71.6 kB" in await text_of(app)
        await pilot.click(GrowthStrip, offset=(40, 1))
        await pilot.pause()
        assert lines.cursor == strip.selected == 1


def test_every_instruction_has_a_cell_while_there_are_enough():
    assert shares([5, 0, 1_000_000, 1], 10) == [1, 0, 8, 1]
    assert shares([3, 2, 1], 2) == [1, 1, 0]
    assert shares([0, 0], 5) == [0, 0]
    assert shares([4], 0) == [0]
