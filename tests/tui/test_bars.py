from hypothesis import given
from hypothesis import strategies as st
from samples import sample_report

from uvdive.ledger.owners import OWNERS
from uvdive.tui.frame.theme import LOOKS
from uvdive.tui.widgets.bars import OwnerList, cells, scaled, stacked


@given(st.dictionaries(st.sampled_from(OWNERS), st.integers(0, 10**12)), st.integers(0, 200))
def test_the_bar_is_full_and_shows_every_owner_that_has_bytes(parts, width):
    found = cells(parts, width)
    some = [owner for owner, count in parts.items() if count]
    assert sum(found.values()) == (width if some else 0)
    if len(some) <= width:
        assert set(found) == set(some)
    assert all(count > 0 for count in found.values())


def test_cells_go_by_bytes_in_the_order_of_all_views():
    assert cells({"app": 50, "uv": 50}, 10) == {"uv": 5, "app": 5}
    assert list(cells({"app": 1, "uv": 999_999}, 10)) == ["uv", "app"]


def test_every_owner_has_a_pattern_of_its_own_so_that_colour_is_not_needed():
    assert set(LOOKS) == set(OWNERS)
    assert len({look.glyph for look in LOOKS.values()}) == len(OWNERS)
    assert len({look.colour for look in LOOKS.values()}) == len(OWNERS)
    assert stacked({"uv": 1, "venv": 1}, 4).plain == LOOKS["uv"].glyph * 2 + LOOKS["venv"].glyph * 2


def test_a_plain_bar_shows_even_a_little():
    assert scaled(1, 10**9, 4) == "▏   "
    assert scaled(10, 10, 4) == "████"
    assert scaled(0, 10, 4) == "    "
    assert scaled(0, 0, 2) == "  "


def test_an_owner_keeps_its_dead_bytes_where_there_is_little_room():
    owners = OwnerList()
    owners.show(sample_report().owners)
    for width in (41, 45, 46, 80):
        rows = [owners.row(index, width).plain for index in range(owners.count)]
        assert max(map(len, rows)) <= width
        assert any(row.endswith(" dead") for row in rows)
