"""Film the whole way as a GIF: ``uv run python screenshots/film.py [--to FILE]``.

The real app builds a copy of ``examples/flask`` without the build cache, is driven by
keys to the written file, and each picture of it becomes a frame with the keys that were
pressed below. While a build runs, time passes faster than it did; the caption says so.
Needs an engine with the base images and the font that Textual's SVG names (Debian:
``apt-get install fonts-firacode``). Nothing is written but the GIF.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import resvg_py
from PIL import Image, ImageDraw, ImageFont
from textual.pilot import Pilot

from uvdive.base.errors import UvdiveError
from uvdive.session.sources import dockerfile_source
from uvdive.tui.app import UvdiveApp
from uvdive.tui.screens.explore.explore import ExploreScreen
from uvdive.tui.screens.rewrite.rewrite import RewriteScreen

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "examples"
SIZE = (110, 32)
WIDTH = 1000
CAPTION = 34
PATIENCE = 900
"""Seconds that a build may take."""
TICK = 0.5
"""Seconds between two frames while something runs."""
SHOWN = 180
"""Milliseconds that such a frame is shown."""
COLOURS, SAMPLES = 128, 24
"""So many colours has the one palette of all frames, and so many frames are looked at for it."""
FONT = "/usr/share/fonts/truetype/firacode/FiraCode-Regular.ttf"


class Film:
    """Collects frames; equal ones become one that is shown longer."""

    def __init__(self, app: UvdiveApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot
        self.caption = ""
        self.frames: list[Image.Image] = []
        self.times: list[int] = []
        self._last = ""

    def take(self, milliseconds: int) -> None:
        """Add what the screen shows now."""
        svg = self.app.export_screenshot()
        if self.frames and svg + self.caption == self._last:
            self.times[-1] += milliseconds
            return
        self._last = svg + self.caption
        png = bytes(resvg_py.svg_to_bytes(svg_string=svg, width=WIDTH))
        picture = Image.open(io.BytesIO(png)).convert("RGB")
        if self.frames and picture.height + CAPTION != self.frames[0].height:
            return  # one screen has gone, and the next is not there yet
        frame = Image.new("RGB", (picture.width, picture.height + CAPTION), "#121212")
        frame.paste(picture, (0, 0))
        ImageDraw.Draw(frame).text(
            (24, picture.height + 4), self.caption, font=ImageFont.truetype(FONT, 20), fill="#e0e0e0"
        )
        self.frames.append(frame)
        self.times.append(milliseconds)

    async def press(self, *keys: str, caption: str, hold: int = 1500) -> None:
        """Press keys, wait until nothing moves, and show it so long."""
        self.caption = caption
        await self.pilot.press(*keys)
        await self.pilot.pause()
        self.take(hold)

    async def follow(self, ready: Callable[[], object], caption: str) -> None:
        """Film until something holds; raises an error that the app shows."""
        self.caption = caption
        for _ in range(int(PATIENCE / TICK)):
            error = getattr(self.app.screen, "error", None)
            if isinstance(error, UvdiveError):
                raise error
            if ready():
                await self.pilot.pause()
                return
            self.take(SHOWN)
            await asyncio.sleep(TICK)
        raise TimeoutError("the app did not come so far")

    def save(self, path: Path) -> None:
        """Write the GIF with one palette for all frames, so that colours don't flicker."""
        chosen = self.frames[:: max(len(self.frames) // SAMPLES, 1)]
        width, height = chosen[0].size
        sample = Image.new("RGB", (width, height * len(chosen)))
        for place, frame in enumerate(chosen):
            sample.paste(frame, (0, place * height))
        palette = sample.quantize(colors=COLOURS)
        frames = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in self.frames]
        frames[0].save(
            path, save_all=True, append_images=frames[1:], duration=self.times, loop=0, optimize=True
        )


async def _story(film: Film) -> None:
    fast = f"uvdive build examples/flask   (time runs {TICK * 1000 / SHOWN:.0f} times as fast)"
    await film.follow(lambda: isinstance(film.app.screen, ExploreScreen), fast)
    explorer = film.app.screen
    assert isinstance(explorer, ExploreScreen)
    await film.follow(lambda: explorer.report is not None, fast)
    film.caption = "Look: what is in the image, layer by layer, and what can be won"
    film.take(3500)
    await film.press("T", caption="T   every byte as a map, whose it is by colour and pattern", hold=3000)
    await film.press("escape", caption="Esc", hold=400)
    await film.press("f", caption="f   findings, with what to do", hold=3000)
    await film.press("escape", caption="Esc", hold=400)
    await film.press("r", caption="r   Plan: the Dockerfile rewritten, with reasons", hold=100)
    screen = film.app.screen
    assert isinstance(screen, RewriteScreen)
    await film.follow(lambda: screen.work.plan is not None, film.caption)
    film.take(3500)
    for _ in range(3):
        await film.press("down", caption="↓   each decision, its reason, its lines", hold=1300)
    await film.press("b", caption="b   Prove: build it, check it", hold=200)
    await film.follow(
        lambda: not screen.work.busy,
        f"b   Prove: build it, check it   (time runs {TICK * 1000 / SHOWN:.0f} times as fast)",
    )
    film.caption = "Built, compared and checked: what was saved, and that it still works"
    film.take(5000)
    await film.press("w", caption="w   Write, after a yes", hold=2500)
    await film.press("y", caption="y   written; the old text is kept, u undoes it", hold=4000)


async def film_it(target: Path) -> None:
    """Film the example in a copy, so that nothing of the checkout is written."""
    with tempfile.TemporaryDirectory(prefix="uvdive-film-") as folder:
        shutil.copytree(EXAMPLE, Path(folder) / "examples")
        os.chdir(folder)
        source = dockerfile_source(Path("examples/flask/Dockerfile"), build_args=("--no-cache",))
        app = UvdiveApp(
            "examples/flask",
            loader=source.open,
            dockerfile=source.dockerfile,
            context=source.context,
            build_args=source.build_args,
            builds=True,
        )
        async with app.run_test(size=SIZE) as pilot:
            film = Film(app, pilot)
            await _story(film)
            film.save(target)
            print(f"{target}: {len(film.frames)} frames, {sum(film.times) / 1000:.0f} s", file=sys.stderr)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--to", type=Path, default=HERE / "uvdive.gif", help="the file to write")
    options = parser.parse_args()
    try:
        asyncio.run(film_it(options.to.resolve()))
    except UvdiveError as error:
        print(error, file=sys.stderr)
        return int(error.code)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
