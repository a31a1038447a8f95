"""When a start counts as an answer, and which runs are held against each other; no engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from made_images import pairs_of_images as pairs

from uvdive.base.progress import CancelToken
from uvdive.build.running import observing
from uvdive.build.running.observing import Answer, Observed, Watched
from uvdive.build.running.settings import PLAIN, StartSettings
from uvdive.ledger.report import ImageReport
from uvdive.verify.checks import Check
from uvdive.verify.start import running
from uvdive.verify.start.inside_uv import stays_inside_uv
from uvdive.verify.start.judging import Runs, judge
from uvdive.verify.start.moved import MovedInterpreters
from uvdive.verify.start.needs import named_variables, what_it_needs

RESOLVED = Check("start", "passed", "The new image starts web.")
WEB = Observed("listening", None, (8000,), (Answer(8000, 200, "aa", "aa", "aa"),), 0.4)
BAD_GATEWAY = replace(WEB, answers=(Answer(8000, 502, "x", "x", "x"),))
WAITS = Observed("running", None, programs=("sh", "uv"), log=("   Building web @ file:///app",))
FAILS = Observed("exited", 1, log=("Traceback (most recent call last):", "KeyError: 'DATABASE_URL'"))
DONE = Observed("exited", 0, output=("idna 3.4",), log=("idna 3.4",))


class Clock:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Container:
    """A program that answers with another status from some moment on; None does not listen yet."""

    def __init__(self, clock: Clock, *statuses: tuple[float, int | None]) -> None:
        self.clock, self.statuses = clock, statuses

    def status(self) -> None:
        return None

    def run(self, _command: object, _seconds: float = 0) -> tuple[int, bytes]:
        return 0, b""

    def log(self, _lines: int) -> bytes:
        return b""

    def look(self, *_: object) -> observing._Look:
        status = [status for since, status in self.statuses if since <= self.clock.now][-1]
        answers = () if status is None else (Answer(8000, status, "", "", ""),)
        return observing._Look((8000,) if answers else (), answers)


Settle = Callable[..., tuple[str, int | None, float]]


@pytest.fixture
def settle(monkeypatch: pytest.MonkeyPatch) -> Settle:
    """Watches a program: its state, the last status and the seconds that it took."""

    def watch(*statuses: tuple[float, int | None], **watched: object) -> tuple[str, int | None, float]:
        clock = Clock()
        container = Container(clock, *statuses)
        monkeypatch.setattr(observing, "time", clock)
        monkeypatch.setattr(observing, "_look", container.look)
        made = observing._Watch(Watched("x", **watched), container, 60, CancelToken())  # type: ignore[arg-type]
        state = made.settle()[0]
        return state, made.look.answers[0].status if made.look.answers else None, clock.now

    return watch


def test_what_a_proxy_says_while_its_backend_starts_is_no_answer(settle: Settle) -> None:
    for status in (502, 503, 504):
        assert settle((0, status), (7, 200))[:2] == ("listening", 200)
    assert settle((0, 500), (7, 200))[:2] == ("listening", 500), "an error of the program is one"


def test_a_gateway_error_that_stays_is_the_answer_in_the_end(settle: Settle) -> None:
    state, status, seconds = settle((0, 502))
    assert (state, status) == ("listening", 502)
    assert observing.LATE_SECONDS <= seconds < observing.LATE_SECONDS + 2


def test_a_status_counts_when_it_has_stayed(settle: Settle) -> None:
    assert settle((0, 200))[2] >= observing.STABLE_SECONDS
    assert settle((0, 404), (observing.STABLE_SECONDS - 1, 200))[:2] == ("listening", 200)


def test_a_health_check_that_passes_does_not_end_the_watch_at_a_gateway_error(settle: Settle) -> None:
    healthy = {"Test": ["CMD", "true"]}
    assert settle((0, 502), (9, 200), healthcheck=healthy)[:2] == ("healthy", 200)


def test_what_answers_otherwise_than_the_other_image_gets_time(settle: Settle) -> None:
    assert settle((0, 404), (15, 200), like=WEB)[:2] == ("listening", 200)
    assert settle((0, None), (15, 200), like=WEB)[:2] == ("listening", 200)
    # What stays another is told, and a proxy's word is none, also where the other one said it.
    assert settle((0, 404), like=WEB)[1] == 404
    assert settle((0, 502), (7, 200), like=BAD_GATEWAY)[1] == 200


@pytest.mark.parametrize(
    ("seen", "inside"),
    [
        (WAITS, True),
        (replace(WAITS, state="unhealthy", programs=("tini", "uv")), True),
        (replace(WAITS, programs=("python3", "uv")), False),
        (replace(WAITS, programs=("sh",)), False),
        (replace(WAITS, ports=(80,)), False),
        (replace(WAITS, log=("listening soon",)), True),
        (replace(WAITS, programs=()), True),
        (replace(WAITS, programs=(), log=("worker ready",)), False),
        (replace(WAITS, programs=(), log=()), False),
        (replace(WAITS, programs=("sleep",), log=()), False),
        (FAILS, False),
        (
            Observed(
                "exited",
                1,
                log=(
                    "Using CPython 3.13.5",
                    "error: Failed to fetch: `https://pypi.org/simple/hatchling/`",
                    "  Caused by: error sending request for url",
                    "  Caused by: dns error",
                ),
            ),
            True,
        ),
        (Observed("exited", 1, log=("error: no such option", "usage: prog")), False),
        (Observed("exited", 1, log=("error: could not connect", "Traceback: dns error")), False),
    ],
)
def test_r52_a_start_that_stays_inside_uv(seen: Observed, inside: bool) -> None:
    assert stays_inside_uv(seen) is inside


@pytest.fixture
def two(tmp_path: Path) -> tuple[ImageReport, ImageReport]:
    """Two images that an engine is said to have."""
    report = pairs.original(tmp_path, Cmd=["uv", "run", "flask"])
    old, new = (replace(report.image, source="docker", id=number) for number in ("old", "new"))
    config = replace(report.config, cmd=("flask",))
    return replace(report, image=old), replace(report, image=new, config=config)


Check2 = Callable[..., tuple[Check, list[Watched]]]


@pytest.fixture
def compared(two: tuple[ImageReport, ImageReport], monkeypatch: pytest.MonkeyPatch) -> Check2:
    """The check with these runs, in their order, and what was run."""

    def check(*runs: Observed, settings: StartSettings = PLAIN) -> tuple[Check, list[Watched]]:
        given, asked = iter(runs), list[Watched]()

        def observe(watched: Watched, **_: object) -> Observed:
            asked.append(watched)
            return next(given)

        monkeypatch.setattr(running, "observe", observe)
        done = running.check_running(*two, RESOLVED, CancelToken(), settings)
        assert next(given, None) is None, "all runs were asked for"
        return done, asked

    return check


def test_two_that_do_the_same_are_run_once_each(compared: Check2) -> None:
    check, asked = compared(WEB, WEB)
    assert (check.status, check.ran, check.unseen) == ("passed", True, ())
    assert [each.image for each in asked] == ["old", "new"]
    assert asked[1].like == WEB


def test_an_original_that_was_only_slower_is_asked_again(compared: Check2) -> None:
    check, asked = compared(BAD_GATEWAY, WEB, WEB)
    assert check.status == "passed"
    assert (asked[2].image, asked[2].like) == ("old", WEB)
    # What has answered once is not asked again until it looks like a broken one.
    check, _ = compared(WEB, BAD_GATEWAY)
    assert check.status == "failed"


def test_an_original_that_waits_inside_uv_runs_with_what_the_build_installed(compared: Check2) -> None:
    check, asked = compared(WAITS, WEB, WEB)
    assert check.status == "announced"
    assert "UV_OFFLINE=1 and UV_NO_SYNC=1" in check.detail
    assert dict(asked[1].settings.env) == {"UV_OFFLINE": "1", "UV_NO_SYNC": "1"}
    assert asked[1].command is None
    assert asked[2].settings == PLAIN
    check, _ = compared(WAITS, WEB, BAD_GATEWAY)
    assert check.status == "failed"


def test_an_old_uv_is_passed_by_with_the_new_images_own_command(compared: Check2) -> None:
    check, asked = compared(WAITS, WAITS, WEB, WEB)
    assert check.status == "announced"
    assert asked[2].command == ("flask",)
    assert dict(asked[2].settings.env)["PATH"].startswith("/app/.venv/bin")


def test_a_call_that_may_not_be_offline_is_passed_by_as_well(compared: Check2) -> None:
    refused = Observed(
        "exited",
        2,
        log=(
            "error: the argument '--offline' cannot be used with '--refresh'",
            "",
            "Usage: uv run [OPTIONS] [COMMAND]",
            "For more information, try '--help'.",
        ),
    )
    check, asked = compared(WAITS, refused, WEB, WEB)
    assert check.status == "announced"
    assert asked[2].command == ("flask",)


def test_where_the_original_never_starts_its_program_the_start_is_not_proven(compared: Check2) -> None:
    missing = Observed("exited", 127)
    check, _ = compared(WAITS, WAITS, missing, WEB)
    assert (check.status, check.ran) == ("announced", False)
    assert "--start-network" in check.unseen[0]
    check, _ = compared(WAITS, WAITS, missing, FAILS)
    assert check.status == "failed"
    assert "--start-network" in check.way_out


def test_both_fail_alike_proves_nothing_and_names_the_variable(compared: Check2) -> None:
    check, _ = compared(WAITS, FAILS, FAILS)
    assert (check.status, check.ran) == ("announced", False)
    assert "The start is not proven" in check.detail
    assert "--start-env DATABASE_URL=" in check.unseen[0]


def test_both_fail_otherwise_has_a_way_out() -> None:
    check = judge(Runs(FAILS, replace(FAILS, status=2)), RESOLVED)
    assert check.status == "failed"
    assert "--start-env" in check.way_out


@pytest.mark.parametrize(
    ("new", "again", "anew", "status"),
    [
        ("idna 3.11", "idna 3.4", "idna 3.11", "failed"),
        ("idna 3.11", "idna 3.5", "idna 3.6", "announced"),
        ("took 2 s", "took 3 s", "took 4 s", "announced"),
    ],
)
def test_what_a_program_prints_before_it_ends_counts_where_it_repeats_it(
    compared: Check2, new: str, again: str, anew: str, status: str
) -> None:
    runs = (replace(DONE, output=(line,), log=(line,)) for line in (new, again, anew))
    check, asked = compared(DONE, *runs)
    assert [each.image for each in asked] == ["old", "new", "old", "new"]
    if status == "failed":
        assert check.differences == (
            "only the original prints: idna 3.4",
            "only the new image prints: idna 3.11",
        )
    assert check.status in (status, "passed")
    assert (check.status == "failed") is (status == "failed")


def test_what_uv_prints_is_no_output_of_the_program(compared: Check2) -> None:
    talkative = replace(DONE, output=("Resolved 3 packages in 2ms", "idna 3.4"))
    check, asked = compared(talkative, DONE)
    assert check.status == "passed"
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("line", "differs"),
    [
        ("{home}", False), ("on {home}/bin/python3.13 now", False), ("{home}/lib/python3.13/os.py", False),
        ("{home}/share/data", True), ("{home}ly", True), ("x{home}", False),
    ],
)  # fmt: skip
def test_the_interpreters_new_place_is_no_other_output(two, line: str, differs: bool) -> None:
    before, after = two
    homes = "/root/.local/share/uv/python/cpython-3.13", "/usr/local"
    moved = MovedInterpreters(
        *(
            replace(
                report,
                environments=tuple(
                    replace(
                        each,
                        interpreter_path=f"{home}.5/bin/python3.13",
                        hops=(each.interpreter, f"{home}/bin/python3.13", f"{home}.5/bin/python3.13"),
                    )
                    for each in report.environments
                ),
            )
            for report, home in zip((before, after), homes, strict=True)
        )
    )
    old, new = (moved.plain(replace(DONE, output=(line.format(home=home),))) for home in homes)
    assert (old != new) is differs
    same = MovedInterpreters(before, after).plain(replace(DONE, output=("/usr/local/bin/python",)))
    assert same.output == ("/usr/local/bin/python",)


def test_an_image_in_no_engine_leaves_the_start_unproven(tmp_path: Path) -> None:
    report = pairs.original(tmp_path)
    check = running.check_running(report, report, RESOLVED, CancelToken(), PLAIN)
    assert check.status == "passed"
    assert "in no engine" in check.unseen[0]


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["KeyError: 'DATABASE_URL'"], ("DATABASE_URL",)),
        (['environs.EnvError: Environment variable "API_HOST" not set'], ("API_HOST",)),
        (["decouple.UndefinedValueError: SECRET_KEY not found. Declare it as envvar"], ("SECRET_KEY",)),
        (["ImproperlyConfigured: The SECRET_KEY setting must not be empty."], ("SECRET_KEY",)),
        (["1 validation error for Settings", "database_url", "  Field required [type=missing]"],
         ("DATABASE_URL",)),
        (["/start.sh: line 3: PORT: unbound variable"], ("PORT",)),
        (["Set the REDIS_URL environment variable"], ("REDIS_URL",)),
        (["RuntimeError: please set BOT_TOKEN"], ("BOT_TOKEN",)),
        (["ERROR: HTTP is required"], ()),
        (["ModuleNotFoundError: No module named 'x'"], ()),
    ],
)  # fmt: skip
def test_the_variables_that_an_error_names(lines: list[str], names: tuple[str, ...]) -> None:
    assert named_variables(lines) == names


def test_a_service_that_is_not_there_is_told_apart() -> None:
    said = what_it_needs(["psycopg.OperationalError: could not translate host name"])
    assert "--start-network" in said
    assert "service" in said


def test_values_are_hidden_wherever_they_stand() -> None:
    settings = StartSettings(
        (("URL", "postgres://me:hunter22@db/x"), ("KEY", "line one\nline two"), ("N", "1"))
    )
    assert "hunter22" not in settings.hide("cannot log in as me with hunter22 at 1")
    assert settings.hide("at 1: line two") == "at 1: [hidden]"
    assert "hunter22" not in repr(settings)
