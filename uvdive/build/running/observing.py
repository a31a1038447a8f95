"""Run an image's own start command for a while and see what becomes of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal

from uvdive.base import shapes
from uvdive.base.errors import CancelledError
from uvdive.base.progress import CancelToken
from uvdive.build.running.sandbox import EXEC_SECONDS, Sandbox, sandbox
from uvdive.build.running.settings import PLAIN, StartSettings
from uvdive.build.running.written import Touched

State = Literal["healthy", "unhealthy", "listening", "exited", "running"]

LINES = 200
"""So many of the last lines of a log are kept."""

STOP_SECONDS = 10
"""After so long an engine kills what does not stop (docker stop)."""

STEADY_SECONDS = 6.0
"""Without a new line, a port or work for so long, a program counts as having started."""

LATE_SECONDS = 20.0
"""The same where the image exposes a port or the other image listened."""

STABLE_SECONDS = 3.0
"""An HTTP status that stays the same for so long is an answer."""

GATEWAY = frozenset({502, 503, 504})
"""What a proxy says while the program behind it starts (RFC 9110, 15.6): no answer, unless it stays."""

_PAUSE = 0.5
_BUSY = 5
"""Clock ticks (10 ms) per look from which on a program counts as at work."""

_QUIET = 3
"""So many times a port may be listening without an answer before it counts as no HTTP server's."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What ``/`` at a port gave: HTTP status, and digests of the body.

    ``body`` is of the first as it came, ``constant`` of what was the same in all requests,
    ``plain`` of that without numbers; both are empty where that could not be told.
    """

    port: int
    status: int
    body: str
    constant: str
    plain: str


@dataclass(frozen=True, slots=True)
class Observed:
    """What a container did. ``running`` is one that neither listens nor ends.

    ``status`` is the exit code of one that ended by itself, ``stop_seconds`` the time from
    the stop signal to the end (STOP_SECONDS where the engine had to kill it), ``seconds``
    how long it was watched, ``why`` what ended that where it says more than the state,
    ``programs`` the names of its processes at the end, where they could be seen, ``log``
    its last lines before it was told to stop, and ``output`` those of standard output alone, of one
    that ended. ``written`` is what it wrote into the image's files, None where nobody asked, and
    ``machine`` the engine's processor, as it spells it.
    """

    state: State
    status: int | None = None
    ports: tuple[int, ...] = ()
    answers: tuple[Answer, ...] = ()
    stop_seconds: float | None = None
    seconds: float = 0.0
    why: str = ""
    log: tuple[str, ...] = field(default=(), repr=False)
    programs: tuple[str, ...] = ()
    output: tuple[str, ...] = field(default=(), repr=False)
    written: tuple[Touched, ...] | None = None
    machine: str = ""

    @property
    def served(self) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
        """Its ports, and the HTTP status of each that answered."""
        return self.ports, tuple((answer.port, answer.status) for answer in self.answers)


@dataclass(frozen=True, slots=True)
class Watched:
    """An image to run: ``python`` is one in it that looks for ports (None looks for none).

    ``healthcheck`` is the image's own (OCI image-spec), ``listens`` whether a port is
    expected. ``like`` is another image's run: what answers otherwise gets time to answer
    so too. ``settings`` are what the program gets, ``command`` what is run instead of the
    image's own, ``stop_signal`` what it is stopped by in the place of the image's.
    ``writes`` asks what it writes.
    """

    image: str
    source: str = "docker"
    python: str | None = None
    healthcheck: Mapping[str, Any] | None = None
    listens: bool = False
    like: Observed | None = None
    settings: StartSettings = PLAIN
    command: tuple[str, ...] | None = None
    stop_signal: str | None = None
    writes: bool = False


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look at a running container found."""

    ports: tuple[int, ...] = ()
    answers: tuple[Answer, ...] = ()
    ticks: int = 0
    runnable: bool = False
    programs: tuple[str, ...] = ()

    @property
    def served(self) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
        return self.ports, tuple((answer.port, answer.status) for answer in self.answers)


_PROBED = shapes.Record(
    {"answers": [list], "ports": [int], "ticks": int, "runnable": bool, "programs": [str]}
)
"""What the probe prints: it runs under a stranger's Python."""


def _answer(given: list[Any]) -> Answer:
    kinds = (int, int, str, str, str)
    if len(given) != len(kinds):
        raise shapes.ShapeError("an answer of the probe has another length")
    return Answer(*(shapes.fit(value, kind, "probe") for value, kind in zip(given, kinds, strict=True)))


def _look(container: Sandbox, python: str | None) -> _Look:
    """Its listening ports and what they answer, asked from inside: no port is published."""
    if python is None:
        return _Look(programs=container.programs())
    code = (files("uvdive.build.running") / "probe.py").read_text("utf-8")
    # Whatever the image's user is, /proc/net/tcp and the loopback are there.
    _, output = container.run([python, "-c", code])
    try:
        found = shapes.load(output.decode("utf-8", "replace").strip().splitlines()[-1], _PROBED, "probe")
        answers = tuple(_answer(each) for each in found["answers"])
    except (ValueError, IndexError):
        return _Look()  # it ended meanwhile, its Python does not run, or is none
    return _Look(tuple(found["ports"]), answers, found["ticks"], found["runnable"], tuple(found["programs"]))


def health_command(healthcheck: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The command of an image's HEALTHCHECK; empty where it has none (OCI image-spec, Docker's config)."""
    test = list((healthcheck or {}).get("Test") or ())
    if test[:1] == ["CMD"]:
        return tuple(test[1:])
    if test[:1] == ["CMD-SHELL"] and len(test) > 1:
        return ("/bin/sh", "-c", test[1])
    return ()


class _Watch:
    """One container as it settles."""

    def __init__(self, watched: Watched, container: Sandbox, seconds: float, cancel: CancelToken) -> None:
        self._watched, self._container, self._cancel = watched, container, cancel
        self._health = health_command(watched.healthcheck)
        self._began = self._moved = time.monotonic()
        self._end = self._began + seconds
        self._seen: tuple[bytes, int, tuple[int, ...]] = (b"", 0, ())
        self._unanswered = 0
        self._served = _Look().served
        self._since = self._began
        self.look = _Look()

    def settle(self) -> tuple[State, int | None, str]:
        """Look until there is something to tell: state, exit code, reason."""
        while True:
            self._cancel.raise_if_cancelled()
            status = self._container.status()
            if status is not None:
                return "exited", status, ""
            self.look = _look(self._container, self._watched.python)
            if (found := self._state()) is not None:
                return found
            time.sleep(_PAUSE)

    def _state(self) -> tuple[State, None, str] | None:
        healthy = bool(self._health) and self._container.run(self._health, self._patience_with_health)[0] == 0
        if healthy and not self.look.ports:
            # What is healthy now may not have listened just before.
            self.look = _look(self._container, self._watched.python)
        now = time.monotonic()
        if self.look.served != self._served:
            self._served, self._since = self.look.served, now
        self._unanswered = self._unanswered + 1 if self.look.ports else 0
        still, late = self._steady(), now > self._end
        if healthy or (not self._health and (self.look.answers or self._unanswered >= _QUIET)):
            if now - self._since < self._patience() and not late:
                return None
            return ("healthy" if healthy else "listening"), None, ""
        patience = LATE_SECONDS if self._health or self._expects_port else STEADY_SECONDS
        if still < patience and not late:
            return None
        why = (
            f"no output and no work for {still:.0f} s"
            if not late
            else f"the time was up after {self._end - self._began:.0f} s (--limit seconds=… gives more)"
        )
        if self._health:
            return "unhealthy", None, why
        return ("listening" if self.look.ports else "running"), None, why

    @property
    def _patience_with_health(self) -> float:
        """The seconds that a health check may take: the image's own (OCI, nanoseconds), or docker's 30."""
        given = (self._watched.healthcheck or {}).get("Timeout")
        own = given / 1e9 if isinstance(given, int) and given > 0 else EXEC_SECONDS
        return max(1.0, min(own, self._end - time.monotonic()))

    @property
    def _expects_port(self) -> bool:
        like = self._watched.like
        return self._watched.listens or (like is not None and bool(like.ports))

    def _patience(self) -> float:
        """For how many seconds what is served must stay the same to count."""
        like, served = self._watched.like, self.look.served
        unlike = like is not None and bool(like.ports) and served != like.served
        if unlike or any(answer.status in GATEWAY for answer in self.look.answers):
            return LATE_SECONDS
        return STABLE_SECONDS if self.look.answers else 0.0

    def _steady(self) -> float:
        """For how many seconds nothing has happened in the container."""
        log, ticks, ports = self._seen
        seen = (self._container.log(1), self.look.ticks, self.look.ports)
        # On a busy machine a program at work gets little of the processor, but it waits for more.
        if seen[0] != log or seen[2] != ports or seen[1] - ticks > _BUSY or self.look.runnable:
            self._moved = time.monotonic()
        self._seen = seen
        return time.monotonic() - self._moved


def observe(
    watched: Watched,
    *,
    seconds: float,
    cancel: CancelToken | None = None,
    look: Callable[[Sandbox], None] | None = None,
) -> Observed:
    """Start a container, wait until it is healthy, listens, answers, ends or rests, and stop it.

    It publishes no port, has no network unless the settings give it one, and is removed
    whatever happens. A status that a proxy gives while the program behind it starts, and
    what differs from the run ``like``, is asked for again until it stays the same for
    LATE_SECONDS.

    Args:
        watched: the image.
        seconds: how long to wait at most.
        cancel: stops waiting.
        look: gets the container when that is known, before it is stopped.

    Raises:
        EngineError: no engine answers, or it makes no container of the image.
        CancelledError: ``cancel`` was set.
    """
    cancel, settings = cancel or CancelToken(), watched.settings
    with sandbox(
        watched.image,
        watched.source,
        watched.command,
        settings=settings,
        stop_signal=watched.stop_signal,
        cancel=cancel,
    ) as container:
        refusal = container.start()
        if refusal:
            lines = settings.hide(refusal).splitlines()[-LINES:]
            return Observed("exited", container.refused(), log=tuple(lines), machine=container.machine)
        began = time.monotonic()
        watch = _Watch(watched, container, seconds, cancel)
        state, status, why = watch.settle()
        took = time.monotonic() - began
        ended = state == "exited"
        written = container.written() if watched.writes else None
        # Last words differ with the signal: a KeyboardInterrupt is no trouble of the image.
        log = _lines(container.log(LINES), settings)
        if look is not None:
            look(container)
        stop = None if ended else container.stop(STOP_SECONDS)
        if cancel.cancelled:
            raise CancelledError
        seen = _Look() if ended else watch.look
        return Observed(
            state,
            status,
            seen.ports,
            seen.answers,
            stop,
            took,
            why,
            (*log, *filter(None, [container.ended_by(settings.limits) if ended else ""])),
            seen.programs,
            _lines(container.output(LINES)[0], settings) if ended else (),
            written,
            container.machine,
        )


def _lines(output: bytes, settings: StartSettings) -> tuple[str, ...]:
    return tuple(settings.hide(output.decode("utf-8", "replace")).splitlines())
