"""The check of the start by running both images (R21, R46, R55)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from uvdive.base.progress import CancelToken
from uvdive.build.observing import Observed, observe
from uvdive.image.resolve import resolve
from uvdive.ledger.report import ImageReport
from uvdive.verify.checks import Check
from uvdive.verify.pairs import printable

RUN_SECONDS = 60.0
SLOWER = 2.0
"""A stop that takes so many seconds more is worth telling; engines need up to one themselves."""

_VARYING = re.compile(r"0x[0-9a-f]+|\d+")


def _python(report: ImageReport) -> str | None:
    for environment in report.environments:
        if resolve(report.files, environment.interpreter.encode("utf-8", "surrogateescape")).node is not None:
            return environment.interpreter
    return None


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
        if report.image.source != "docker":
            detail = f"{resolved.detail} {report.image.reference} is in no engine that could run it."
            return Check("start", resolved.status, detail, resolved.differences)
    old, new = (
        observe(report.image.id, _python(report), seconds=RUN_SECONDS, cancel=cancel)
        for report in (before, after)
    )
    return judge(old, new, resolved)


def _works(observed: Observed) -> bool:
    return observed.state in ("healthy", "listening", "running") or observed.status == 0


def said(observed: Observed) -> str:
    """What a container did, in words."""
    if observed.state == "exited":
        last = _last(observed)
        return f"ends with {observed.status}" + (f" ({last})" if observed.status and last else "")
    words = {"listening": "listens", "running": "runs"}.get(observed.state, f"becomes {observed.state}")
    ports = ", ".join(map(str, observed.ports))
    answers = ", ".join(f"HTTP {status} for /" for _, status, _ in observed.answers)
    return " ".join(part for part in (words, f"on port {ports}" if ports else "", answers) if part)


def _last(observed: Observed) -> str:
    lines = [line for line in observed.log if line.strip()]
    return printable(lines[-1].strip().encode()) if lines else ""


def _same_failure(old: Observed, new: Observed) -> bool:
    """Do both end alike? Times, process ids and addresses in the message may differ."""
    return (old.state, old.status) == (new.state, new.status) and (
        _VARYING.sub("#", _last(old)) == _VARYING.sub("#", _last(new))
    )


def _differences(old: Observed, new: Observed) -> Iterator[str]:
    if (old.state, old.status) != (new.state, new.status):
        yield f"the original {said(old)}, the new image {said(new)}"
    if old.ports != new.ports:
        yield f"listening ports: {list(old.ports)} -> {list(new.ports)}"
    theirs = {port: answer for port, *answer in new.answers}
    for port, status, body in old.answers:
        if port in theirs and theirs[port] != [status, body]:
            what = "another body" if theirs[port][0] == status else f"HTTP {status} -> {theirs[port][0]}"
            yield f"/ at port {port}: {what}"
        elif port not in theirs and port in new.ports:
            yield f"/ at port {port}: no answer any more"


def _slower(old: Observed, new: Observed) -> tuple[str, ...]:
    """A slower stop (R21): Python as the first process of a container ignores SIGTERM."""
    if old.stop_seconds is None or new.stop_seconds is None or new.stop_seconds - old.stop_seconds < SLOWER:
        return ()
    took = f"docker stop takes {new.stop_seconds:.1f} s, it took {old.stop_seconds:.1f} s"
    return (f"{took}: run it with --init (compose: init: true), or choose STOPSIGNAL SIGINT",)


def judge(old: Observed, new: Observed, resolved: Check) -> Check:
    """What two runs mean, given what looking the start command up gave."""
    if not _works(new) and not _works(old) and _same_failure(old, new):
        detail = f"Both images fail alike: the new one {said(new)}. That is all that could be compared."
        return Check("start", "announced", detail)
    if not _works(old):
        if not _works(new):
            detail = f"Both images fail, but not alike: the original {said(old)}, the new one {said(new)}."
            return Check("start", "failed", detail, new.log)
        # Where the program is not even there, that is the clearer reason.
        first = resolved.detail if resolved.status == "repaired" else f"The original {said(old)}."
        return Check("start", "repaired", f"{first} The new image {said(new)}.")
    differences = tuple(_differences(old, new))
    if differences:
        return Check("start", "failed", f"The new image {said(new)}: not as the original.", differences)
    slower = _slower(old, new)
    detail = f"{resolved.detail} It {said(new)}, as the original."
    return Check("start", "announced" if slower else resolved.status, detail, slower)
