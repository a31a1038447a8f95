"""``uvdive rewrite`` on a terminal: the app at the plan, or the text that was asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from screens.recorded import FAILED, PASSED

from uvdive.base.errors import BuildError, ExitCode
from uvdive.base.progress import Note
from uvdive.cli.telling.console import Console
from uvdive.cli.telling.reading import Narrator
from uvdive.rewrite.plan import Decision, Refusal, RewritePlan

WITHOUT_UV = RewritePlan(
    "refused",
    "static",
    "Dockerfile",
    "FROM old\n",
    "FROM old\n",
    "",
    Refusal("R59", "uv plays no part.", None, False),
)


def test_on_a_terminal_the_app_opens_at_the_plan(run, session, project: Path) -> None:
    ran = run(
        "rewrite", "Dockerfile", "--choose", "python=managed", "--pull", "--", "--no-cache", terminal=True
    )
    assert ran.code == 0
    assert ran.out == ""
    assert session.names() == ["app"]
    app = session.asked("app")
    assert app.target == "Dockerfile"
    assert app.planned.choices == {"python": "managed"}
    assert app.planned.pull is True
    assert app.builds is True
    assert app.build_args == ("--no-cache",)
    assert (app.dockerfile, app.context) == (Path("Dockerfile"), Path())
    app.loader()
    assert session.names() == ["app", "build", "load"]


def test_an_image_at_hand_is_opened_and_not_built(run, session, project: Path) -> None:
    run("rewrite", "Dockerfile", "--image", "seed:1", "--context", str(project), terminal=True)
    app = session.asked("app")
    assert app.builds is False
    assert app.context == project
    app.loader()
    assert session.names() == ["app", "load"]


@pytest.mark.parametrize(
    "asked",
    [
        ["--report"],
        ["--json"],
        ["--diff"],
        ["--static"],
        ["--write"],
        ["-o", "new"],
        ["--verify"],
        ["--no-verify"],
        ["--start"],
        ["--repair"],
        ["--time-cold"],
        ["--time-rebuild"],
        ["--report-problem", "problem.json"],
        ["--limit", "memory=1g"],
        ["--no-redact"],
    ],
)
def test_whoever_asks_for_a_result_is_not_shown_the_app(run, session, project: Path, asked) -> None:
    run("rewrite", "Dockerfile", *asked, terminal=True)
    assert "app" not in session.names()
    assert "plan" in session.names()


@pytest.mark.parametrize("terminal", [True, False])
def test_a_file_without_uv_is_refused_before_anything_is_built(run, session, project: Path, terminal) -> None:
    session.without_uv = WITHOUT_UV
    ran = run("rewrite", "Dockerfile", terminal=terminal)
    assert ran.code == ExitCode.REFUSED
    assert session.names() == []
    assert "uv plays no part. (R59)" in ran.out
    assert "To build the image first would not help." in ran.out
    assert "was not rewritten" in ran.err


def test_that_refusal_is_json_where_json_was_asked_for(run, session, project: Path) -> None:
    session.without_uv = WITHOUT_UV
    ran = run("rewrite", "Dockerfile", "--json")
    assert ran.code == ExitCode.REFUSED
    assert '"rule": "R59"' in ran.out


def test_what_the_app_was_left_with_is_told_with_its_log(run, session, project: Path) -> None:
    run("rewrite", "Dockerfile", terminal=True)
    tell = session.asked("app").tell
    console = tell.__self__
    assert isinstance(console, Console)


def test_the_text_ends_with_what_to_type_next(run, session, project: Path) -> None:
    told = run("rewrite", "Dockerfile").out
    assert told.endswith(
        "Next\n"
        "  uvdive rewrite Dockerfile --verify  builds it and checks it against the original\n"
        "  uvdive rewrite Dockerfile --write   builds, checks, and replaces the file; the old text is kept\n"
    )
    session.verification = PASSED
    proven = run("rewrite", "Dockerfile", "--verify").out
    assert "--verify  builds" not in proven
    assert "uvdive rewrite Dockerfile --write" in proven
    session.verification = FAILED
    failed = run("rewrite", "Dockerfile", "--verify").out
    assert "--report-problem FILE  writes what is needed" in failed
    assert "--write  " not in failed.partition("Next")[2]


def test_what_to_type_next_is_this_plan_and_shows_no_value(run, session, project: Path) -> None:
    more = ["--choose", "user=app", "--choose", "trim=idle,pip", "--lean", "--start-env", "TOKEN=hidden"]
    session.verification = PASSED
    told = run("rewrite", "Dockerfile", *more, "--", "--build-arg", "A=hidden").out.partition("Next")[2]
    assert (
        "uvdive rewrite Dockerfile --choose user=app --choose trim=idle,pip --lean --start --write -- …"
        in told
    )
    assert "hidden" not in told


@pytest.mark.parametrize("how", [["--write"], ["--diff"], ["--json"]])
def test_nothing_follows_where_it_is_done_or_a_program_reads(run, session, project: Path, how) -> None:
    assert "Next" not in run("rewrite", "Dockerfile", *how).out


def test_a_name_with_blanks_is_quoted(run, session, project: Path) -> None:
    (project / "my file").write_text("FROM old\n")
    assert "uvdive rewrite 'my file' --verify" in run("rewrite", "my file").out


# How a terminal shows it


class Screen:
    """Standard output or error as a terminal, which keeps what is written."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_progress_is_one_line_that_goes_away(monkeypatch) -> None:
    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "20")
    console = Console()
    narrator = Narrator(console)
    narrator(Note("Reading the \x1b[2Jimage of a long name"))
    narrator(Note("Checking"))
    console.say("Done.")
    assert screen.text == ("\r\x1b[2KReading the \\x1b[2J" + "\r\x1b[2KChecking" + "\r\x1b[2K" + "Done.\n")


def test_a_dumb_terminal_has_a_line_for_each(monkeypatch) -> None:
    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "dumb")
    console = Console()
    console.progress("one")
    console.progress("two")
    assert screen.text == "one\ntwo\n"
    assert console.paint("x", "head") == "x"


def test_errors_are_folded_at_words_on_a_terminal(monkeypatch) -> None:
    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "30")
    Console().error(BuildError("The build failed in its fifth step.", "", ("a log line of its own",)))
    assert screen.text == "  | a log line of its own\nuvdive: The build failed in\nits fifth step.\n"


def test_colours_are_for_terminals_that_want_them(monkeypatch) -> None:
    monkeypatch.setattr("sys.stdout", Screen())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    console = Console()
    assert console.paint("Warnings (1)", "head") == "\x1b[1mWarnings (1)\x1b[0m"
    assert console.paint("as it is", "plain") == "as it is"
    monkeypatch.setenv("NO_COLOR", "1")
    assert console.paint("Warnings (1)", "head") == "Warnings (1)"


def test_what_is_planned_is_coloured_in_a_terminal_and_plain_in_a_pipe(run, session, project: Path) -> None:
    session.plan = {"decisions": (replace(Decision("runner", "R1", 1, "a smaller base", "because")),)}
    assert "\x1b[" not in run("rewrite", "Dockerfile").out
