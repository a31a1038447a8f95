"""The engine goes away at a request, in the middle of its answer, or says nothing more: one clear error."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from engines.cut_requests import How
from engines.engine_commands import COMMANDS, Desk, desk_in, kind

from uvdive.base.errors import UsageError
from uvdive.base.processes import worker
from uvdive.base.progress import CancelToken, OnEvent, ignore
from uvdive.build.running import observing
from uvdive.image.endpoint import PATIENCE, patience

T = TypeVar("T")

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
"""docker's SDK, where it can't connect."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk_in(tmp_path_factory.mktemp("desk")) as found:
        yield found


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that the stand-in starts changes with time: there is nothing to wait for."""
    for name in ("STEADY_SECONDS", "LATE_SECONDS", "STABLE_SECONDS", "_PAUSE"):
        monkeypatch.setattr(observing, name, 0.01)


@pytest.fixture(autouse=True)
def _in_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read in a process of its own is read in this one: thousands would start here.

    ``tests/session/test_faults.py`` and the app's tests lose the engine with them.
    """

    def call(
        function: Callable[..., T],
        *args: object,
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
    ) -> T:
        (cancel or CancelToken()).raise_if_cancelled()
        return function(*args, on_event=on_event)

    monkeypatch.setattr(worker, "call", call)


@pytest.fixture
def desk(made: Desk) -> Iterator[Desk]:
    made.reset()
    yield made
    made.engine.instead.clear()


PROOF = "rewrite --verify --start"
HOWS: tuple[How, ...] = ("before", "body", "stall")


def removes(requests: list[str], at: int) -> bool:
    """Is a request a removal, or made on a connection for one?"""
    connects = ("GET /version", "GET /v1.41/_ping")
    after = next((each for each in requests[at - 1 :] if not each.startswith(connects)), "")
    return after.startswith("DELETE")


def gone(desk: Desk, name: str, at: int, how: How, *, needless: bool = False) -> None:
    """Cut a command off at a request: it ends with 3 and says why, and leaves nothing.

    What is removed at the end is ``needless``: there it may go on, and it is noted, so that the
    next start tells. Nothing is missed where the answer was there before the engine fell silent.
    """
    ran = desk.run(name, at, how)
    where = f"{how} {at} {ran.requests}: {ran.code} {ran.err[-300:]}"
    if (needless or ran.requests[at - 1].startswith("DELETE")) and name != "clean":
        assert ran.calm, where
        assert set(desk.engine.containers) <= desk.noted
    elif how == "stall" and ran.whole:
        assert ran.code in (0, 3), where
        assert ran.calm, where
    else:
        assert ran.code == 3, where
        assert ran.told, where
    assert not desk.changed, where
    assert desk.left() == [], where
    desk.reset()


def asked(desk: Desk, name: str) -> list[str]:
    """The requests of a command that nothing disturbs, when what can be kept is kept."""
    assert desk.run(name).calm
    desk.reset()
    whole = desk.run(name)
    assert whole.code in (0, 1), whole.err
    assert desk.engine.containers == {}
    desk.reset()
    return whole.requests


def may_fall_silent(request: str) -> bool:
    """Is its silence given up? A step of a build may say nothing for hours, a ping has nothing to say."""
    return not any(route in request for route in ("/_ping", "/build", "/session"))


def last_of_each(requests: list[str]) -> list[int]:
    """Where each kind of request is made last: what comes before was answered."""
    return [*{kind(request): at for at, request in enumerate(requests, 1)}.values()]


@pytest.mark.parametrize("name", ["report", "compare", "clean", "build"])
@pytest.mark.timeout(600)
def test_at_every_request(desk: Desk, name: str) -> None:
    for at in range(1, len(asked(desk, name)) + 1):
        gone(desk, name, at, "before")


@pytest.mark.timeout(600)
def test_at_the_last_request_of_each_kind_of_a_proof(desk: Desk) -> None:
    requests = asked(desk, PROOF)
    for at in last_of_each(requests):
        gone(desk, PROOF, at, "before", needless=removes(requests, at))


PARTS = 6


@pytest.mark.skipif("UVDIVE_EVERY_REQUEST" not in os.environ, reason="takes minutes: UVDIVE_EVERY_REQUEST=1")
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.timeout(900)
def test_at_every_request_of_a_proof(desk: Desk, part: int) -> None:
    """It makes some 170: each is cut once, the one before, the next in its answer, the next by silence."""
    requests = asked(desk, PROOF)
    for at in range(1 + part, len(requests) + 1, PARTS):
        how = HOWS[(at + at // PARTS) % len(HOWS)]
        how = how if may_fall_silent(requests[at - 1]) else "before"
        gone(desk, PROOF, at, how, needless=how == "stall" and removes(requests, at))


@pytest.mark.parametrize("name", ["report", "compare", "clean", "build"])
def test_in_the_middle_of_an_answer(desk: Desk, name: str) -> None:
    requests = asked(desk, name)
    for at in last_of_each(requests):
        if "/_ping" not in requests[at - 1]:  # its two letters say nothing
            gone(desk, name, at, "body")


@pytest.mark.parametrize("name", ["report", "compare", "clean", "build"])
@pytest.mark.timeout(600)
def test_an_engine_that_falls_silent_is_given_up(desk: Desk, name: str) -> None:
    requests = asked(desk, name)
    for at in last_of_each(requests):
        if may_fall_silent(requests[at - 1]):
            gone(desk, name, at, "stall")


WRONG: tuple[Any, ...] = (7, [7], {"a": 7}, [{"Id": 7, "Names": 7}], None, [{"Names": [], "Id": "x"}])


@pytest.mark.parametrize("route", ["version", "info", "images", "inspect", "history", "containers"])
@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_an_answer_of_another_shape_is_told(desk: Desk, route: str, wrong: Any) -> None:
    desk.engine.instead[route] = wrong
    for name in ("report", "clean"):
        ran = desk.run(name)
        assert ran.calm, ran.err
        assert ran.code in (0, 1, 3, 4), ran.err
        desk.engine.tag(desk.engine.images["before"], desk.image)


def test_patience_is_told_by_the_environment() -> None:
    assert patience({}) == PATIENCE == 60
    assert patience({"DOCKER_CLIENT_TIMEOUT": "5"}) == 5
    for wrong in ("0", "-1", "x", "1e9", "99999999"):
        with pytest.raises(UsageError, match="DOCKER_CLIENT_TIMEOUT"):
            patience({"DOCKER_CLIENT_TIMEOUT": wrong})


def test_every_command_can_be_run(desk: Desk) -> None:
    for name in COMMANDS:
        ran = desk.run(name)
        assert ran.calm, ran.err
        assert ran.code == 0 or name == "compare", (name, ran.err)
        desk.reset()
