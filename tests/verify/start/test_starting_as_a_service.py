"""The start as a compose service has it: resolved and held against the original as an image's own is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_images import pairs_of_images as pairs

from uvdive.base.progress import CancelToken
from uvdive.build.running.settings import StartSettings
from uvdive.compose.start import ServiceStart
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import Allowances
from uvdive.verify import run
from uvdive.verify.checks import Check
from uvdive.verify.run import _start
from uvdive.verify.start.service import as_service, service_settings, starts_nothing


@pytest.fixture
def before(tmp_path: Path) -> ImageReport:
    return pairs.original(tmp_path)


@pytest.fixture
def after(tmp_path: Path) -> ImageReport:
    return pairs.rewritten(tmp_path)


def idle(report: ImageReport, *words: str) -> ImageReport:
    return replace(report, config=replace(report.config, entrypoint=None, cmd=words))


def started(before: ImageReport, after: ImageReport, old: ServiceStart, new: ServiceStart) -> Check:
    return _start(before, after, Allowances(), CancelToken(), None, (old, new))


FLASK = ServiceStart(command=("/app/.venv/bin/flask", "run"))
UV_FLASK = ServiceStart(command=("uv", "run", "flask", "run"))


def test_the_service_s_command_is_looked_up_in_both(before: ImageReport, after: ImageReport) -> None:
    check = started(before, after, FLASK, FLASK)
    assert check.status == "passed", check
    assert check.detail.startswith(
        "Started as the compose service: The new image starts /app/.venv/bin/flask"
    )
    gone = started(before, after, FLASK, ServiceStart(command=("/app/.venv/bin/gone",)))
    assert gone.status == "failed"


def test_a_service_that_starts_something_else_fails(before: ImageReport, after: ImageReport) -> None:
    check = started(before, after, FLASK, ServiceStart(command=("/app/.venv/bin/flask", "routes")))
    assert check.status == "failed"
    assert "does not start what the original starts" in check.detail


def test_the_images_own_start_counts_too(before: ImageReport, after: ImageReport) -> None:
    other = idle(after, "/app/.venv/bin/flask", "--help")
    assert started(before, other, FLASK, FLASK).status == "failed"


def test_an_image_that_starts_nothing_is_held_to_its_service_alone(
    before: ImageReport, after: ImageReport
) -> None:
    old, new = idle(before, "python3"), idle(after, "python3", "-q")
    assert started(old, new, FLASK, FLASK).status == "passed"
    assert started(old, new, FLASK, ServiceStart()).status == "failed"
    # As on a base that starts nothing at all.
    assert started(old, idle(after), FLASK, FLASK).status == "passed"
    assert started(idle(before, "flask"), idle(after), FLASK, FLASK).status == "failed"


@pytest.mark.parametrize(
    ("words", "nothing"),
    [
        ((), True),
        (("/usr/local/bin/uv",), True),
        (("python3",), True),
        (("/usr/local/bin/python3.13",), True),
        (("/bin/dash",), True),
        (("node",), True),
        (("uvicorn",), False),
        (("python-app",), False),
        (("nodemon",), False),
        (("python3", "-m", "x"), False),
        (("x",), False),
    ],
)
def test_what_starts_nothing(before: ImageReport, words: tuple[str, ...], nothing: bool) -> None:
    assert starts_nothing(idle(before, *words)) is nothing


def test_the_service_s_settings_give_way_to_the_user_s(before: ImageReport) -> None:
    start = ServiceStart(("/e",), None, (("A", "service"), ("B", "service")), "/srv")
    settings = service_settings(StartSettings((("A", "user"),), network=True), start)
    assert dict(settings.env) == {"A": "user", "B": "service"}
    assert (settings.network, settings.folder) == (True, "/srv")
    config = as_service(before, start).config
    assert (config.entrypoint, config.cmd, config.working_dir) == ((), ("/e",), "/srv")
    assert config.environ["B"] == "service"


@pytest.mark.parametrize("installs", [False, True])
def test_both_are_run_with_what_the_service_gives(
    before: ImageReport, after: ImageReport, monkeypatch: pytest.MonkeyPatch, *, installs: bool
) -> None:
    told: list[tuple[tuple[object, ...], dict[str, object]]] = []

    def ran(*given: object, **named: object) -> Check:
        told.append((given, named))
        return Check("start", "passed", "It runs.", ran=True)

    for name in ("check_running", "check_running_alone"):
        monkeypatch.setattr(run, name, ran)
    start = replace(FLASK, environ=(("A", "service"),))
    allowed, cancel = Allowances(installs_at_start=installs), CancelToken()
    check = _start(before, after, allowed, cancel, StartSettings(network=True), (start, FLASK))
    assert (check.status, check.detail) == ("passed", "Started as the compose service: It runs.")
    ((given, named),) = told
    images = (as_service(before, start), as_service(after, FLASK))
    assert given[:-3] == ((images[1],) if installs else images)
    assert given[-2:] == (cancel, StartSettings((("A", "service"),), network=True))
    kept = {} if installs else {"seen": None}
    assert named == {"named": True, **kept}
    told.clear()
    _start(before, after, allowed, cancel, StartSettings(network=True), None)
    ((given, named),) = told
    assert given[:-3] == ((after,) if installs else (before, after))
    assert given[-2:] == (cancel, StartSettings(network=True))
    assert named == kept
