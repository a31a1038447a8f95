"""The check of the start by running both images (R21, R46, R55)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from uvdive.base.progress import CancelToken
from uvdive.build.observing import Observed, Watched, observe
from uvdive.image.resolve import resolve
from uvdive.ledger.report import ImageReport
from uvdive.verify.checks import ENGINES, Check, Want
from uvdive.verify.pairs import printable
from uvdive.verify.start.bodies import by_itself, likenesses
from uvdive.verify.wanting import wanted_by

RUN_SECONDS = 60.0
SLOWER = 2.0
"""A stop that takes so many seconds more is worth telling; engines need up to one themselves."""

MOST_LINES = 10
"""So many lines of a log that only one image wrote are told."""

_UV_SAYS = re.compile(
    r"\s*(?:Building|Built|Downloading|Downloaded|Updating|Resolved|Prepared|Installed|Uninstalled|"
    r"Using CPython|Creating virtual|Bytecode compiled|warning:|[+~-] \S+==)"
)
_VARYING = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\d+", re.IGNORECASE)
_TROUBLE = re.compile(r"\b(?:Traceback|\w*Error|\w*Exception|CRITICAL|FATAL|panic)\b")


def _python(report: ImageReport) -> str | None:
    for environment in report.environments:
        if resolve(report.files, environment.interpreter.encode("utf-8", "surrogateescape")).node is not None:
            return environment.interpreter
    return None


def _watched(report: ImageReport, *, listens: bool) -> Watched:
    config = report.config
    return Watched(
        report.image.id,
        report.image.source,
        _python(report),
        config.healthcheck,
        listens=listens or bool(config.exposed_ports),
    )


def check_running(before: ImageReport, after: ImageReport, resolved: Check, cancel: CancelToken) -> Check:
    """Run both images' start commands and compare what became of them.

    Args:
        before: the original.
        after: the rewritten image.
        resolved: what ``check_start`` said; where that failed, nothing is run.
        cancel: stops the containers.

    Raises:
        EngineError: the engine cannot run the images.
        CancelledError: ``cancel`` was set.
    """
    if resolved.status in ("failed", "skipped"):
        return resolved
    for report in (before, after):
        if report.image.source not in ENGINES:
            detail = f"{resolved.detail} {report.image.reference} is in no engine that could run it."
            return Check("start", resolved.status, detail, resolved.differences)
    old = observe(_watched(before, listens=False), seconds=RUN_SECONDS, cancel=cancel)
    # What the original did, the new image gets the time to do.
    new = observe(_watched(after, listens=bool(old.ports)), seconds=RUN_SECONDS, cancel=cancel)
    again = None
    if any(likeness != "same" for likeness in likenesses(old, new).values()):
        # Some bodies hold what changes from start to start: the original itself tells.
        again = observe(_watched(before, listens=bool(old.ports)), seconds=RUN_SECONDS, cancel=cancel)
    return judge(old, new, resolved, again)


def check_running_alone(after: ImageReport, resolved: Check, cancel: CancelToken) -> Check:
    """Run the new image where there is nothing to compare: the original installs at start (R15).

    ``resolved`` and what is raised are as for ``check_running``.
    """
    if resolved.status in ("failed", "skipped") or after.image.source not in ENGINES:
        return resolved
    new = observe(_watched(after, listens=False), seconds=RUN_SECONDS, cancel=cancel)
    first = "The original installs its environment when it starts, so it needs a network."
    if _works(new):
        return Check("start", "repaired", f"{first} The new image {said(new)}.")
    return Check("start", "failed", f"{first} The new image {said(new)}.", new.log[-20:])


def _works(observed: Observed) -> bool:
    return observed.state in ("healthy", "listening", "running") or observed.status == 0


def said(observed: Observed) -> str:
    """What a container did, in words."""
    if observed.state == "exited":
        last = _last(observed)
        return f"ends with {observed.status}" + (f" ({last})" if observed.status and last else "")
    words = {
        "listening": "listens",
        "running": "runs and does not listen",
        "unhealthy": "does not become healthy",
    }.get(observed.state, f"becomes {observed.state}")
    ports = ", ".join(map(str, observed.ports))
    answers = ", ".join(f"HTTP {answer.status} for /" for answer in observed.answers)
    parts = (words, f"on port {ports}" if ports else "", answers, f"({observed.why})" if observed.why else "")
    return " ".join(part for part in parts if part)


def _last(observed: Observed) -> str:
    lines = [line for line in observed.log if line.strip()]
    return printable(lines[-1].strip().encode()) if lines else ""


def _shape(line: str) -> str:
    """A line of a log without what differs from run to run: numbers, times, process ids, addresses."""
    return _VARYING.sub("#", line.strip())


def _same_failure(old: Observed, new: Observed) -> bool:
    """Do both end alike, with the same last words?"""
    return (old.state, old.status) == (new.state, new.status) and _shape(_last(old)) == _shape(_last(new))


def _differences(old: Observed, new: Observed, again: Observed | None) -> Iterator[str]:
    if (old.state, old.status) != (new.state, new.status):
        yield f"the original {said(old)}, the new image {said(new)}"
    if old.ports != new.ports:
        yield f"listening ports: {list(old.ports)} -> {list(new.ports)}"
    theirs = {answer.port: answer for answer in new.answers}
    for ours in old.answers:
        if ours.port not in theirs:
            if ours.port in new.ports:
                yield f"/ at port {ours.port}: no answer any more"
        elif ours.status != theirs[ours.port].status:
            yield f"/ at port {ours.port}: HTTP {ours.status} -> {theirs[ours.port].status}"
    for port, usual in by_itself(old, new, again).items():
        if not usual:
            yield f"/ at port {port}: another body, though the original's stays the same from start to start"


def _notes(old: Observed, new: Observed, again: Observed | None) -> Iterator[str]:
    """What is worth telling though nothing failed."""
    for port, usual in by_itself(old, new, again).items():
        if usual:
            yield f"/ at port {port}: the original's own body changes from start to start"
    slower = _slower(old, new)
    if slower:
        yield slower
    for who, lines in (("the original", _only(old, new)), ("the new image", _only(new, old))):
        yield from (f"only {who} says: {line}" for line in lines[:MOST_LINES])
        if len(lines) > MOST_LINES:
            yield f"only {who} says {len(lines) - MOST_LINES} more lines"


def _only(ours: Observed, theirs: Observed) -> list[str]:
    """The lines of one log that the other has not; how often and in which order does not matter."""
    known = Counter(map(_shape, theirs.log))
    return [printable(line.strip().encode()) for line in ours.log if _shape(line) not in known]


def _trouble(old: Observed, new: Observed) -> tuple[str, ...]:
    """Errors that only the new image's log tells of."""
    lines = _only(new, old)
    return tuple(f"only the new image says: {line}" for line in lines if _TROUBLE.search(line))


def _wants(old: Observed, new: Observed) -> tuple[Want, ...]:
    """What the new image alone says is not there."""
    return tuple(dict.fromkeys(want for line in _only(new, old) for want in wanted_by(line)))


def _slower(old: Observed, new: Observed) -> str:
    """A slower stop (R21): Python as the first process of a container ignores SIGTERM."""
    if old.stop_seconds is None or new.stop_seconds is None or new.stop_seconds - old.stop_seconds < SLOWER:
        return ""
    took = f"docker stop takes {new.stop_seconds:.1f} s, it took {old.stop_seconds:.1f} s"
    return f"{took}: run it with --init (compose: init: true), or choose STOPSIGNAL SIGINT"


def judge(old: Observed, new: Observed, resolved: Check, again: Observed | None = None) -> Check:
    """What two runs mean, given what looking the start command up gave.

    ``again`` is a second run of the original, for bodies that differ.
    """
    if not _works(new) and not _works(old) and _same_failure(old, new):
        detail = f"Both images fail alike: the new one {said(new)}. That is all that could be compared."
        return Check("start", "announced", detail)
    if _waits(old) and new.ports:
        detail = (
            "The original listens nowhere, and nothing but uv had a word: without a network uv cannot "
            f"finish what it does at start. The new image {said(new)}."
        )
        return Check("start", "announced", detail)
    if not _works(old):
        if not _works(new):
            detail = f"Both images fail, but not alike: the original {said(old)}, the new one {said(new)}."
            return Check("start", "failed", detail, new.log[-20:], _wants(old, new))
        # Where the program is not even there, that is the clearer reason.
        first = resolved.detail if resolved.status == "repaired" else f"The original {said(old)}."
        return Check("start", "repaired", f"{first} The new image {said(new)}.")
    differences = (*_differences(old, new, again), *_trouble(old, new))
    if differences:
        detail = f"The new image {said(new)}: not as the original."
        return Check("start", "failed", detail, differences, _wants(old, new))
    notes = tuple(_notes(old, new, again))
    return Check("start", "announced" if notes else resolved.status, _agreed(old, new, resolved), notes)


def _waits(old: Observed) -> bool:
    """Is the original still at what `uv run` does before it starts the program?"""
    silent = all(_UV_SAYS.match(line) for line in old.log if line.strip())
    return old.state in ("running", "unhealthy") and not old.ports and silent


def _agreed(old: Observed, new: Observed, resolved: Check) -> str:
    parts = [resolved.detail, f"It {said(new)}, as the original."]
    if old.stop_seconds is not None and new.stop_seconds is not None:
        parts.append(f"It stops in {new.stop_seconds:.1f} s; the original took {old.stop_seconds:.1f} s.")
    return " ".join(parts)
