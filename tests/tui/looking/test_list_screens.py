import hashlib
from dataclasses import replace

import pytest
from made_images.samples import sample_report
from screens.driving import answers, help_of, opened, path_of, text_of

from uvdive.ledger.report import DockerfileInfo, Waste
from uvdive.tui.screens.dockerfile import DockerfileScreen
from uvdive.tui.screens.explore.explore import ExploreScreen
from uvdive.tui.screens.lists.waste_findings_packages import FindingsScreen, PackagesScreen, WasteScreen
from uvdive.tui.widgets.lists.files import FileTree
from uvdive.tui.widgets.lists.listing import Listing
from uvdive.tui.widgets.lists.rows import Rows

SAMPLE = answers(sample_report())


async def test_waste_tells_cause_culprit_and_line_and_leads_to_the_path():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("w")
        await pilot.pause()
        assert isinstance(app.screen, WasteScreen)
        text = await text_of(app)
        assert r"/app/[red]x[/red]\x1b[2J\nnew" in text
        assert "deleted by layer 2, line 6" in text
        assert "written by layer 1, line 3" in text
        await pilot.press("slash", *"server", "enter", "y")
        assert app.clipboard == "/app/server.py"
        assert "1 of 2 · 500 B" in await text_of(app)
        await pilot.press("f")
        assert isinstance(app.screen, ExploreScreen)
        assert path_of(app) == b"/app/server.py"
        view = app.screen.query_one(FileTree).shown.wish.span
        assert (view.layer, view.mode) == (1, "layer")


async def test_esc_goes_back_from_the_files_to_the_list_that_led_there():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("p", "s", "s", "s", "down", "f")
        await pilot.pause()
        explorer = app.screen
        assert isinstance(explorer, ExploreScreen)
        assert path_of(app) == b"/app/.venv"
        await pilot.press("escape")
        assert isinstance(app.screen, PackagesScreen)
        assert (app.screen.selected.name, app.screen.order_name) == ("flask", "name")
        await pilot.press("escape")
        assert app.screen is explorer
        # Once back, there is nothing to go back to any more.
        await pilot.press("escape")
        assert app.screen is explorer
        assert not explorer.can_back
        await pilot.press("p")
        assert app.screen.order_name == "tree"


async def test_esc_ends_a_filter_before_it_goes_back_to_the_list():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("w", "f")
        await pilot.pause()
        await pilot.press("slash", "x", "enter", "escape")
        assert isinstance(app.screen, ExploreScreen)
        await pilot.press("escape")
        assert isinstance(app.screen, WasteScreen)


async def test_a_list_is_sorted_filtered_zoomed_and_left_step_by_step():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("p")
        screen = app.screen
        assert isinstance(screen, PackagesScreen)
        rows = screen.query_one(Listing)
        await pilot.press("s")
        assert [item.name for item in rows.page.rows] == ["flask", "base-files"]
        await pilot.press("s", "s")
        assert [item.name for item in rows.page.rows] == ["base-files", "flask"]
        await pilot.press("slash", *"zzz")
        await pilot.pause()
        assert "Nothing fits the filter" in await text_of(app)
        await pilot.press("enter")
        await pilot.press("f")
        assert app.screen is screen
        assert [note.message for note in app._notifications][-1:] == ["Nothing is selected."]
        await pilot.press("escape", "down", "enter")
        assert screen.current == "details"
        assert "app → flask" in await text_of(app)
        await pilot.press("z", "escape")
        assert (app.screen, screen.maximized) == (screen, None)
        await pilot.press("question_mark")
        assert "why they are there" in await help_of(app)
        await pilot.press("escape", "escape")
        assert isinstance(app.screen, ExploreScreen)


async def test_a_finding_has_its_page_and_leads_to_path_layer_and_line(tmp_path):
    text = "FROM debian\n\nRUN uv sync \\\n --extra\n\nCOPY server.py /app/\n"
    path = tmp_path / "Dockerfile"
    path.write_text(text)
    info = DockerfileInfo(str(path), hashlib.sha256(text.encode()).hexdigest(), matches=True)
    loader = answers(replace(sample_report(), dockerfile=info))
    async with opened(loader, size=(200, 36)) as (app, pilot):
        await pilot.press("f")
        await pilot.pause()
        assert isinstance(app.screen, FindingsScreen)
        shown = await text_of(app)
        assert "Build in one stage and run in another." in shown
        assert "Measured" in shown
        await pilot.press("d")
        await pilot.pause()
        assert isinstance(app.screen, DockerfileScreen)
        assert app.screen.selected.number == 3
        shown = await text_of(app)
        assert "every byte is matched to a line" in shown
        await pilot.press("home")
        assert "known by" in await text_of(app)
        await pilot.press("down", "y")
        assert "It made no layer." in await text_of(app)
        await pilot.press("down", "down")
        assert app.screen.selected.number == 3
        await pilot.press("escape")
        await pilot.press("L")
        assert isinstance(app.screen, ExploreScreen)
        assert (app.screen.current, app.screen.query_one("#layers").selected.layer) == ("layers", 1)
        await pilot.press("f", "f")
        assert path_of(app) == b"/usr/bin/uv"
        await pilot.press("2", "end", "d", "enter")
        assert app.screen.query_one("#layers").selected.layer == 2


@pytest.mark.parametrize("size", [(80, 24), (60, 16)])
async def test_lists_fit_small_terminals(size):
    async with opened(SAMPLE, size=size) as (app, pilot):
        for key in "wfpd":
            await pilot.press(key)
            await pilot.pause()
            screen = app.screen
            assert [name for name in screen.PANES if screen.pane(name).region] == [screen.PANES[0]]
            await pilot.press("2")
            await pilot.pause()
            assert [name for name in screen.PANES if screen.pane(name).region] == ["details"]
            for rows in screen.query(Rows):
                for width in (1, 10, 59, 200):
                    assert all(rows.row(index, width).plain.isprintable() for index in range(rows.count))
            await pilot.press("escape")


async def test_long_lists_are_cut_and_a_filter_finds_the_rest():
    many = tuple(Waste(b"/%05d" % n, n, "deleted", "app", 1, 2, None) for n in range(1_200))
    async with opened(answers(replace(sample_report(), waste=many))) as (app, pilot):
        await pilot.press("w", *"sssss")
        assert app.screen.order_name == "size"
        rows = app.screen.query_one(Listing)
        assert rows.count == 1_001
        await pilot.press("end")
        await pilot.pause()
        assert "… 200 more; / finds them" in await text_of(app)
        assert rows.selected is None
        await pilot.press("slash", *"0000")
        assert rows.count == 10


async def test_the_details_scroll_by_the_keys_of_lists():
    async with opened(SAMPLE, size=(80, 24)) as (app, pilot):
        await pilot.press("f", "2")
        details = app.screen.query_one("#details")
        half = details.scrollable_content_region.height // 2
        for keys, expected in (("j", 1), ("k", 0), ("ctrl+d", half), ("ctrl+u", 0)):
            await pilot.press(keys)
            await pilot.pause()
            assert details.scroll_target_y == expected
        await pilot.press("G")
        assert details.scroll_target_y == details.max_scroll_y > half
        await pilot.press("g")
        assert details.scroll_target_y == 0


async def test_empty_lists_say_why():
    empty = replace(sample_report(), waste=(), findings=(), environments=(), components=())
    async with opened(answers(empty)) as (app, pilot):
        for key, words in (("w", "Nothing is wasted"), ("f", "Nothing to save"), ("p", "no packages")):
            await pilot.press(key)
            await pilot.pause()
            assert words in await text_of(app)
            await pilot.press("enter", "s", "y", "escape")


async def test_an_image_that_uvdive_built_is_called_as_the_user_called_it():
    built = replace(sample_report().image, reference="uvdive.local/flask-0123456789:before")
    async with opened(answers(replace(sample_report(), image=built))) as (app, pilot):
        assert "sample:1  71.6 kB" in await text_of(app)
        await pilot.press("w")
        await pilot.pause()
        assert "uvdive.local" not in await text_of(app)


async def test_waste_of_the_folded_base_is_shown_in_its_own_layer():
    gone = Waste(b"/etc/os-release", 1000, "overwritten", "base-os", 0, 2, None)
    async with opened(answers(replace(sample_report(), waste=(gone,)))) as (app, pilot):
        await pilot.press("w", "f")
        await pilot.pause()
        assert path_of(app) == gone.path
        view = app.screen.query_one(FileTree).shown.wish.span
        assert (view.layer, view.mode) == (0, "layer")
