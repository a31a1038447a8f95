"""What a list of packages that came with the image (SBOM) says otherwise, in the list of packages."""

from __future__ import annotations

from dataclasses import replace

from made_images.environments import distribution, environment
from made_images.samples import sample_report
from screens.driving import answers, opened, text_of

from uvdive.image.attested.sbom import Sbom, SbomPackage
from uvdive.ledger.report import Component, ImageReport
from uvdive.session.desk import Held, slim
from uvdive.tui.desk.listed import listed_at
from uvdive.tui.screens.lists.packages import PackagesScreen

PLACE = environment(distribution("flask", 1_000), distribution("Zope.interface", 500))


def report(*sboms: Sbom) -> ImageReport:
    """An image with two distributions and, of its system, one package."""
    sample = sample_report()
    parts = [
        Component("venv", each.name, each.version, "distribution", PLACE.path, each.bytes, each.bytes, 0)
        for each in PLACE.distributions
    ]
    system = [each for each in sample.components if each.owner == "base-os"]
    return replace(sample, environments=(PLACE,), components=(*system, *parts), sboms=sboms)


def listing(*packages: tuple[str, str, str], tool: str = "scanner-1.0") -> Sbom:
    return Sbom(tool, tuple(sorted(SbomPackage(*each) for each in packages)))


def rows_of(app: object) -> list[str]:
    screen = app.screen  # type: ignore[attr-defined]
    assert isinstance(screen, PackagesScreen)
    return [f"{row.lead.strip()} {row.name}".strip() for row in screen.listing.page.rows]


async def test_what_it_says_otherwise_stands_below_the_packages_and_in_the_details_of_each() -> None:
    found = report(
        listing(
            ("pypi", "flask", "9.9"),
            ("pypi", "zope-interface", "1.0"),
            ("pypi", "[b]ghost", "1.0\x1b[2J"),
            ("npm", "esbuild", "0.24.0"),
        )
    )
    async with opened(answers(found), size=(200, 36)) as (app, pilot):
        await pilot.press("p")
        shown = await text_of(app)
        assert "SBOM: 3 differences" in shown
        assert rows_of(app)[-4:] == [
            "▼ SBOM: 3 differences, by scanner-1.0",
            "base-files 13, not listed",
            "[b]ghost 1.0\x1b[2J, listed only",
            "flask 1.0, listed as 9.9",
        ]
        assert app.screen.listing.cursor == 0, "the answer moves nobody"
        await pilot.press("end")
        shown = await text_of(app)
        assert "Python package" in shown
        assert "lists 9.9" in shown
        await pilot.press("y")
        assert app.clipboard == "flask 1.0, listed as 9.9"
        await pilot.press("up")
        assert "does not have it" in await text_of(app)
        await pilot.press("up", "up")
        shown = await text_of(app)
        assert "4 packages" in shown
        assert "1 npm" in shown
        await pilot.press("left")
        assert rows_of(app)[-1] == "▶ SBOM: 3 differences, by scanner-1.0"
        # The package itself tells of it, too.
        await pilot.press("slash", *"flask", "enter")
        assert rows_of(app) == ["flask", "flask 1.0, listed as 9.9"]
        shown = await text_of(app)
        assert "1 of 3" in shown, "a row about a package is no package"
        assert "lists 9.9" in shown
        # No order but the tree has rows that are no packages.
        await pilot.press("escape", "s")
        assert sorted(rows_of(app)) == ["Zope.interface", "base-files", "flask"]


async def test_a_difference_leads_to_the_package() -> None:
    found = report(listing(("pypi", "flask", "9.9"), ("pypi", "zope.interface", "1.0")))
    number = next(place for place, part in enumerate(found.components) if part.name == "flask")
    async with opened(answers(found), size=(200, 36)) as (app, pilot):
        await pilot.press("p", "end")
        await pilot.pause()
        assert app.screen.selected.number == number


async def test_an_image_without_environments_shows_the_list_and_two_lists_are_two_rows() -> None:
    bare = replace(report(listing(("deb", "base-files", "13")), listing(tool="")), environments=())
    async with opened(answers(bare), size=(120, 36)) as (app, pilot):
        await pilot.press("p")
        assert "SBOM: 3 differences" in await text_of(app)
        rows = rows_of(app)
        assert [row for row in rows if "SBOM" in row] == [
            "▼ SBOM: 2 differences, by scanner-1.0",
            "▼ SBOM: 3 differences",
        ]


async def test_where_nothing_differs_it_says_so_and_without_a_list_nothing() -> None:
    same = listing(("pypi", "flask", "1.0"), ("pypi", "zope.interface", "1.0"), ("deb", "base-files", "13"))
    async with opened(answers(report(same)), size=(120, 36)) as (app, pilot):
        await pilot.press("p")
        assert "SBOM: as found" in await text_of(app)
        assert rows_of(app)[-1] == "SBOM: as found, by scanner-1.0"
    async with opened(answers(report()), size=(120, 36)) as (app, pilot):
        await pilot.press("p")
        assert "SBOM" not in await text_of(app)


def test_the_list_stays_where_the_image_is_held() -> None:
    found = report(listing(("pypi", "flask", "9.9")))
    assert [(each.tool, each.packages) for each in slim(found).sboms] == [("scanner-1.0", ())]
    held = Held(found, None)
    assert listed_at(held) is listed_at(held), "compared once"
