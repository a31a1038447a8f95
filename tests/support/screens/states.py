"""The states of the app's screens that are looked at; each opens the app and goes there by keys."""

from __future__ import annotations

import os
from dataclasses import replace
from unittest.mock import patch

from made_images.histories import FLASK, grown, three

from screens import map_states, shown, shown_rewrite
from screens.driving import Waits, answers, fails
from screens.stage import Stage
from screens.states_of_files import STATES, state
from uvdive.base.errors import EngineError
from uvdive.base.progress import BytesRead
from uvdive.image.attested.sbom import Sbom, SbomPackage
from uvdive.image.events import ImageFound, LayerOutline, LayerRead
from uvdive.ledger.report import ImageReport, Waste
from uvdive.session.opening.picking import Choice, Choices
from uvdive.verify.several.history import Saved, Series, series_of

__all__ = ["STATES"]

for each in map_states.ALL:
    state(each)

# The explorer


@state
async def explore(stage: Stage) -> None:
    await stage.open()


@state
async def explore_reading(stage: Stage) -> None:
    layers = tuple(
        LayerOutline(layer.diff_id, layer.instruction or layer.created_by, None)
        for layer in stage.loaded.report.layers
    )
    load = Waits(
        ImageFound("shop:\u202e[b]1", layers),
        LayerRead(layers[0].diff_id, 22_500_000, 2_400),
        LayerRead(layers[1].diff_id, 18_582, 2),
        BytesRead(31_000_000, 47_000_000),
    )
    await stage.open(load)


@state
async def explore_no_color(stage: Stage) -> None:
    with patch.dict(os.environ, NO_COLOR="1"):
        await stage.open()


@state
async def explore_failed(stage: Stage) -> None:
    log = (
        "[internal] load build definition",
        "ERROR: \x1b[31m[red]no such[/] stage",
        *(f"line {n}" for n in range(25)),
    )
    error = EngineError(
        "The engine went away while [b]shop:1[/b] was read.",
        "Start it again: systemctl start docker",
        log=log,
    )
    await stage.open(fails(error))


@state
async def explore_layer(stage: Stage) -> None:
    await stage.open()
    await stage.press("2", "home", "enter", "end", "up", "v")


@state
async def explore_range(stage: Stage) -> None:
    await stage.open()
    await stage.press("2", "end", "m", "up", "up")


@state
async def explore_hostile_files(stage: Stage) -> None:
    await stage.open()
    await stage.to(b"/app/data/" + shown.HOSTILE[3])


@state
async def explore_filtered(stage: Stage) -> None:
    await stage.open()
    await stage.press("3", "slash", *"py")


@state
async def explore_owner_and_size(stage: Stage) -> None:
    await stage.open()
    await stage.press("1", "end", "enter", "greater_than_sign", "s")


@state
async def explore_nothing_fits(stage: Stage) -> None:
    await stage.open()
    await stage.press("slash", *"zzz", "enter")


@state
async def explore_zoomed(stage: Stage) -> None:
    await stage.open()
    await stage.to(b"/app/main.py")
    await stage.press("4", "z")


@state
async def explore_no_layers(stage: Stage) -> None:
    report = stage.loaded.report
    totals = replace(report.totals, file_bytes=0, live_bytes=0, dead_bytes=0, efficiency=1.0, files=0)
    owners = tuple(replace(o, bytes=0, live_bytes=0, dead_bytes=0, components=()) for o in report.owners)
    empty = replace(report, layers=(), owners=owners, totals=totals, findings=(), waste=(), components=())
    await stage.open(answers(empty))


@state
async def explore_toasts(stage: Stage) -> None:
    await stage.open(
        answers(
            replace(stage.loaded.report, warnings=("The base [b]was guessed[/b] from its \x1b[1m layers.",))
        )
    )
    await stage.press("x", "y")


# Lists


@state
async def findings(stage: Stage) -> None:
    await stage.open()
    await stage.press("f")


@state
async def finding_explained(stage: Stage) -> None:
    await stage.open()
    await stage.press("f", "down", "down", "down", "2", "z")


@state
async def waste(stage: Stage) -> None:
    await stage.open()
    await stage.press("w", "down", "down")


@state
async def waste_grouped(stage: Stage) -> None:
    report = stage.loaded.report
    cache = (b"/root/.cache/uv/archive-v0/%d/lib.so" % number for number in range(30))
    more = tuple(Waste(path, 9_000 - size, "deleted", "uv-cache", 1, 2, 6) for size, path in enumerate(cache))
    await stage.open(answers(replace(report, waste=(*more, *report.waste)), store=stage.loaded.store))
    await stage.press("w", "right", "down")


@state
async def waste_none(stage: Stage) -> None:
    await stage.open(answers(replace(stage.loaded.report, waste=())))
    await stage.press("w")


@state
async def packages(stage: Stage) -> None:
    await stage.open(answers(_requiring(stage.loaded.report), store=stage.loaded.store))
    await stage.press("p")
    await stage.press("down")


@state
async def packages_closed(stage: Stage) -> None:
    await stage.open(answers(_requiring(stage.loaded.report), store=stage.loaded.store))
    await stage.press("p")
    await stage.press("down", "down", "left", "down")


@state
async def packages_untold(stage: Stage) -> None:
    await stage.open()
    await stage.press("p")


@state
async def packages_listed(stage: Stage) -> None:
    report = _requiring(stage.loaded.report)
    listed = [SbomPackage("pypi", "numpy", "2.1.0"), SbomPackage("pypi", "left[b]pad", "1.0\x1b[2J")]
    listed += [SbomPackage("npm", "esbuild", "0.24.0"), SbomPackage("pypi", "flask", "3.1.0")]
    sbom = Sbom("buildkit-[b]v0.16.0", tuple(sorted(listed)))
    await stage.open(answers(replace(report, sboms=(sbom,)), store=stage.loaded.store))
    await stage.press("p")
    await stage.press("end", "up")


def _requiring(report: ImageReport) -> ImageReport:
    """The image with metadata for its packages."""
    needs = {"flask": ("numpy", "gone>=1"), "numpy": (), "psycopg-binary": ("numpy",)}
    places = [
        replace(
            place,
            distributions=tuple(
                replace(item, requires=needs.get(item.name, ())) for item in place.distributions
            ),
        )
        for place in report.environments
    ]
    return replace(report, environments=tuple(places))


@state
async def packages_os(stage: Stage) -> None:
    await stage.open()
    await stage.press("p", "slash", *"OS added", "enter")


# The picker


@state
async def picker(stage: Stage) -> None:
    await stage.pick(
        Choices(
            (
                Choice("image", "shop:[b]latest[/b]", "docker://shop:latest", 180_614_368, 1_999_990_000),
                Choice(
                    "image",
                    "ghcr.io/" + "very-long-organisation/" * 6 + "app:1",
                    "docker://a",
                    5_000_000_000,
                    1_990_000_000,
                ),
                Choice("archive", "./new\x1b[2J.tar", "./new.tar", 7_000, 1_900_000_000),
                Choice("report", "./before.uvdive", "./before.uvdive", 341_000, 1_999_999_000),
                Choice("Dockerfile", "./Dockerfile", "dockerfile:./Dockerfile", 512, 1_000_000_000),
            )
        )
    )


@state
async def picker_without_engine(stage: Stage) -> None:
    await stage.pick(
        Choices((), EngineError("No container engine answers.", "Start Docker, or name an archive."))
    )


# Two images


@state
async def compare(stage: Stage) -> None:
    await stage.compare(lambda _event, _cancel: shown_rewrite.comparison())
    await stage.press("down", "down")


@state
async def comparing(stage: Stage) -> None:
    await stage.compare(Waits(BytesRead(31_000_000, 47_000_000)))


# What opens on top


@state
async def help(stage: Stage) -> None:  # noqa: A001 - the state's name
    await stage.open()
    await stage.press("question_mark")


@state
async def palette(stage: Stage) -> None:
    await stage.open()
    await stage.press("ctrl+p", *"pack")


@state
async def extracting(stage: Stage) -> None:
    await stage.open()
    await stage.to(b"/app/data/" + shown.HOSTILE[1])
    await stage.press("e")


@state
async def exporting(stage: Stage) -> None:
    await stage.open()
    await stage.press("E")


# An image's history


def _histories() -> tuple[Series, ...]:
    names = ("out/1.uvdive", "out/2 \u202e[b]x.uvdive", "out/3-0a1b2c3.uvdive", "out/4.uvdive")
    reports = (*three(), grown([FLASK], reference="admin:1"))
    return series_of([Saved(name, report) for name, report in zip(names, reports, strict=True)])


@state
async def growth(stage: Stage) -> None:
    await stage.grow(*_histories())
    await stage.press("end")


@state
async def growth_of_one(stage: Stage) -> None:
    await stage.grow(*_histories())
    await stage.press("v", "2")
