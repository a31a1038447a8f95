"""What two runs of a start command mean (R21, R46, R55)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from uvdive.base.words import first_of
from uvdive.build.running.observing import Observed
from uvdive.verify.checks import Check, Want
from uvdive.verify.pairs import printable
from uvdive.verify.start.bodies import by_itself
from uvdive.verify.start.inside_uv import is_uvs
from uvdive.verify.start.needs import named_variables, what_it_needs
from uvdive.verify.wanting import wanted_by

SLOWER = 2.0
"""A stop that takes so many seconds more is worth telling; engines need up to one themselves."""

MOST_LINES = 10
"""So many lines of a log that only one image wrote are told."""

_VARYING = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\d+", re.IGNORECASE)
_TROUBLE = re.compile(r"\b(?:Traceback|\w*Error|\w*Exception|CRITICAL|FATAL|panic)\b")
_DENIED = re.compile(r"(?:Permission denied|Operation not permitted): ['\"]?(/[^'\":\s]+)")
_BOTH_FAIL = (
    "The original fails too: give its program what it needs with --start-env or --start-network, "
    "and compare again."
)


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of both images; ``again`` and ``new_again`` are second ones, where the first differ."""

    old: Observed
    new: Observed
    again: Observed | None = None
    new_again: Observed | None = None


def works(observed: Observed) -> bool:
    """Does it run, or did it end without an error?"""
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


def _differences(runs: Runs) -> Iterator[str]:
    old, new = runs.old, runs.new
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
    for port, usual in by_itself(old, new, runs.again).items():
        if not usual:
            yield f"/ at port {port}: another body, though the original's stays the same from start to start"
    yield from _output(runs)


def prints_otherwise(old: Observed, new: Observed) -> bool:
    """Do two that ended alike write something else to standard output?"""
    ended = old.state == new.state == "exited" and old.status == new.status == 0
    return ended and Counter(_own(old)) != Counter(_own(new))


def _own(observed: Observed) -> list[str]:
    """What the program itself wrote to standard output, and not uv."""
    return [line.strip() for line in observed.output if line.strip() and not is_uvs(line)]


def _output(runs: Runs) -> Iterator[str]:
    """Lines of standard output that one image writes whenever it is started, and the other never."""
    if runs.again is None or runs.new_again is None or not prints_otherwise(runs.old, runs.new):
        return
    old, again, new, anew = (_own(run) for run in (runs.old, runs.again, runs.new, runs.new_again))
    lost = [line for line in old if line in again and line not in new and line not in anew]
    extra = [line for line in new if line in anew and line not in old and line not in again]
    for who, lines in (("original", lost), ("new image", extra)):
        yield from (f"only the {who} prints: {printable(line.encode())}" for line in lines[:MOST_LINES])


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


def _denied(old: Observed, new: Observed) -> str:
    """The paths that only the new image says its user may not write or read (R64), as a sentence."""
    paths = dict.fromkeys(path for line in _only(new, old) for path in _DENIED.findall(line))
    return f" Its user may not write {first_of(tuple(paths), MOST_LINES)}, or read it." if paths else ""


def _wants(old: Observed, new: Observed) -> tuple[Want, ...]:
    """What the new image alone says is not there."""
    return tuple(dict.fromkeys(want for line in _only(new, old) for want in wanted_by(line)))


def _slower(old: Observed, new: Observed) -> str:
    """A slower stop (R21): Python as the first process of a container ignores SIGTERM."""
    if old.stop_seconds is None or new.stop_seconds is None or new.stop_seconds - old.stop_seconds < SLOWER:
        return ""
    took = f"docker stop takes {new.stop_seconds:.1f} s, it took {old.stop_seconds:.1f} s"
    return f"{took}: run it with --init (compose: init: true), or choose STOPSIGNAL SIGINT"


def judge(runs: Runs, resolved: Check, note: str = "") -> Check:
    """What the runs mean, given what looking the start command up gave.

    ``note`` says how the original was run where that was not by its own start command alone.
    """
    old, new = runs.old, runs.new
    if not works(new) and not works(old):
        return _both_fail(old, new, note)
    if not works(old):
        # Where the program is not even there, that is the clearer reason.
        first = resolved.detail if resolved.status == "repaired" else f"The original {said(old)}."
        return Check("start", "repaired", f"{note}{first} The new image {said(new)}.", ran=True)
    differences = (*_differences(runs), *_trouble(old, new))
    if differences:
        detail = f"{note}The new image {said(new)}: not as the original.{_denied(old, new)}"
        return Check("start", "failed", detail, differences, _wants(old, new), ran=True)
    notes = tuple(_notes(old, new, runs.again))
    status = "announced" if notes or note else resolved.status
    return Check("start", status, note + _agreed(old, new, resolved), notes, ran=True, stops=_stops(old, new))


def _stops(old: Observed, new: Observed) -> tuple[float, float] | None:
    if old.stop_seconds is None or new.stop_seconds is None:
        return None
    return old.stop_seconds, new.stop_seconds


def _both_fail(old: Observed, new: Observed, note: str) -> Check:
    if not _same_failure(old, new):
        detail = f"{note}Both images fail, but not alike: the original {said(old)}, the new one {said(new)}."
        return Check(
            "start", "failed", detail, new.log[-20:], _wants(old, new), way_out=_BOTH_FAIL, ran=True,
            needs=named_variables((*new.log, *old.log)),
        )  # fmt: skip
    needs = what_it_needs(new.log)
    detail = f"{note}Both images fail alike: the new one {said(new)}. The start is not proven. {needs}"
    unseen = (f"the program fails in both images. {needs}",)
    return Check("start", "announced", detail, unseen=unseen, needs=named_variables(new.log))


def _agreed(old: Observed, new: Observed, resolved: Check) -> str:
    parts = [resolved.detail, f"It {said(new)}, as the original."]
    if old.stop_seconds is not None and new.stop_seconds is not None:
        parts.append(f"It stops in {new.stop_seconds:.1f} s; the original took {old.stop_seconds:.1f} s.")
    return " ".join(parts)
