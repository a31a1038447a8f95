from hypothesis import given
from hypothesis import strategies as st
from made_images.samples import sample_report

from uvdive.ledger.owners import OWNERS
from uvdive.tui.desk.scale import EIGHTHS, scaled
from uvdive.tui.frame.theme import LOOKS
from uvdive.tui.widgets.bars import OwnerList, cells, measured, stacked


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


@given(
    st.dictionaries(st.sampled_from(OWNERS), st.integers(1, 10**10), min_size=1), st.integers(0, 10**11),
    st.integers(1, 60),
)  # fmt: skip
def test_a_stacked_bar_is_as_long_as_its_bytes_to_an_eighth_of_a_cell(parts, more, width):
    total = sum(parts.values())
    bar = measured(parts, total + more, width).plain
    assert len(bar) == width
    filled = bar.rstrip(" ")
    # An eighth is told from a pattern that fills its cell.
    end = EIGHTHS.index(filled[-1]) if filled[-1] in EIGHTHS[1:8] else 8
    eighths = 8 * (len(filled) - 1) + end
    assert eighths == max(1, round(8 * width * total / (total + more)))


def test_a_stacked_bar_ends_in_its_last_owners_colour():
    assert measured({}, 5, 4).plain == "    "
    assert measured({"uv": 0}, 0, 4).plain == "    "
    small = measured({"uv": 1, "app": 2}, 10**6, 4)
    assert small.plain == "▏   "
    assert [span.style for span in small.spans] == ["$owner-app"]
    long = measured({"uv": 50, "app": 62}, 128, 4)
    assert long.plain == LOOKS["uv"].glyph + LOOKS["app"].glyph * 2 + "▌"
    assert long.spans[-1].style == "$owner-app"


def test_an_owner_keeps_its_dead_bytes_where_there_is_little_room():
    owners = OwnerList()
    owners.show(sample_report().owners)
    for width in (41, 45, 46, 80):
        rows = [owners.row(index, width).plain for index in range(owners.count)]
        assert max(map(len, rows)) <= width
        assert any(row.endswith(" hidden") for row in rows)
