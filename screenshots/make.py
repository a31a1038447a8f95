"""Take the pictures of the real app: ``uv run python screenshots/make.py [TARGET [DOCKERFILE]]``.

The app runs on a real image, its keys are pressed, and Textual's own export gives an
SVG for each screen, which becomes a PNG. Needs an engine with the image (for the seed:
``docker build -t seed:1 examples/flask``) and the font that Textual's SVG names
(Debian: ``apt-get install fonts-firacode``). Nothing is written but the pictures.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import resvg_py
from textual.pilot import Pilot

from uvdive.base.errors import UvdiveError
from uvdive.session.images import load_image
from uvdive.tui.app import UvdiveApp
from uvdive.tui.screens.explore import ExploreScreen
from uvdive.tui.screens.rewrite import RewriteScreen

HERE = Path(__file__).parent
SEED = HERE.parent / "examples" / "flask" / "Dockerfile"
SIZE = (120, 36)
PATIENCE = 600
"""Seconds that a load or a build may take."""


class Camera:
    """Presses keys and takes pictures."""

    def __init__(self, app: UvdiveApp, pilot: Pilot[int], folder: Path) -> None:
        self.app = app
        self.pilot = pilot
        self.folder = folder

    async def until(self, ready: Callable[[], object], *, settle: bool = True) -> None:
        """Wait until something holds, and until nothing more moves; raises an error that the app shows."""
        for _ in range(PATIENCE * 20):
            await asyncio.sleep(0.05)
            error = getattr(self.app.screen, "error", None)
            if isinstance(error, UvdiveError):
                raise error
            if ready():
                if settle:
                    await self.pilot.pause()
                return
        raise TimeoutError("the app did not come so far")

    def shoot(self, name: str) -> None:
        """Write one PNG."""
        svg = self.app.export_screenshot()
        (self.folder / name).write_bytes(bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=1)))
        print(self.folder / name)


async def _explore(camera: Camera) -> None:
    screen = camera.app.screen
    assert isinstance(screen, ExploreScreen)
    await camera.until(lambda: screen.report is not None)
    camera.shoot("explore.png")
    await camera.pilot.press("3", "slash", *"flask", "enter")
    await camera.pilot.pause()
    camera.shoot("files.png")
    await camera.pilot.press("escape", "2")


async def _rewrite(camera: Camera) -> None:
    await camera.pilot.press("r")
    screen = camera.app.screen
    assert isinstance(screen, RewriteScreen)
    await camera.until(lambda: screen.plan is not None)
    camera.shoot("rewrite.png")
    await camera.pilot.press("d")
    await camera.pilot.pause()
    camera.shoot("sides.png")
    await camera.pilot.press("d", "b")
    proof = screen.proof
    assert proof is not None
    # With everything in the build's cache, the checks are what one can see running.
    await camera.until(lambda: len(proof.checks) > 2 or not screen.busy, settle=False)
    camera.shoot("building.png")
    await camera.until(lambda: not screen.busy)
    camera.shoot("compared.png")


async def make(target: str, dockerfile: Path, folder: Path) -> None:
    """Take every picture of one target."""
    app = UvdiveApp(target, loader=partial(load_image, target, dockerfile=dockerfile), dockerfile=dockerfile)
    async with app.run_test(size=SIZE) as pilot:
        camera = Camera(app, pilot, folder)
        await _explore(camera)
        await _rewrite(camera)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", nargs="?", default="seed:1")
    parser.add_argument("dockerfile", nargs="?", type=Path, default=SEED)
    parser.add_argument("--to", type=Path, default=HERE, help="the folder for the pictures")
    options = parser.parse_args()
    # A path below the current folder reads better in a picture.
    here = Path.cwd()
    dockerfile = options.dockerfile.resolve()
    if dockerfile.is_relative_to(here):
        dockerfile = dockerfile.relative_to(here)
    try:
        asyncio.run(make(options.target, dockerfile, options.to))
    except UvdiveError as error:
        print(error, file=sys.stderr)
        return int(error.code)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
