"""Every screen in its states, sizes and themes looks as it did when somebody last looked at it.

After a change of a screen: look at it, then take the snapshots anew (CONTRIBUTING.md says how).
"""

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from screens import (
    cells,
    demo_states,  # noqa: F401 - it adds to STATES
    shown,
    states_rewrite,  # noqa: F401 - its states go into STATES
)
from screens.driving import strips_of
from screens.stage import Stage
from screens.states import STATES
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.notifications import Notification
from textual.widgets import Input

from uvdive.tui.progress import build
from uvdive.tui.progress.proof import ProofState
from uvdive.tui.screens import pick
from uvdive.tui.screens.rewrite import work
from uvdive.tui.words import headline

SIZES = ((80, 24), (120, 36), (200, 60))
THEMES = ("textual-dark", "textual-light")
NOW = 2_000_000_000
PICTURES = os.environ.get("UVDIVE_PICTURES")
"""A folder for a PNG of each screen, for those who look at them; needs the font Fira Code."""


class Cells(SingleFileSnapshotExtension):
    """One text file for each screen and size."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    return folder, shown.load(folder)


@pytest.fixture
def still(shop, monkeypatch):
    """Nothing moves by itself: no clock, no blinking, no toast that goes away."""
    monkeypatch.chdir(shop[0])
    monkeypatch.setattr(pick, "time", SimpleNamespace(time=lambda: NOW))
    monkeypatch.setattr(headline, "time", SimpleNamespace(monotonic=lambda: 100.0))
    monkeypatch.setattr(build, "Build", partial(build.Build, clock=lambda: 100.0))
    monkeypatch.setattr(work, "ProofState", partial(ProofState, clock=lambda: 100.0))
    monkeypatch.setattr(Notification, "time_left", property(lambda _self: 3600.0))
    monkeypatch.setattr(Notification, "has_expired", property(lambda _self: False))
    monkeypatch.setattr(Input, "_toggle_cursor", lambda _self: None)


@pytest.mark.parametrize("name", STATES)
async def test_looks(name, shop, still, snapshot):
    async with AsyncExitStack() as stack:
        stage = Stage(shop[1], SIZES[0], stack)
        await STATES[name](stage)
        taken = {}
        for width, height in SIZES:
            await stage.pilot.resize_terminal(width, height)
            screens = [await _taken(stage, f"{name}-{width}x{height}", theme) for theme in THEMES]
            taken[f"{width}x{height}"] = cells.written(*screens)
    for size, text in taken.items():
        assert text == snapshot(extension_class=Cells, name=size)


async def _taken(stage, name, theme):
    stage.app.theme = theme
    screen = cells.cells(await strips_of(stage.app))
    if PICTURES:
        _picture(stage.app, f"{name}-{theme}.png")
    assert not cells.faint(_readable(stage.app.screen, screen))
    return screen


def _readable(screen, rows):
    """What shall be read: of a dialog not the dimmed screen below it, of a screen not the greyed keys."""
    for dialog in screen.query(".dialog, #--container"):
        region = dialog.region
        return [row[region.x : region.right] for row in rows[region.y : region.bottom]]
    return rows[:-1]


def _picture(app, name):
    import resvg_py

    svg = app.export_screenshot()
    (Path(PICTURES) / name).write_bytes(bytes(resvg_py.svg_to_bytes(svg_string=svg)))
