"""``q`` while an image is built, and while the images run: nothing stays behind, on the real engine."""

from __future__ import annotations

import asyncio
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from engines.hanging import hanging_build
from engines.removing import removes_images_of

from uvdive.base.progress import CancelToken, OnEvent
from uvdive.build.events import BuildRequest
from uvdive.build.images import find_image, image_tag
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.desk import open_desk
from uvdive.session.proof.building import build_image, target_of
from uvdive.tui.app import UvdiveApp
from uvdive.tui.screens.rewrite.rewrite import RewriteScreen
from uvdive.tui.services import Services

pytestmark = pytest.mark.engine

OLD = f'FROM debian:trixie-slim\nENV TEST={secrets.token_hex(8)}\nCMD ["sleep", "600"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "Dockerfile").write_text(OLD)
    with removes_images_of(tmp_path, tmp_path / "Dockerfile"):
        yield tmp_path
        assert (tmp_path / "Dockerfile").read_text() == OLD
        assert [path.name for path in tmp_path.iterdir()] == ["Dockerfile"]


def output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


async def until(true: Callable[[], bool]) -> None:
    """Ask again and again; what is asked takes its time."""
    end = time.monotonic() + 120
    while not await asyncio.to_thread(true):
        assert time.monotonic() < end


def containers(image: str) -> str:
    return output("docker", "ps", "--all", "--quiet", "--filter", f"ancestor={image}")


async def quit_when(folder: Path, text: str, key: str, reached: Callable[[RewriteScreen], bool]) -> str:
    """Open the rewrite with this new text, press ``key``, then ``q`` when it came so far; the old image."""
    dockerfile = folder / "Dockerfile"
    images: list[str] = []

    def load(on_event: OnEvent, cancel: CancelToken) -> Any:
        built = build_image(BuildRequest(folder, dockerfile), on_event=on_event, cancel=cancel)
        images.append(built.image_id)
        return open_desk(target_of(built), dockerfile=dockerfile, on_event=on_event, cancel=cancel)

    def unstudied(*_: object, **__: object) -> None:
        """Another plan than the recorded one would be studied."""

    def planned(*_: object, **__: object) -> RewritePlan:
        return RewritePlan("rewritten", "image", str(dockerfile), OLD, text, "")

    app = UvdiveApp(
        "x",
        loader=load,
        dockerfile=dockerfile,
        context=folder,
        services=Services(plan=planned, study=unstudied),
    )
    async with app.run_test() as pilot:
        await until(lambda: app.desk is not None)
        await pilot.press("r")
        await until(lambda: isinstance(app.screen, RewriteScreen) and app.screen.work.plan is not None)
        screen = app.screen
        assert isinstance(screen, RewriteScreen)
        await pilot.press(key)
        await until(lambda: reached(screen))
        await pilot.press("q", "y")
    return images[0]


async def test_q_during_a_build_ends_the_build(folder: Path) -> None:
    def reached(screen: RewriteScreen) -> bool:
        return screen.work.proof is not None and "started" in [
            text for _, text in list(screen.work.proof.build.log)
        ]

    with hanging_build() as hanging:
        await quit_when(folder, hanging.text, "b", reached)
    tag = image_tag(folder, folder / "Dockerfile", "after")
    await until(lambda: tag not in output("ps", "-eo", "args"))
    assert find_image(tag) is None


async def test_q_while_the_images_run_removes_their_containers(folder: Path) -> None:
    def reached(screen: RewriteScreen) -> bool:
        running = screen.work.proof is not None and screen.work.proof.checks.get("start", 0) is None
        return running and bool(containers(screen.report.image.id))

    image = await quit_when(folder, OLD, "s", reached)
    await until(lambda: containers(image) == "")
