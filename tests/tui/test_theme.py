import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from uvdive.ledger.owners import OWNERS
from uvdive.tui.frame.theme import DRAWN, TEXT, contrast, legible, variables

THEMES = [name for name in BUILTIN_THEMES if not name.startswith("ansi")]


@pytest.mark.parametrize("name", THEMES)
def test_every_theme_lets_words_be_read_and_owners_be_seen(name):
    theme = BUILTIN_THEMES[name]
    found = legible({**variables(tints=True), **theme.to_color_system().generate(), **theme.variables})
    behind = [Color.parse(found[place]) for place in ("background", "surface", "panel")]
    words = ("text-accent", "text-warning", "text-error", "text-success", "sign-added", "sign-removed")
    least = dict.fromkeys(words, TEXT) | dict.fromkeys((f"owner-{owner}" for owner in OWNERS), DRAWN)
    for variable, wanted in least.items():
        for other in behind:
            assert contrast(Color.parse(found[variable]), other) >= wanted, variable


def test_colours_that_are_strong_enough_and_the_terminals_own_stay():
    given = {
        "background": "#000000",
        "owner-app": "#FFFFFF",
        "text-accent": "ansi_green",
        "text-muted": "auto 60%",
    }
    assert legible(given) == given
    ansi = BUILTIN_THEMES["ansi-dark"].to_color_system().generate()
    assert legible(ansi) == ansi


def test_white_on_black_is_the_most():
    assert contrast(Color.parse("white"), Color.parse("black")) == pytest.approx(21)
