"""The history of an image in the app: what is listed, told and opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images.histories import FLASK, grown, saved, three
from textual.widgets import Static

from uvdive.cli.targets import opened_of
from uvdive.session.sources import source_of
from uvdive.session.two_images import TwoImages
from uvdive.tui.app import UvdiveApp
from uvdive.tui.screens.compare import CompareScreen
from uvdive.tui.screens.growth import GrowthScreen
from uvdive.verify.several.history import Saved, series_of


@pytest.fixture
def app(tmp_path: Path) -> UvdiveApp:
    reports = (*three(), grown([FLASK], reference="admin:1"))
    files = saved(tmp_path, *reports)
    series = series_of([Saved(str(file), report) for file, report in zip(files, reports, strict=True)])
    return UvdiveApp(
        None,
        history=series,
        opener=lambda target: opened_of(source_of(target)),
        pairer=lambda before, after: TwoImages(source_of(before), source_of(after)),
    )


def shown(app: UvdiveApp) -> GrowthScreen:
    assert isinstance(app.screen, GrowthScreen)
    return app.screen


def about(app: UvdiveApp) -> str:
    return str(app.screen.query_one("#about", Static).render())


async def test_the_largest_step_and_what_made_it(app: UvdiveApp) -> None:
    async with app.run_test(size=(160, 40)) as pilot:
        await pilot.pause()
        assert "largest step: numpy 2.1.0 added (+300.0 kB)" in str(
            app.screen.query_one("#headline", Static).render()
        )
        assert "The first report." in about(app)
        await pilot.press("end")
        told = about(app)
        assert "+301.0 kB since the report before" in told
        assert "+300.0 kB  numpy 2.1.0 added, wanted by pandas" in told
        assert "commit 0a1b2c3, as the tag says" in told
        await pilot.press("s")
        assert [row.place for row in shown(app).listing.page.rows] == [2, 1, 0]


async def test_enter_compares_with_the_one_before_and_escape_goes_back(app: UvdiveApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert shown(app).compare_problem == "This is the first report: nothing comes before it."
        await pilot.press("enter")
        assert shown(app).compare_problem
        await pilot.press("1", "end", "enter")
        assert isinstance(app.screen, CompareScreen)
        assert [name[-8:] for name in app.screen.names] == ["2.uvdive", "3.uvdive"]
        await pilot.press("escape")
        assert shown(app).selected.place == 2


async def test_one_image_at_a_time(app: UvdiveApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert shown(app).listing.page.rows[0].entry.reference == "shop:1"
        await pilot.press("v")
        assert [row.entry.reference for row in shown(app).listing.page.rows] == ["admin:1"]
        await pilot.press("v", "slash", *"0a1b")
        assert [row.place for row in shown(app).listing.page.rows] == [2]
