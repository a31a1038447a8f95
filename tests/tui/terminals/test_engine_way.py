"""The whole way through the app on the real engine: explore, r, b, w."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from screens.driving import ended, text_of

from uvdive.base.progress import CancelToken, OnEvent
from uvdive.build.events import BuildRequest
from uvdive.build.images import image_tag, list_images, remove_images
from uvdive.session.desk import open_desk
from uvdive.session.proof.building import build_image
from uvdive.tui.app import UvdiveApp
from uvdive.tui.screens.rewrite.rewrite import RewriteScreen

EXAMPLE = Path(__file__).parents[3] / "examples" / "flask"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "flask"
    shutil.copytree(EXAMPLE, folder)
    yield folder
    ours = {image_tag(folder, folder / "Dockerfile", side) for side in ("before", "after")}
    remove_images([image for image in list_images() if image.tag in ours])


@pytest.mark.engine
async def test_r_and_b_measure_the_saving_on_the_real_engine_and_w_writes(project: Path):
    dockerfile = project / "Dockerfile"
    original = dockerfile.read_text()

    def load(on_event: OnEvent, cancel: CancelToken) -> Any:
        built = build_image(BuildRequest(project, dockerfile), on_event=on_event, cancel=cancel)
        return open_desk(f"docker://{built.tag}", dockerfile=dockerfile, on_event=on_event, cancel=cancel)

    app = UvdiveApp("examples/flask", loader=load, dockerfile=dockerfile, context=project)
    async with app.run_test(size=(150, 45)) as pilot:
        await pilot.pause()
        await ended_slowly(pilot, app)
        assert app.screen.report is not None, app.screen.error
        before = app.screen.report.totals.file_bytes
        await pilot.press("r")
        await ended_slowly(pilot, app)
        screen = app.screen
        assert isinstance(screen, RewriteScreen)
        assert screen.work.plan is not None
        assert screen.work.plan.outcome == "rewritten"
        screen.action_build()
        await ended_slowly(pilot, app)
        proof = screen.work.proof
        assert proof is not None
        assert proof.failure == ""
        assert proof.passed, proof.failed_checks
        found = proof.comparison
        assert found is not None
        assert found.before_bytes == before
        assert found.after_bytes < before
        text = await text_of(app)
        assert f"{(before - found.after_bytes) / 1e6:.1f} MB smaller" in text
        assert "checks passed" in text
        await pilot.press("w", "y")
        await ended(pilot, screen.work.job)
        app.let_go()
    assert dockerfile.read_text() == screen.work.plan.text
    assert (project / "Dockerfile.orig").read_text() == original


async def ended_slowly(pilot: Any, app: UvdiveApp) -> None:
    """Wait for the newest job, a build among them."""
    await ended(pilot, app.jobs._jobs[-1], 300)
