import subprocess
import sys
import threading

import pytest
from made_images.samples import sample_report
from screens.driving import Waits, answers, fails, until
from textual.app import App

from uvdive.base.errors import ExitCode, ImageError
from uvdive.tui import run
from uvdive.tui.app import UvdiveApp
from uvdive.tui.run import run_app


@pytest.fixture
def headless(monkeypatch: pytest.MonkeyPatch):
    """Let the app run without a terminal, driven by a function."""
    real = App.run

    def drive(pilot) -> None:
        monkeypatch.setattr(
            UvdiveApp, "run", lambda self: real(self, headless=True, size=(100, 30), auto_pilot=pilot)
        )

    return drive


def test_naming_the_app_does_not_import_textual():
    code = "import sys, uvdive.tui.run; sys.exit('textual' in sys.modules or 'rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def pressing(*names: str):
    async def pilot(driven):
        for name in names:
            driven.app.simulate_key(name)
        await driven._wait_for_screen()

    return pilot


async def closing_the_dialog(driven):
    await until(driven, lambda: driven.app.screen.is_modal)
    driven.app.simulate_key("enter")
    await driven._wait_for_screen()


def test_quitting_is_done_and_stops_the_load(headless):
    headless(pressing("q"))
    assert run_app("x", loader=Waits()) == ExitCode.DONE


def test_a_failed_load_gives_its_exit_code(headless):
    headless(closing_the_dialog)
    assert run_app("x", loader=fails(ImageError("no such image"))) == ExitCode.IMAGE


def test_with_debug_an_unforeseen_exception_is_raised_afterwards(headless):
    headless(closing_the_dialog)
    assert run_app("x", loader=fails(KeyError("boom"))) == ExitCode.FAILED
    with pytest.raises(KeyError, match="boom"):
        run_app("x", loader=fails(KeyError("boom")), debug=True)


def test_a_job_that_does_not_hear_cannot_keep_the_app(headless, monkeypatch):
    monkeypatch.setattr(run, "LAST_WORDS", 0.01)
    release = threading.Event()
    headless(pressing("q"))

    def deaf(on_event, cancel):
        release.wait(30)

    assert run_app("x", loader=deaf) == ExitCode.DONE
    release.set()


def test_a_report_can_be_looked_at_and_left(headless):
    headless(pressing("j", "3", "q"))
    assert run_app("x", loader=answers(sample_report())) == ExitCode.DONE
