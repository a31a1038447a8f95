"""How long the app's screen stands still: the longest gap in the heartbeat of its event loop.

    uv run python tests/bench/stalls.py IMAGE...

A task in the app's own loop sleeps for 5 ms again and again; what a sleep takes longer is
time in which no key could have been answered. Where other programs want the processors too,
that is mostly theirs: "own work" is the processor time that the loop's thread used meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import gc
import time
from collections.abc import Callable, Sequence

from uvdive.session.desk import open_desk
from uvdive.tui.app import UvdiveApp
from uvdive.tui.run import prepare
from uvdive.tui.screens.explore.explore import ExploreScreen
from uvdive.tui.widgets.lists.files import FileTree

BEAT, LATE = 0.005, 0.05


class Heart:
    """Beats beside the app and notes each delay, in seconds."""

    def __init__(self) -> None:
        self.delays: list[float] = []
        self.work: list[float] = []

    async def beat(self) -> None:
        while True:
            before, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(BEAT)
            self.delays.append(time.perf_counter() - before - BEAT)
            self.work.append(time.thread_time() - worked)

    def told(self) -> list[str]:
        """The cells of a row; begins anew."""
        worst, late = max(self.delays, default=0.0), sum(delay > LATE for delay in self.delays)
        usual = sorted(self.delays)[int(0.95 * (len(self.delays) - 1))] if self.delays else 0.0
        work = max(self.work, default=0.0)
        self.delays, self.work = [], []
        return [f"{1000 * value:.0f} ms" for value in (usual, worst, work)] + [str(late)]


def row(cells: Sequence[str]) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


async def until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - it looks from outside; the app tells nobody
        await asyncio.sleep(0.02)


async def measure(image: str) -> None:
    app = UvdiveApp(image, loader=functools.partial(open_desk, image), freeze=gc.freeze)
    heart = Heart()
    async with app.run_test(size=(120, 36)):
        beating = asyncio.create_task(heart.beat())
        await until(lambda: isinstance(app.screen, ExploreScreen))
        screen = app.screen
        assert isinstance(screen, ExploreScreen)
        tree = screen.query_one(FileTree)

        def quiet() -> bool:
            return screen.report is not None and not screen._looking.waiting and tree.shown is not None

        async def phase(what: str, *keys: str, pause: float = 0.08) -> None:
            heart.told()
            begin = time.perf_counter()
            for key in keys:
                app.simulate_key(key)
                await asyncio.sleep(pause)
            await until(quiet)
            await asyncio.sleep(0.2)
            tell(what, begin)

        def tell(what: str, begin: float) -> None:
            seconds = f"{time.perf_counter() - begin:.2f} s"
            row([image.rpartition("/")[2], what, seconds, *heart.told()])

        heart.told()
        begin = time.perf_counter()
        while screen.report is None:
            app.simulate_key("tab")
            await asyncio.sleep(0.1)
        tell("keys while it is read", begin)
        await phase("the first files")
        await phase("through the layers", "2", *["up", "down"] * 10)
        await phase("into the biggest folders", "3", "down", "enter", "down", "enter", *["j"] * 30, "end")
        await phase("sort", "s", "s", "s", pause=0.5)
        await phase("type a filter", "slash", *"module_1", "backspace", "backspace", *"99.py")
        await phase("a regular expression", "ctrl+t", "ctrl+t", *"$")
        await phase("its end", "escape")
        await phase("one without end", "slash", *"(.|.)+~", pause=0.05)
        await phase("filters", "escape", "o", "c", "b", "c", "b", "o", pause=0.3)
        await phase(
            "the lists", "w", "end", "s", "escape", "f", "escape", "p", "end", "s", "escape", pause=0.3
        )
        beating.cancel()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", nargs="+")
    prepare()
    row(["image", "what", "took", "p95 delay", "longest delay", "longest own work", "over 50 ms"])
    row(["---"] * 7)
    for image in parser.parse_args().images:
        asyncio.run(measure(image))
        gc.collect()


if __name__ == "__main__":
    main()
