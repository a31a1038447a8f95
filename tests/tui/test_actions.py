import pytest
from made_images.samples import sample_report
from screens.driving import answers, opened

from uvdive.tui.keys.tables import TABLES, action_ids
from uvdive.tui.widgets.keybar import KeyBar

SHOWN = {
    "escape": "esc",
    "slash": "/",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}
OTHER_BYTES = {"ctrl+m", "ctrl+i", "ctrl+h", "ctrl+j", "ctrl+left_square_bracket"}
"""Enter, Tab, Backspace, a line's end and Esc in many terminals."""


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table[0].id.partition(".")[0])
def test_a_footer_is_short_and_fits_80_columns(table):
    shown = [action for action in table if action.footer]
    assert len(shown) <= 7
    assert any(action.call == "help" for action in shown)
    keys = [action.keys.partition(",")[0] for action in shown]
    width = sum(
        len(SHOWN.get(key, key)) + len(action.label) + 3 for key, action in zip(keys, shown, strict=True)
    )
    assert width <= 80


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table[0].id.partition(".")[0])
def test_every_action_has_its_own_plain_key_and_says_what_it_does(table):
    keys = [key for action in table for key in action.keys.split(",")]
    assert len(keys) == len(set(keys))
    assert not OTHER_BYTES & set(keys)
    for action in table:
        assert action.label
        assert action.tooltip.endswith(".")


def test_no_id_is_used_twice():
    assert len(action_ids()) == len(set(action_ids()))


KIN = (
    {"Open", "Rule", "Go in"},
    {"Dockerfile", "Line"},
    {"Filter", "Search"},
    {"Rewrite", "Plan again", "Build again", "Look again"},
    {"View", "Plan/Build", "Kind", "Folder/package/layer"},
    {"Export", "Report"},
)
"""Labels of keys that do the same kind of thing."""


def test_a_key_has_one_meaning_or_every_screen_shows_its_own_at_the_bottom():
    by_key = {}
    for table in TABLES:
        for action in table:
            name = action.id.split(".")[1]
            if name in ("pane", "back", "next", "previous"):
                continue
            for key in action.keys.split(","):
                by_key.setdefault(key, []).append(action)
    for key, actions in by_key.items():
        labels = {action.label for action in actions}
        if len(labels) == 1 or any(labels <= kin for kin in KIN):
            continue
        hidden = [action.id for action in actions if not action.footer and not action.spare]
        assert not hidden, key


async def test_spare_keys_fill_the_line_where_there_is_room_and_help_ends_it():
    async with opened(answers(sample_report()), size=(80, 24)) as (app, pilot):
        bar = app.screen.query_one(KeyBar)
        narrow = [item.label for item in bar.shown()]
        await pilot.resize_terminal(200, 60)
        await pilot.pause()
        wide = [item.label for item in bar.shown()]
    assert narrow[-1] == wide[-1] == "Help"
    assert narrow[:-1] == wide[: len(narrow) - 1]
    assert {"Sort", "Owner"} <= set(wide) - set(narrow)
