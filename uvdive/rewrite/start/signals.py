"""Process 1 without uv: who gets the signal of ``docker stop`` (R21)."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from uvdive.dockerfile.shell.commands import SHELLS
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.stops import Stops
from uvdive.rewrite.notes import Notes

# Servers that end on SIGTERM by themselves, also as PID 1 (R21).
_SERVERS = frozenset(
    (
        *("uvicorn", "gunicorn", "hypercorn", "granian", "fastapi", "celery", "streamlit", "dramatiq"),
        *("daphne", "waitress-serve", "arq"),
    )
)
_INITS = frozenset({"tini", "dumb-init", "catatonit", "s6-svscan"})


class Signals:
    """Collects the programs that become process 1, and says what that changes."""

    def __init__(self, evidence: Evidence, notes: Notes) -> None:
        self.evidence, self.notes = evidence, notes
        self.in_healthcheck = False
        self.line: int | None = None
        self.stop_signal: str | None = None

    def started(self, words: Sequence[str], line: int) -> None:
        """A program took the place of its runner."""
        names = {posixpath.basename(word) for word in words[:4]}
        if not self.in_healthcheck and not names & _SERVERS:
            self.line = line

    def note(self) -> None:
        """Offer the signal that Python ends on, where the program is process 1 itself."""
        command = self.evidence.starter
        if self.line is None or command is None:
            return
        words = command.instruction.exec_form
        if words is not None and posixpath.basename(words[0]) in _INITS:
            return
        shell = words is None or posixpath.basename(words[0]) in SHELLS
        text = command.instruction.arguments if words is None else " ".join(words)
        if shell and "exec " not in text:
            return  # the shell is process 1, as before
        own = self.evidence.last("STOPSIGNAL")
        if own is not None:
            if own.instruction.value.strip().upper().removeprefix("SIG") not in ("INT", "2"):
                self._warn("")
            return
        stops = self.evidence.stops
        mended = stops is not None and stops.mended
        chosen = self.notes.choose(
            CHOICES["stop-signal"],
            self.line,
            _measured(stops) if stops is not None else _UNMEASURED,
            default="sigint" if mended else "sigterm",
        )
        if chosen == "sigint":
            self.stop_signal = "STOPSIGNAL SIGINT\n"
            self.notes.allowed.config.add("StopSignal")
        else:
            self._warn(", or choose stop-signal=sigint" if stops is None or mended else "")

    def _warn(self, otherwise: str) -> None:
        """Where a stop was slower, or nothing measures one: a draft, a proof without a start."""
        stops = self.evidence.stops
        if stops is not None:
            first = f"`docker stop` takes {stops.after:.1f} s, it took {stops.before:.1f} s."
        elif self.evidence.report is None or self.evidence.unmeasured:
            first = "`docker stop` may take 10 s: your program no longer gets signals through uv."
        else:
            return  # `--start` measures it
        self.notes.warn("R21", self.line, f"{first} {_INIT}{otherwise}.")


_INIT = "Use `--init` (compose: `init: true`)"
_UNMEASURED = (
    "uv was process 1 and passed signals on. Python as process 1 ignores SIGTERM unless the program "
    "handles it, but ends on SIGINT (KeyboardInterrupt). `--start` measures how long a stop takes."
)


def _measured(stops: Stops) -> str:
    quick = stops.interrupted
    on = "SIGINT could not be tried" if quick is None else f"{quick:.1f} s on SIGINT"
    return f"Measured: `docker stop` takes {stops.after:.1f} s, the original took {stops.before:.1f} s; {on}."
