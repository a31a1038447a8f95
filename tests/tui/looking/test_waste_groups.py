"""Waste in groups: what belongs together stands together, and nothing is counted twice."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_images.samples import sample_report
from screens.driving import answers, opened, path_of, text_of

from uvdive.ledger.report import Waste
from uvdive.session.desk import Held
from uvdive.tui.desk.listing import MOST
from uvdive.tui.desk.tables import WASTE, WasteGroup
from uvdive.tui.desk.waste_groups import MANY, arrange_waste, by_folder, by_layer, key_of
from uvdive.tui.screens.lists.waste_findings_packages import WasteScreen

REPORT = sample_report()
ORDERS = [name for name, _ in WASTE.orders]
_NAMES = st.sampled_from([b"a", b"b", b"ab", b"a-", b"usr", b"\xff"])
_PATHS = st.lists(_NAMES, min_size=1, max_size=5).map(lambda parts: b"/" + b"/".join(parts))
_WASTE = st.builds(
    Waste,
    _PATHS,
    st.integers(0, 9),
    st.just("deleted"),
    st.just("app"),
    st.just(0),
    st.integers(1, 2),
    st.none(),
)


def held(waste: tuple[Waste, ...]) -> Held:
    return Held(replace(REPORT, waste=waste), None)


@given(st.lists(_WASTE, max_size=30))
def test_each_file_stands_in_one_group_and_groups_come_to_the_sum(waste: list[Waste]) -> None:
    for groups in (by_layer(REPORT, waste), by_folder(waste)):
        assert sorted(map(id, (item for _, items in groups for item in items))) == sorted(map(id, waste))
        assert all(
            (group.bytes, group.count) == (sum(i.bytes for i in items), len(items)) for group, items in groups
        )
        assert len({key_of(group) for group, _ in groups}) == len(groups)


@given(st.lists(_WASTE, max_size=30))
def test_a_folder_holds_what_is_counted_there_and_no_other_one_does(waste: list[Waste]) -> None:
    folders = {group.folder.rstrip(b"/") + b"/": items for group, items in by_folder(waste)}
    for folder, items in folders.items():
        assert all(item.path.startswith(folder) for item in items)
        deeper = [other for other in folders if other != folder and other.startswith(folder)]
        assert not any(item.path.startswith(other) for item in items for other in deeper)


def test_folders_are_named_as_deep_as_all_of_it_lies() -> None:
    waste = [
        Waste(b"/root/.cache/uv/a/1", 5, "deleted", "uv-cache", 0, 1, None),
        Waste(b"/root/.cache/uv/b", 5, "deleted", "uv-cache", 0, 1, None),
        Waste(b"/etc/x", 3, "deleted", "app", 0, 1, None),
        Waste(b"/y", 1, "deleted", "app", 0, 1, None),
    ]
    assert [(group.folder, group.bytes) for group, _ in by_folder(waste)] == [
        (b"/root/.cache/uv", 5),
        (b"/root/.cache/uv/a", 5),
        (b"/etc", 3),
        (b"/", 1),
    ]


@pytest.mark.parametrize("order", ["layer", "folder"])
def test_rows_are_counted_where_not_all_are_shown(order: str) -> None:
    waste = tuple(Waste(b"/d/%05d" % n, n, "deleted", "app", 0, 1, None) for n in range(MOST + 5))
    page, count, total, _ = arrange_waste(held(waste), "", ORDERS.index(order), ())
    assert (len(page.rows), page.more, page.count, count, total) == (1, 0, MOST + 5, MOST + 5, page.bytes)
    opened_ = {key_of(page.rows[0])}
    page, *_ = arrange_waste(held(waste), "", ORDERS.index(order), opened_)
    assert (len(page.rows), page.more, page.rows[1].bytes) == (MOST, 6, MOST + 4)
    page, *_ = arrange_waste(held(waste), "00001", ORDERS.index(order), ())
    assert [getattr(row, "path", None) for row in page.rows] == [None, b"/d/00001"], "words open all groups"


def test_a_long_list_begins_in_groups_and_a_short_one_by_size() -> None:
    few = tuple(Waste(b"/%d" % n, n, "deleted", "app", 0, 1, None) for n in range(MANY - 1))
    assert ORDERS[arrange_waste(held(few), "", None, ())[3]] == "size"
    assert ORDERS[arrange_waste(held((*few, few[0])), "", None, ())[3]] == "layer"


async def test_groups_open_close_and_lead_to_their_layer_line_and_folder() -> None:
    waste = tuple(Waste(b"/app/%d" % n, 100 + n, "deleted", "app", 1, 2, 6) for n in range(MANY))
    async with opened(answers(replace(REPORT, waste=(*waste, *REPORT.waste)))) as (app, pilot):
        await pilot.press("w")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, WasteScreen)
        assert screen.order_name == "layer"
        assert isinstance(screen.selected, WasteGroup)
        assert (screen.layer_of(screen.selected), screen.line_of(screen.selected)) == (2, 6)
        closed = screen.listing.count
        text = await text_of(app)
        assert "▶ " in text
        assert "Hidden by layer 2" in text
        await pilot.press("right")
        await pilot.pause()
        assert screen.listing.count > closed
        assert isinstance(screen.selected, WasteGroup), "the cursor stays on its group"
        await pilot.press("down")
        assert isinstance(screen.selected, Waste)
        await pilot.press("up", "enter")
        await pilot.pause()
        assert screen.listing.count == closed
        await pilot.press("s")
        await pilot.pause()
        assert screen.order_name == "folder"
        await pilot.press("y")
        assert app.clipboard.startswith("/app")
        await pilot.press("f")
        assert path_of(app).startswith(b"/app")
