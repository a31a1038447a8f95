"""The check of the start by running both images (R21, R46, R55)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from uvdive.base.paths import raw
from uvdive.base.progress import CancelToken
from uvdive.build.running.observing import Observed, Watched, observe
from uvdive.build.running.settings import StartSettings
from uvdive.image.resolve import resolve
from uvdive.ledger.report import ImageReport
from uvdive.verify.checks import ENGINES, Check
from uvdive.verify.start.bodies import likenesses
from uvdive.verify.start.emulated import emulated
from uvdive.verify.start.faithful import start_command
from uvdive.verify.start.inside_uv import ended_by_uv, stays_inside_uv
from uvdive.verify.start.judging import Runs, judge, prints_otherwise, said, works
from uvdive.verify.start.loads.missing_modules import with_environment
from uvdive.verify.start.moved import MovedInterpreters

Seen = list[tuple[Watched, Observed]]
"""What images did when they were run first, so that several rewrites are held against one run."""

WITHOUT_SYNC = (("UV_OFFLINE", "1"), ("UV_NO_SYNC", "1"))
"""With these `uv run` starts what the build installed, and asks no index (uv, "Environment variables")."""


def _python(report: ImageReport) -> str | None:
    for environment in report.environments:
        if resolve(report.files, raw(environment.interpreter)).node is not None:
            return environment.interpreter
    return None


def _watched(
    report: ImageReport, settings: StartSettings, *, named: bool = False, writes: bool = False
) -> Watched:
    """``named``: what the report says of the start is said to the engine too, as it is not the image's."""
    config = report.config
    return Watched(
        report.image.id,
        report.image.source,
        _python(report),
        config.healthcheck,
        listens=bool(config.exposed_ports),
        settings=settings,
        command=start_command(config) if named else None,
        writes=writes,
    )


def check_running(
    before: ImageReport,
    after: ImageReport,
    resolved: Check,
    cancel: CancelToken,
    settings: StartSettings,
    *,
    named: bool = False,
    seen: Seen | None = None,
) -> Check:
    """Run both images' start commands and compare what became of them.

    Args:
        before: the original.
        after: the rewritten image.
        resolved: what ``check_start`` said; where that failed, nothing is run.
        cancel: stops the containers.
        settings: what both programs get.
        named: whether the reports' start is not the images' own, so that the engine is told.
        seen: first runs of originals; gets this one's.

    Raises:
        EngineError: the engine cannot run the images.
        CancelledError: ``cancel`` was set.
    """
    if resolved.status in ("failed", "skipped"):
        return resolved
    for report in (before, after):
        if report.image.source not in ENGINES:
            why = f"{report.image.reference} is in no engine that could run it."
            return replace(resolved, detail=f"{resolved.detail} {why}", unseen=(why,))

    moved = MovedInterpreters(before, after)

    runs = _Running(moved, settings, cancel, [] if seen is None else seen)
    run, first = runs.run, runs.first
    ours = _watched(before, settings, named=named, writes=True)
    theirs = _watched(after, settings, named=named)
    old, note = first(ours), ""
    if stays_inside_uv(old):
        found = _reference(first, ours, after)
        if found is None:
            new = run(theirs)
            return _with_emulation(_nothing_to_compare(new), after, new)
        ours, old, note = found
    new = run(replace(theirs, like=old))
    if works(new) and old.served != new.served and not _answered(old):
        # It may be the original that was slow: what the new image serves, it gets the time to.
        old = run(replace(ours, like=new))
    again = new_again = None
    if any(likeness != "same" for likeness in likenesses(old, new).values()) or prints_otherwise(old, new):
        # Some bodies and outputs hold what changes from start to start: the original itself tells.
        again = run(replace(ours, like=old))
    if prints_otherwise(old, new):
        new_again = run(theirs)
    check = with_environment(judge(Runs(old, new, again, new_again), resolved, note), after, new.log)
    return _with_emulation(check, after, new)


def _with_emulation(check: Check, after: ImageReport, new: Observed) -> Check:
    """The check, with what an emulated start is told by."""
    told = emulated(after, new)
    return replace(check, detail=f"{check.detail} {told}") if told else check


@dataclass(frozen=True, slots=True)
class _Running:
    """Runs images; what one did is told with the paths that it has in the other."""

    moved: MovedInterpreters
    settings: StartSettings
    cancel: CancelToken
    seen: Seen

    def run(self, watched: Watched) -> Observed:
        """Run it now."""
        return self.moved.plain(self._observe(watched))

    def first(self, watched: Watched) -> Observed:
        """Run it, unless somebody has."""
        return self.moved.plain(_first(watched, self.seen, self.settings, self.cancel))

    def _observe(self, watched: Watched) -> Observed:
        return observe(watched, seconds=self.settings.limits.seconds, cancel=self.cancel)


def _first(watched: Watched, seen: Seen, settings: StartSettings, cancel: CancelToken) -> Observed:
    found = next((observed for asked, observed in seen if asked == watched), None)
    if found is None:
        found = observe(watched, seconds=settings.limits.seconds, cancel=cancel)
        seen.append((watched, found))
    return found


def start_original(
    before: ImageReport, settings: StartSettings, cancel: CancelToken, seen: Seen, *, named: bool = False
) -> None:
    """Run the original before there is a new image, for ``check_running`` to find that in ``seen``.

    Nothing is run where it has no start, or is in no engine. The arguments, and what is raised, are as
    for ``check_running``.
    """
    if before.image.source not in ENGINES or not start_command(before.config):
        return
    ours = _watched(before, settings, named=named, writes=True)
    for watched in (ours, _offline(ours)):
        if not stays_inside_uv(_first(watched, seen, settings, cancel)):
            return


def started_original(
    before: ImageReport, after: ImageReport, settings: StartSettings, seen: Seen, *, named: bool = False
) -> Watched | None:
    """The original as ``check_running`` ran it; None where it did not, or where it did not work.

    Nothing is run. The arguments are as for ``check_running``; ``seen`` has what it ran.
    """
    ways = _offline(ours := _watched(before, settings, named=named)), _own_program(ours, after)
    for watched in (ours, *ways):
        # Whether it was asked what it writes makes no other start.
        observed = next((each for asked, each in seen if replace(asked, writes=False) == watched), None)
        if observed is not None and works(observed) and not stays_inside_uv(observed):
            return watched
    return None


def _answered(observed: Observed) -> bool:
    """Did a program answer at every port that one serves at, and not a proxy or an error in its place?"""
    return bool(observed.answers) and all(answer.status < 500 for answer in observed.answers)


def _reference(
    run: Callable[[Watched], Observed], ours: Watched, after: ImageReport
) -> tuple[Watched, Observed, str] | None:
    """A run of the original that gets past uv: with what the build installed; None where none does."""
    first = "Without an index the original does not get past uv, so it was run with"
    offline = _offline(ours)
    seen = run(offline)
    # A call may not go together with these: `uv run --refresh` can't be offline.
    if not stays_inside_uv(seen) and not ended_by_uv(seen):
        names = " and ".join(f"{name}={value}" for name, value in WITHOUT_SYNC)
        return offline, seen, f"{first} {names}: "
    # An older uv knows no UV_NO_SYNC: the environment's own program needs no uv.
    own = _own_program(ours, after)
    if own is None:
        return None
    seen = run(own)
    if stays_inside_uv(seen) or (seen.state == "exited" and seen.status in (126, 127)):
        return None
    return own, seen, f"{first} the new image's start command: "


def _offline(ours: Watched) -> Watched:
    return replace(ours, settings=ours.settings.with_env(WITHOUT_SYNC))


def _own_program(ours: Watched, after: ImageReport) -> Watched | None:
    """The original with the new image's start command; None where that has none."""
    command = start_command(after.config)
    if not command:
        return None
    given = ours.settings.with_env(after.config.environ.items())
    return replace(ours, settings=given, command=tuple(command))


def _nothing_to_compare(new: Observed) -> Check:
    """The original never starts its program here."""
    detail = (
        "Nothing but uv runs in the original: without an index it cannot finish what it does at start. "
        f"The new image {said(new)}."
    )
    if not works(new):
        way_out = "--start-network lets the original reach its index; then both can be compared."
        return Check("start", "failed", detail, new.log[-20:], way_out=way_out, ran=True, needs=())
    unseen = ("the original's program, which needs an index to start (--start-network lets it ask)",)
    return Check("start", "announced", detail, unseen=unseen, needs=())


def check_running_alone(
    after: ImageReport,
    resolved: Check,
    cancel: CancelToken,
    settings: StartSettings,
    *,
    named: bool = False,
) -> Check:
    """Run the new image where there is nothing to compare: the original installs at start (R15).

    Arguments and what is raised are as for ``check_running``.
    """
    if resolved.status in ("failed", "skipped") or after.image.source not in ENGINES:
        return resolved
    new = observe(_watched(after, settings, named=named), seconds=settings.limits.seconds, cancel=cancel)
    first = "The original installs its environment when it starts, so it needs a network."
    if works(new):
        check = Check("start", "repaired", f"{first} The new image {said(new)}.", ran=True)
    else:
        check = Check("start", "failed", f"{first} The new image {said(new)}.", new.log[-20:], ran=True)
    return _with_emulation(check, after, new)


def stop_by(
    report: ImageReport, signal: str, settings: StartSettings, cancel: CancelToken, *, named: bool = False
) -> float | None:
    """The seconds that a program takes to end on a signal; None where it did not run until then.

    Args:
        report: the image.
        signal: the signal's name (``SIGINT``).
        settings: what the program gets.
        cancel: stops the container.
        named: as for ``check_running``.

    Raises:
        EngineError: the engine cannot run the image.
        CancelledError: ``cancel`` was set.
    """
    watched = replace(_watched(report, settings, named=named), stop_signal=signal)
    return observe(watched, seconds=settings.limits.seconds, cancel=cancel).stop_seconds
