"""The states that show files and what changed in them; and the list that all states go into."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from screens import shown_rewrite
from screens.driving import answers
from screens.stage import Stage
from uvdive.build.events import BuildStep
from uvdive.session.two_images import Part
from uvdive.verify.checks import Comparison

State = Callable[[Stage], Awaitable[None]]
STATES: dict[str, State] = {}


def state(walk: State) -> State:
    """Take a state into the list, by the name of its function."""
    STATES[walk.__name__.replace("_", "-")] = walk
    return walk


@state
async def dockerfile(stage: Stage) -> None:
    await stage.open()
    await stage.press("d", "down")


@state
async def dockerfile_unknown(stage: Stage) -> None:
    report = replace(stage.loaded.report, dockerfile=None)
    await stage.open(answers(report), dockerfile=None)
    await stage.press("d")


@state
async def dockerfile_seconds(stage: Stage) -> None:
    steps = (
        BuildStep("1", "[base 1/6] FROM ghcr.io/astral-sh/uv:trixie-slim", "done", 0.02),
        BuildStep("2", "[base 2/6] WORKDIR /app", "cached", 0.0),
        BuildStep("3", "[base 3/6] COPY pyproject.toml uv.lock /app/", "cached", 0.0),
        BuildStep("4", "[base 4/6] RUN apt-get update && apt-get install -y gcc", "done", 1204.26),
        BuildStep("5", "[base 5/6] RUN uv sync --no-dev --frozen", "done", 31.44),
        BuildStep("6", "[base 6/6] COPY . /app", "failed", 0.3),
    )
    await stage.open(answers(stage.loaded.report, *steps, store=stage.loaded.store))
    await stage.press("d", "left")


@state
async def history_of_a_folder(stage: Stage) -> None:
    await stage.open()
    await stage.to(b"/app")
    await stage.press("h", "up")


@state
async def history_of_a_file(stage: Stage) -> None:
    await stage.open()
    await stage.to(b"/app/main.py")
    await stage.press("h", "3")


@state
async def viewer_text(stage: Stage) -> None:
    await stage.open()
    await stage.to(b"/app/main.py")
    await stage.press("enter")


@state
async def viewer_diff(stage: Stage) -> None:
    await viewer_text(stage)
    await stage.press("c")


@state
async def viewer_search(stage: Stage) -> None:
    await viewer_text(stage)
    await stage.press("slash", *"port", "enter", "n")


@state
async def viewer_hex(stage: Stage) -> None:
    await stage.open()
    await stage.to(b"/app/assets/logo.bin")
    await stage.press("enter")


# Two images side by side


@dataclass(frozen=True)
class TwoShops:
    """Two images whose files are all the same two texts."""

    def compare(self, _event: object, _cancel: object) -> Comparison:
        return shown_rewrite.comparison()

    def read(self, *_asked: object) -> tuple[Part, Part]:
        old, new = (b'import os\n\nPORT = "[b]8000"\n', b'import os\n\nPORT = int("8080")\nprint(PORT)\n')
        return Part(len(old), old), Part(len(new), new)

    def close(self) -> None:
        return None


async def _compared(stage: Stage) -> None:
    pair = TwoShops()
    await stage.compare(pair.compare, pair)


@state
async def compare_folders(stage: Stage) -> None:
    await _compared(stage)
    await stage.press("v", "v", "v", "v", "down", "enter")


@state
async def compare_a_file(stage: Stage) -> None:
    await _compared(stage)
    await stage.press("v", "v", "v", "enter")
