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
from contextlib import chdir
from pathlib import Path

import resvg_py
from textual.pilot import Pilot

from uvdive.base.errors import UvdiveError
from uvdive.session.sources import source_of
from uvdive.tui.app import UvdiveApp
from uvdive.tui.screens.explore.explore import ExploreScreen
from uvdive.tui.screens.pick import PickScreen
from uvdive.tui.screens.rewrite.rewrite import RewriteScreen
from uvdive.tui.services import Opened

HERE = Path(__file__).parent
SEED = HERE.parent / "examples" / "flask" / "Dockerfile"
SIZE = (120, 36)
PICKED, VIEWED = "seed:", "server.py"
"""What is looked for in the picker, and the file that is opened."""
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

    async def shoot(self, name: str, *keys: str) -> None:
        """Press keys, wait for the jobs that they start, and write one PNG."""
        await self.pilot.press(*keys)
        await self.pilot.pause()
        await self.until(lambda: not self.app.jobs.running)
        self.take(name)

    def take(self, name: str) -> None:
        """Write one PNG of what is there now, without the notes that go away by themselves."""
        svg = self.app.export_screenshot()
        (self.folder / f"{name}.png").write_bytes(bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=1)))
        print(self.folder / f"{name}.png")


async def _explore(camera: Camera) -> None:
    await camera.until(lambda: isinstance(camera.app.screen, ExploreScreen))
    screen = camera.app.screen
    assert isinstance(screen, ExploreScreen)
    await camera.until(lambda: screen.report is not None)
    await camera.shoot("explore", "2", "end", "up")
    await camera.shoot("files", "3", "slash", *"flask", "enter")
    await camera.shoot("history", "h")
    await camera.pilot.press("escape")
    await camera.shoot("range", "escape", "2", "end", "m", "up", "up")
    await camera.pilot.press("escape")
    await camera.shoot("map", "T")
    await camera.pilot.press("escape")
    await camera.shoot("findings", "f")
    await camera.pilot.press("escape")
    await camera.shoot("waste", "w")
    await camera.pilot.press("escape")
    await camera.shoot("packages", "p")
    await camera.pilot.press("escape")
    await camera.shoot("dockerfile", "1", "d")
    await camera.pilot.press("escape")
    await camera.shoot("viewer", "2", "end", "3", "slash", *VIEWED, "enter", "end", "enter")
    await camera.pilot.press("escape", "escape")
    camera.app.theme = "textual-light"
    await camera.shoot("light", "2", "end", "up")
    camera.app.theme = "textual-dark"


async def _rewrite(camera: Camera) -> None:
    await camera.pilot.press("r")
    screen = camera.app.screen
    assert isinstance(screen, RewriteScreen)
    await camera.until(lambda: screen.work.plan is not None)
    await camera.shoot("rewrite")
    await camera.shoot("sides", "d")
    await camera.pilot.press("d", "b")
    proof = screen.work.proof
    assert proof is not None
    # With everything in the build's cache, the checks are what one can see running.
    await camera.until(lambda: len(proof.checks) > 2 or not screen.work.busy, settle=False)
    camera.take("building")
    await camera.until(lambda: not screen.work.busy)
    camera.take("verdict")
    await camera.shoot("compare", "c")


def _opened(target: str) -> Opened:
    return Opened(target, source_of(target).open)


async def _pick(folder: Path) -> None:
    with chdir(SEED.parent):
        app = UvdiveApp(None, opener=_opened)
        async with app.run_test(size=SIZE) as pilot:
            camera = Camera(app, pilot, folder)
            await camera.until(lambda: isinstance(app.screen, PickScreen))
            screen = app.screen
            assert isinstance(screen, PickScreen)
            await camera.until(lambda: screen.found)
            await camera.shoot("picker", "slash", *PICKED)


async def make(target: str, dockerfile: Path, folder: Path) -> None:
    """Take every picture of one target."""
    source = source_of(target)
    source.dockerfile = dockerfile
    app = UvdiveApp(target, loader=source.open, dockerfile=dockerfile)
    async with app.run_test(size=SIZE) as pilot:
        camera = Camera(app, pilot, folder)
        await _explore(camera)
        await _rewrite(camera)
    await _pick(folder)


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
