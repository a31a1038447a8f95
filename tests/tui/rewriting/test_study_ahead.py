"""The rewrite is studied as soon as the image is read, where its Dockerfile is known; nobody is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from made_images.samples import sample_report
from screens.driving import OLD, Recorded, Waits, answers, opened, rewritten, text_of, until

from uvdive.base.errors import EngineError
from uvdive.ledger.report import DockerfileInfo
from uvdive.tui.app import UvdiveApp
from uvdive.tui.services import Planned

REPORT = sample_report()


async def test_the_image_is_there_and_the_study_begins_with_what_r_would_ask(dockerfile):
    recorded = Recorded()
    arguments = ("--build-arg", "X=1")
    async with opened(
        answers(REPORT), dockerfile=dockerfile, build_args=arguments, services=recorded.services()
    ) as (app, _pilot):
        await text_of(app)
        assert [(each["dockerfile"], each["build_args"]) for each in recorded.studied] == [
            (dockerfile, arguments)
        ]


async def test_the_dockerfile_that_the_report_names_will_do(tmp_path):
    named = tmp_path / "Dockerfile.web"
    named.write_text(OLD)
    report = replace(REPORT, dockerfile=DockerfileInfo(str(named), "0" * 64, matches=True))
    recorded = Recorded()
    async with opened(answers(report), services=recorded.services()) as (app, _pilot):
        await text_of(app)
        assert [each["dockerfile"] for each in recorded.studied] == [named]


async def test_without_a_dockerfile_and_where_the_rewrite_opens_at_once_nothing_is_studied(dockerfile):
    for options in ({}, {"dockerfile": dockerfile, "planned": Planned({"python": "base"}, pull=True)}):
        recorded = Recorded()
        async with opened(answers(REPORT), services=recorded.services(), **options) as (app, _pilot):
            await text_of(app)
            assert not recorded.studied


async def test_it_ends_with_the_app(dockerfile):
    waits = Waits()

    def study(_dockerfile: Path, _desk: Any, **options: Any) -> None:
        waits(lambda _event: None, options["cancel"])

    services = replace(Recorded().services(), study=study)
    app = UvdiveApp("sample:1", loader=answers(REPORT), dockerfile=dockerfile, services=services)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.desk is not None)
        (job,) = (each for each in app.jobs._jobs if each.name == "ahead")
        assert job.running
        await pilot.press("q")
    assert job.cancel.cancelled


async def test_what_keeps_it_from_its_end_is_told_to_who_asks_for_the_plan_alone(dockerfile):
    def fails(*_: object, **__: object) -> Any:
        raise EngineError("The engine went away.", "Start it.")

    services = replace(Recorded().services(), study=fails)
    async with opened(answers(REPORT), dockerfile=dockerfile, services=services) as (app, pilot):
        assert "went away" not in await text_of(app)
        screen = await rewritten(app, pilot)
        assert screen.work.plan is not None


async def test_a_bug_in_it_is_kept_for_debug(dockerfile):
    def breaks(*_: object, **__: object) -> Any:
        raise ZeroDivisionError

    services = replace(Recorded().services(), study=breaks)
    async with opened(answers(REPORT), dockerfile=dockerfile, services=services) as (app, _pilot):
        await text_of(app)
        assert isinstance(app.crash, ZeroDivisionError)
