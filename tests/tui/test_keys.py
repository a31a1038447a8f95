from dataclasses import replace

import pyperclip
import pytest
from driving import answers, ended, opened, text_of
from samples import sample_report

from uvdive.base.config import Config
from uvdive.tui.clashes import clashes
from uvdive.tui.clipboard import copy_locally
from uvdive.tui.headline import wins

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


async def test_clashes_are_told_at_the_start():
    async with opened(SAMPLE, config=Config(keymap={"explore.waste": "f"})) as (app, _):
        assert "Keys" in [note.title for note in app._notifications]


async def test_what_is_copied_is_told_with_the_way_it_went(monkeypatch):
    monkeypatch.setattr("uvdive.tui.app.copy_locally", lambda text: f"tool for {len(text)}")
    async with opened(SAMPLE) as (app, pilot):
        await pilot.press("y")
        await ended(pilot, app.jobs._jobs[-1])
        note = list(app._notifications)[-1]
        assert (note.title, note.message) == (
            "Copied by tool for 20, and by the terminal",
            "COPY server.py /app/",
        )
        assert app.clipboard == "COPY server.py /app/"


def test_the_tool_is_named_and_none_is_no_error(monkeypatch):
    taken = []

    def copy_xclip(text):
        taken.append(text)

    monkeypatch.setattr(pyperclip, "determine_clipboard", lambda: (copy_xclip, None))
    assert copy_locally("x") == "xclip"
    assert taken == ["x"]

    def fails(_text):
        raise pyperclip.PyperclipException("no tool")

    monkeypatch.setattr(pyperclip, "determine_clipboard", lambda: (fails, None))
    assert copy_locally("x") == ""


async def test_what_is_grave_is_on_the_first_screen_though_it_has_no_bytes():
    report = sample_report()
    broken = replace(
        report.findings[0], title="the interpreter of [b]/venv is missing", severity="high", bytes=0
    )
    lower = replace(broken, severity="medium")
    async with opened(answers(replace(report, findings=(*report.findings, broken)))) as (app, _):
        assert "Grave: the interpreter of [b]/venv is missing  To win: 40.0 kB" in text_of(app)
    assert "Grave" not in wins(replace(report, findings=(lower,))).plain
    assert "and 1 more" in wins(replace(report, findings=(broken, broken))).plain
