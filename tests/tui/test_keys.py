from dataclasses import replace

import pytest
from made_images.samples import sample_report
from screens.driving import answers, ended, opened, text_of

from uvdive.base.files.config import Config
from uvdive.tui.keys.clashes import clashes
from uvdive.tui.screens.lists.waste_findings_packages import FindingsScreen
from uvdive.tui.widgets.keybar import KeyBar
from uvdive.tui.words.headline import wins

SAMPLE = answers(sample_report())


@pytest.mark.parametrize(
    ("keymap", "told"),
    [
        ({"explore.waste": "W"}, ()),
        ({"explore.waste": "f"}, ("keymap.explore.waste: explore.findings has the key f too.",)),
        ({"explore.waste": "f", "explore.findings": "w"}, ()),
        ({"explore.waste": "/"}, ("keymap.explore.waste: explore.filter has the key slash too.",)),
        (
            {"explore.waste": "Z", "explore.findings": "Z"},
            ("keymap.explore.waste: explore.findings has the key Z too.",),
        ),
        ({"explore.waste": "j"}, ("keymap.explore.waste: j is for moving in lists, which goes first.",)),
        ({"explore.waste": "n"}, ("keymap.explore.waste: n is for moving in lists, which goes first.",)),
        ({"list.sort": "n"}, ()),
    ],
)
def test_two_actions_on_one_key_are_told(keymap, told):
    assert clashes(keymap) == told


async def test_the_mouse_reaches_the_bar_the_findings_the_titles_and_the_keys():
    async with opened(SAMPLE) as (app, pilot):
        await pilot.click("#bar", offset=(110, 0))
        screen = app.screen
        assert screen.current == "owners"
        owners = screen.query_one("#owners")
        assert owners.owners[owners.cursor].owner == "base-os"
        await pilot.click("#wins", offset=(10, 0))
        assert isinstance(app.screen, FindingsScreen)
        await pilot.press("escape", "p")
        rows = app.screen.query_one("#rows")
        assert [item.name for item in rows.page.rows] == ["/app/.venv", "flask", "OS packages", "base-files"]
        for offset, order in ((12, "with it"), (5, "size")):
            await pilot.click("#head", offset=(offset, 0))
            assert app.screen.order_name == order
            assert [item.name for item in rows.page.rows] == ["flask", "base-files"]
        keys = app.screen.query_one(KeyBar)
        labels = [item.label for item in keys.shown()]
        assert "Filter" in labels
        x = sum(item.width for item in keys.shown()[: labels.index("Filter")])
        await pilot.click(KeyBar, offset=(x + 1, 0))
        assert app.screen.query_one("#items").has_class("-filtering")


async def test_tabs_are_clicked_where_there_is_one_pane_at_a_time():
    async with opened(SAMPLE, size=(80, 24)) as (app, pilot):
        x = (await text_of(app)).splitlines()[4].index("3 Files")
        await pilot.click("#tabs", offset=(x, 0))
        assert app.screen.current == "files"


async def test_the_line_of_keys_keeps_help_and_cuts_none_in_half():
    async with opened(SAMPLE, size=(60, 20)) as (app, pilot):
        bar = app.screen.query_one(KeyBar)
        await pilot.pause()
        assert "Help" in [item.label for item in bar.shown()]
        assert sum(item.width for item in bar.shown()) <= 60


async def test_clashes_are_told_at_the_start():
    async with opened(SAMPLE, config=Config(keymap={"explore.waste": "f"})) as (app, _):
        assert "Keys" in [note.title for note in app._notifications]


async def test_what_a_run_that_was_cut_off_left_is_told_in_the_app():
    async with opened(SAMPLE, notices=["[red]left[/] \x1b[31mx"]) as (app, _):
        (note,) = [note for note in app._notifications if note.title == "Cut off"]
        assert note.message == "[red]left[/] \\x1b[31mx"


async def test_what_is_copied_is_told_with_the_way_it_went(monkeypatch):
    monkeypatch.setattr("uvdive.tui.frame.clipboard.copy_locally", lambda text: f"tool for {len(text)}")
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("down", "y")
        await ended(pilot, app.jobs._jobs[-1])
        note = list(app._notifications)[-1]
        assert (note.title, note.message) == (
            "Copied by tool for 20, and by the terminal",
            "COPY server.py /app/",
        )
        assert app.clipboard == "COPY server.py /app/"


async def test_what_is_grave_is_on_the_first_screen_though_it_has_no_bytes():
    report = sample_report()
    broken = replace(
        report.findings[0], title="the interpreter of [b]/venv is missing", severity="high", bytes=0
    )
    lower = replace(broken, severity="medium")
    async with opened(answers(replace(report, findings=(*report.findings, broken)))) as (app, _):
        assert "Broken: the interpreter of [b]/venv is missing  Could save: 40.0 kB" in await text_of(app)
    assert "Broken" not in wins(replace(report, findings=(lower,))).plain
    assert "and 1 more" in wins(replace(report, findings=(broken, broken))).plain
