"""The states of the map that are looked at."""

from __future__ import annotations

import os
from unittest.mock import patch

from screens.stage import Stage


async def map_folders(stage: Stage) -> None:
    await stage.open()
    await stage.press("T")


async def map_packages(stage: Stage) -> None:
    await stage.open()
    await stage.press("T")
    await stage.press("v")
    await stage.press("right")


async def map_layers(stage: Stage) -> None:
    await stage.open()
    await stage.press("T")
    await stage.press("v")
    await stage.press("v")


async def map_inside(stage: Stage) -> None:
    await stage.open()
    await stage.press("T")
    await stage.press("enter")


async def map_no_color(stage: Stage) -> None:
    with patch.dict(os.environ, NO_COLOR="1"):
        await stage.open()
        await stage.press("T")


ALL = (map_folders, map_packages, map_layers, map_inside, map_no_color)
