import pytest

from uvdive.tui.keys.tables import TABLES, action_ids

SHOWN = {"escape": "esc", "slash": "/", "question_mark": "?"}
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
