"""The packages as a tree: what goes with what, opened and closed by keys."""

from __future__ import annotations

from dataclasses import replace

from made_images.environments import asks, distribution, environment
from made_images.samples import sample_report
from screens.driving import answers, opened, text_of

from uvdive.ledger.report import ImageReport
from uvdive.session.desk import Held
from uvdive.tui.desk.package_tree import branches, costs_at, priced, shown
from uvdive.tui.desk.tables import packages

PLACE = environment(
    distribution("web", 1_000, "templates", "shared"),
    distribution("templates", 20_000),
    distribution("cloud", 4_000, "shared", "botlib"),
    distribution("botlib", 300_000),
    distribution("shared", 50_000),
    asks=(asks("shop", None, "web", "cloud"),),
)


def report() -> ImageReport:
    return replace(sample_report(), environments=(PLACE, replace(PLACE, path="/empty", distributions=())))


def tree_of(image: ImageReport) -> list[tuple[int, str, str]]:
    held = Held(image, None)
    costs = costs_at(held)
    assert costs_at(held) is costs, "made once"
    return [
        (each.depth, each.package.name, each.package.heading)
        for each in branches(priced(packages(image), costs), costs)
    ]


def test_each_package_stands_below_what_it_goes_with() -> None:
    assert tree_of(report()) == [
        (0, "/app/.venv", "environment"),
        (1, "shop", "asked"),
        (2, "cloud", ""),
        (3, "botlib", ""),
        (2, "shared", ""),
        (2, "web", ""),
        (3, "templates", ""),
        (0, "OS packages", "system"),
        (1, "base-files", ""),
    ]
    assert tree_of(replace(report(), environments=(), components=())) == []


def test_what_is_closed_hides_all_below_it_and_shows_it_by_its_mark() -> None:
    image = report()
    costs = costs_at(Held(image, None))
    tree = branches(priced(packages(image), costs), costs)
    rows = shown(tree, {("/app/.venv", "cloud"), ("", "OS packages")})
    assert [f"{row.lead}{row.name}" for row in rows] == [
        "▼ /app/.venv",
        "  ▼ shop",
        "    ▶ cloud",
        "      shared",
        "    ▼ web",
        "        templates",
        "▶ OS packages",
    ]
    assert [row.rank for row in rows] == [0, 1, 2, 4, 5, 6, 7]
    cloud = rows[2]
    assert (cloud.with_it, cloud.bar) == (304_000, "██████▌ ")


async def test_keys_open_and_close_and_the_cursor_stays() -> None:
    async with opened(answers(report()), size=(160, 40)) as (app, pilot):
        await pilot.press("p")
        await pilot.pause()
        rows = app.screen.listing
        names = [row.name for row in rows.page.rows]
        assert names[:3] == ["/app/.venv", "shop", "cloud"]
        assert rows.cursor == 0
        await pilot.press("down", "down", "left")
        await pilot.pause()
        assert [row.name for row in rows.page.rows][:4] == ["/app/.venv", "shop", "cloud", "shared"]
        assert rows.selected.name == "cloud"
        assert "304.0 kB  (424.6 % of the image)" in await text_of(app)
        assert "going      300.0 kB  botlib" in await text_of(app)
        assert "staying     50.0 kB  shared  for web" in await text_of(app)
        await pilot.press("slash", *"botlib", "enter")
        assert [row.name for row in rows.page.rows] == ["botlib"], "words look into what is closed"
        await pilot.press("escape", "home", "down", "down", "right")
        await pilot.pause()
        assert rows.page.rows[3].name == "botlib"


async def test_headings_say_what_they_are() -> None:
    async with opened(
        answers(replace(report(), environments=(replace(PLACE, asks=()),))), size=(160, 40)
    ) as (
        app,
        pilot,
    ):
        await pilot.press("p")
        await pilot.pause()
        text = await text_of(app)
        assert "packages  5" in text
        assert "No lock or project says what was asked for" in text
        await pilot.press("end", "up", "y")
        assert app.clipboard == "OS packages"


async def test_what_a_project_asks_for_has_its_own_row() -> None:
    async with opened(answers(report()), size=(160, 40)) as (app, pilot):
        await pilot.press("p")
        await pilot.pause()
        await pilot.press("down")
        text = await text_of(app)
        assert "what the project asks for" in text
        assert "going      300.0 kB  botlib" in text
