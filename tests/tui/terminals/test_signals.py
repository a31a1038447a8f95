"""A signal ends the app, whenever it comes: before its first picture, while it is drawn, and later."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_images import layers as make
from made_images.samples import sample_report
from screens.driving import answers, opened

from uvdive.cli.main import main

SAMPLE = answers(sample_report())
PATIENCE = 120.0


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return make.archive(tmp_path / "x.tar", [make.layer(make.file("a", b"x"))])


class InTerminal:
    """The program in a terminal; ``read`` waits until so much was drawn, or until it has ended."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        places = {name: str(folder) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
        # Tests that run under nohup would hand on that SIGHUP is ignored.
        before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "uvdive", *arguments],
                env=os.environ | places | {"TERM": "xterm-256color"},
                stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            )  # fmt: skip
        finally:
            signal.signal(signal.SIGHUP, before)
        os.close(theirs)

    def read(self, most: int | None) -> int:
        """Read ``most`` bytes, or all there are until the end."""
        found = 0
        while most is None or found < most:
            ready, _, _ = select.select([self._ours], [], [], PATIENCE)
            assert ready, "nothing is drawn, and it does not end"
            try:
                data = os.read(self._ours, 4096)
            except OSError:  # nobody holds the other end any more
                break
            found += len(data)
        return found

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)


@pytest.fixture
def terminal(tmp_path: Path, image: Path) -> Iterator[InTerminal]:
    found = InTerminal(tmp_path, str(image))
    yield found
    found.end()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("drawn", [1, 100, 3_000, 12_000])
def test_a_signal_ends_it_at_any_moment(terminal: InTerminal, number: signal.Signals, drawn: int) -> None:
    terminal.read(drawn)
    terminal.process.send_signal(number)
    terminal.read(None)
    assert terminal.process.wait(PATIENCE) == 128 + number


async def test_a_signal_before_the_first_picture_is_not_forgotten() -> None:
    from uvdive.tui.app import UvdiveApp

    app = UvdiveApp("x", loader=SAMPLE)
    app.end()
    async with app.run_test() as pilot:
        await pilot.pause()
    assert app._exit
    app.let_go()


async def test_a_signal_while_it_runs_leaves() -> None:
    async with opened(SAMPLE) as (app, pilot):
        app.end()
        await pilot.pause()
        assert app._exit


def test_what_the_start_ignores_stays_ignored_but_for_a_lost_terminal(
    image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under nohup, which is for what runs on without a terminal."""
    from uvdive.tui import run

    before = [(number, signal.signal(number, signal.SIG_IGN)) for number in (signal.SIGHUP, signal.SIGTERM)]
    try:
        seen = []

        def ran(_app: object) -> int:
            seen.append((signal.getsignal(signal.SIGHUP), signal.getsignal(signal.SIGTERM)))
            return 0

        monkeypatch.setattr("uvdive.tui.app.UvdiveApp.run", ran)
        monkeypatch.setattr("uvdive.cli.telling.console.Console.interactive", True)
        assert main([str(image)]) == 0
        ((hang_up, terminate),) = seen
        assert getattr(hang_up, "__func__", None) is run._Ending._end
        assert terminate is signal.SIG_IGN
    finally:
        for number, handler in before:
            signal.signal(number, handler)
