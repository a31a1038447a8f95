"""The engine goes away in each phase: the app says so, keeps what is there, and goes on when it is back."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from engines.hanging import hanging_build
from engines.proxy import Proxy
from engines.removing import removes_images_of
from screens.driving import ended, text_of
from textual.pilot import Pilot

from uvdive.base.progress import CancelToken, OnEvent
from uvdive.build.events import BuildRequest
from uvdive.build.images import image_tag
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.desk import open_desk
from uvdive.session.opening.options import ReadOptions
from uvdive.session.proof.building import build_image, target_of
from uvdive.tui.app import UvdiveApp
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.screens.explore.explore import ExploreScreen
from uvdive.tui.screens.rewrite.rewrite import RewriteScreen
from uvdive.tui.services import Services

pytestmark = pytest.mark.engine

EXAMPLE = Path(__file__).parents[3] / "examples" / "flask"
OLD = 'FROM debian:trixie-slim\nCMD ["sleep", "600"]\n'
FROM_THE_STREAM = ReadOptions(layer_cache=False, via="save")


class Engine:
    """The engine behind a socket that can go away and come back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._proxy = Proxy(folder / "engine.sock")
        self.url = self._proxy.url

    def away(self) -> None:
        self._proxy.end()

    def back(self, most: int | None = None) -> None:
        """Come back; with ``most`` only until so many bytes were sent."""
        self.away()
        self._proxy = Proxy(self._folder / "engine.sock", most=most)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project that is built already; nothing that a test does changes it."""
    path = tmp_path_factory.mktemp("away")
    dockerfile = path / "Dockerfile"
    dockerfile.write_text(OLD)
    with removes_images_of(path, dockerfile):
        build_image(BuildRequest(path, dockerfile))
        yield path
        assert dockerfile.read_text() == OLD
        assert [each.name for each in path.iterdir()] == ["Dockerfile"]


@pytest.fixture
def engine(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    found = Engine(tmp_path)
    with monkeypatch.context() as patch:
        patch.setenv("DOCKER_HOST", found.url)
        yield found
    found.away()
    # Nobody could remove the containers that ran when the engine went away; ``uvdive clean`` does.
    for side in ("before", "after"):
        tag = image_tag(folder, folder / "Dockerfile", side)
        listed = ["docker", "ps", "--all", "--quiet", "--filter", f"ancestor={tag}"]
        for container in subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split():
            subprocess.run(["docker", "rm", "--force", container], capture_output=True, check=True)


async def until(true: Callable[[], bool]) -> None:
    """Ask again and again; what is asked takes its time."""
    end = time.monotonic() + 120
    while not true():
        await asyncio.sleep(0.01)
        assert time.monotonic() < end


def target(folder: Path) -> str:
    return f"docker://{image_tag(folder, folder / 'Dockerfile', 'before')}"


async def failed(app: UvdiveApp, pilot: Pilot[Any]) -> str:
    """Wait for the dialog that tells of the engine; what it says."""
    await until(lambda: isinstance(app.screen, Failure))
    await pilot.pause()
    assert isinstance(app.screen, Failure)
    assert app.screen.error.do
    return app.screen.error.what


async def test_while_the_image_is_read_r_reads_it_once_more(engine: Engine, folder: Path) -> None:
    engine.back(most=2_000_000)
    app = UvdiveApp("x", loader=partial(open_desk, target(folder), options=FROM_THE_STREAM))
    async with app.run_test(size=(120, 36)) as pilot:
        assert "it stopped sending the image" in await failed(app, pilot)
        assert "r tries again" in await text_of(app)
        engine.back()
        await pilot.press("r")
        await until(lambda: app.desk is not None)
        await pilot.pause()
        assert isinstance(app.screen, ExploreScreen)
        assert app.screen.report is not None
        assert app.screen.error is None
        app.let_go()


async def test_while_the_original_is_built_r_builds_it_once_more(engine: Engine, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    dockerfile = project / "Dockerfile"

    def load(on_event: OnEvent, cancel: CancelToken) -> Any:
        built = build_image(BuildRequest(project, dockerfile), on_event=on_event, cancel=cancel)
        return open_desk(target_of(built), on_event=on_event, cancel=cancel)

    app = UvdiveApp("x", loader=load)
    with removes_images_of(project, dockerfile), hanging_build() as hanging:
        dockerfile.write_text(hanging.text)
        async with app.run_test(size=(120, 36)) as pilot:
            await until(lambda: "started" in [text for _, text in list(app.original.log)])
            engine.away()
            assert "went away" in await failed(app, pilot)
            engine.back()
            dockerfile.write_text(OLD)
            await pilot.press("r")
            await until(lambda: app.desk is not None)
            app.let_go()


async def test_before_the_plan_the_plan_is_made_when_the_engine_is_back(
    engine: Engine, tmp_path: Path
) -> None:
    project = tmp_path / "flask"
    shutil.copytree(EXAMPLE, project)
    dockerfile = project / "Dockerfile"

    def load(on_event: OnEvent, cancel: CancelToken) -> Any:
        built = build_image(BuildRequest(project, dockerfile), on_event=on_event, cancel=cancel)
        return open_desk(target_of(built), dockerfile=dockerfile, on_event=on_event, cancel=cancel)

    with removes_images_of(project, dockerfile):
        app = UvdiveApp("x", loader=load, dockerfile=dockerfile, context=project)
        async with app.run_test(size=(120, 36)) as pilot:
            await until(lambda: app.desk is not None)
            await pilot.pause()
            engine.away()
            await pilot.press("r")
            await failed(app, pilot)
            await pilot.press("enter")
            screen = app.screen
            assert isinstance(screen, RewriteScreen)
            assert "r tries again" in await text_of(app)
            engine.back()
            await pilot.press("r")
            await until(lambda: screen.work.plan is not None)
            assert screen.work.plan is not None
            assert screen.work.plan.outcome == "rewritten"
            assert screen.work.plan.predicted is not None
            app.let_go()


@asynccontextmanager
async def rewriting(folder: Path, text: str) -> AsyncIterator[tuple[UvdiveApp, Pilot[Any], RewriteScreen]]:
    """The rewrite screen on the project with a plan to make this text of it."""
    dockerfile = folder / "Dockerfile"

    def unstudied(*_: object, **__: object) -> None:
        """Another plan than the recorded one would be studied."""

    def planned(*_: object, **__: object) -> RewritePlan:
        return RewritePlan("rewritten", "image", str(dockerfile), OLD, text, "")

    app = UvdiveApp(
        "x",
        loader=partial(open_desk, target(folder), dockerfile=dockerfile),
        dockerfile=dockerfile,
        context=folder,
        services=Services(plan=planned, study=unstudied),
    )
    async with app.run_test(size=(140, 40)) as pilot:
        await until(lambda: app.desk is not None)
        await pilot.press("r")
        await until(lambda: isinstance(app.screen, RewriteScreen) and app.screen.work.plan is not None)
        assert isinstance(app.screen, RewriteScreen)
        yield app, pilot, app.screen
        app.let_go()


def started(screen: RewriteScreen) -> bool:
    """Does the hanging build hang?"""
    return screen.work.proof is not None and any(
        text == "started" for _, text in [*screen.work.proof.build.log]
    )


async def test_during_the_build_its_steps_and_log_stay(engine: Engine, folder: Path) -> None:
    with hanging_build() as hanging:
        async with rewriting(folder, hanging.text) as (app, pilot, screen):
            await pilot.press("b")
            await until(lambda: started(screen))
            engine.away()
            assert "went away during the build" in await failed(app, pilot)
            await pilot.press("enter")
            assert app.screen is screen
            assert screen.work.proof is not None
            states = {step.event.state for step in screen.work.proof.build.steps.values()}
            assert states <= {"done", "cached", "cancelled"}
            text = await text_of(app)
            assert "The container engine went away" in text
            assert "not finished" in text


@pytest.mark.parametrize("phase", ["config", "start"])
async def test_during_the_checks_b_goes_through_when_the_engine_is_back(
    engine: Engine, folder: Path, phase: str
) -> None:
    async with rewriting(folder, OLD) as (app, pilot, screen):
        await pilot.press("s")
        await until(lambda: screen.work.proof is not None and phase in screen.work.proof.checks)
        engine.away()
        await failed(app, pilot)
        await pilot.press("enter")
        assert "not finished" in await text_of(app)
        assert not screen.work.busy
        engine.back()
        await pilot.press("b")
        await ended(pilot, screen.work.job, 120)
        assert screen.work.proof is not None
        assert screen.work.proof.comparison is not None
        assert "went away" not in await text_of(app)


async def test_writing_needs_no_engine(engine: Engine, folder: Path) -> None:
    async with rewriting(folder, OLD + "# new\n") as (_, pilot, screen):
        engine.away()
        await pilot.press("w", "y")
        await ended(pilot, screen.work.job)
        assert (folder / "Dockerfile").read_text() == OLD + "# new\n"
        await pilot.press("u")
        await ended(pilot, screen.work.job)
