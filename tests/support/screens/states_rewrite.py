"""The states of the first build and of the rewrite that are looked at; beside those of ``states``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from screens import shown_rewrite
from screens.driving import Waits, answers
from screens.stage import Stage
from screens.states import state
from uvdive.base.errors import BuildError
from uvdive.base.progress import CancelToken, Note, OnEvent
from uvdive.tui.services import Planned

# The first build

BUILD_ERROR = BuildError(
    "The build failed in the step [base 5/7] RUN uv sync [bold]--no-dev[/] --frozen: exit code 2",
    "The log says why the command failed; fix it and build again.",
    ("error: \x1b[31mNo `pyproject.toml` found[/]", "  in /app"),
)


@state
async def first_build(stage: Stage) -> None:
    await stage.open(shown_rewrite.first_build(), builds=True, planned=Planned())


@state
async def first_build_waiting(stage: Stage) -> None:
    await stage.open(Waits(Note("Building Dockerfile")), builds=True)


@state
async def first_build_stopped(stage: Stage) -> None:
    await first_build(stage)
    await stage.press("x")


@state
async def first_build_failed(stage: Stage) -> None:
    await stage.open(shown_rewrite.first_build(BUILD_ERROR), builds=True)


# The rewrite


@state
async def rewrite(stage: Stage) -> None:
    await stage.open(services=shown_rewrite.Shop().services())
    await stage.press("r")


@state
async def rewrite_ladder(stage: Stage) -> None:
    await stage.open(services=shown_rewrite.Shop(plan=shown_rewrite.with_ladder).services())
    await stage.press("r", "home", "down", "down")


@state
async def rewrite_choice(stage: Stage) -> None:
    await rewrite(stage)
    await stage.press("down", "down")


@state
async def rewrite_planning(stage: Stage) -> None:
    def plans(_path: Path, _report: object, *, on_event: OnEvent, cancel: CancelToken, **_: object) -> object:
        return Waits(Note("Reading python:3.13-slim-trixie, the final image's base"))(on_event, cancel)

    await stage.open(services=replace(shown_rewrite.Shop().services(), plan=plans))
    await stage.pilot.press("r")


@state
async def rewrite_unchanged(stage: Stage) -> None:
    await stage.open(services=shown_rewrite.Shop(plan=shown_rewrite.unchanged).services())
    await stage.press("r")


@state
async def rewrite_page(stage: Stage) -> None:
    await rewrite_choice(stage)
    await stage.press("i")


@state
async def rewrite_side_by_side(stage: Stage) -> None:
    await rewrite(stage)
    await stage.press("d")


@state
async def rewrite_refused(stage: Stage) -> None:
    await stage.open(services=shown_rewrite.Shop(plan=shown_rewrite.refused).services())
    await stage.press("r")


@state
async def rewrite_asks(stage: Stage) -> None:
    await stage.open(
        answers(replace(stage.loaded.report, dockerfile=None)), dockerfile=None, context=Path("/srv/shop")
    )
    await stage.press("r")


@state
async def building(stage: Stage) -> None:
    await stage.open(services=shown_rewrite.Shop(wait=True).services())
    await stage.press("r")
    await stage.pilot.press("b")


@state
async def verdict(stage: Stage) -> None:
    await rewrite(stage)
    await stage.press("b")


@state
async def verdict_checks(stage: Stage) -> None:
    await verdict(stage)
    await stage.press("3", "down", "enter")


@state
async def verdict_failed(stage: Stage) -> None:
    await stage.open(services=shown_rewrite.Shop(passes=False).services())
    await stage.press("r")
    await stage.press("b")


@state
async def verdict_unproven(stage: Stage) -> None:
    await stage.open(services=shown_rewrite.Shop(starts=False).services())
    await stage.press("r")
    await stage.press("s")


@state
async def start_settings(stage: Stage) -> None:
    await verdict_unproven(stage)
    await stage.press("e")


@state
async def start_settings_filled(stage: Stage) -> None:
    await start_settings(stage)
    await stage.press(*"postgres://shop", "tab", *"MODE=test", "tab", "tab", "tab", *"nowhere.env")
    await stage.press("tab", "space", "enter")


@state
async def reporting(stage: Stage) -> None:
    await verdict_failed(stage)
    await stage.press("E")


@state
async def writing(stage: Stage) -> None:
    await verdict(stage)
    await stage.press("w")


@state
async def written(stage: Stage) -> None:
    await writing(stage)
    await stage.press("y")


@state
async def quitting(stage: Stage) -> None:
    await building(stage)
    await stage.pilot.press("q")


@state
async def writing_after_a_failure(stage: Stage) -> None:
    await verdict_failed(stage)
    await stage.press("w", "y")
