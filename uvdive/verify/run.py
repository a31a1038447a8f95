"""All checks of one rewrite, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from uvdive.base.paths import raw
from uvdive.base.processes import worker
from uvdive.base.progress import CancelToken, Note, OnEvent, ignore
from uvdive.build.running.settings import PLAIN, StartSettings
from uvdive.ledger.reading.contents import Indexes, Places, places_of
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import Allowances, Decision
from uvdive.verify.announced import without_announced
from uvdive.verify.checks import NO_CHANCE, Chance, Check, CheckName, CheckStarted, Comparison, Verification
from uvdive.verify.config import check_config
from uvdive.verify.files.check import check_files
from uvdive.verify.python.imports import Known, check_imports
from uvdive.verify.python.interpreter import check_interpreter
from uvdive.verify.python.libraries import check_libraries
from uvdive.verify.spent import Spent
from uvdive.verify.start.command import check_start
from uvdive.verify.start.faithful import held_to_the_original, start_command
from uvdive.verify.start.running import Seen, check_running, check_running_alone
from uvdive.verify.start.scripts import started_scripts
from uvdive.verify.start.service import Starts, as_service, service_settings, starts_nothing


def files_in_worker(  # noqa: PLR0913 - a worker takes arguments by place
    before: ImageReport,
    after: ImageReport,
    allowed: Allowances,
    places: Places,
    varying: Chance,
    decisions: tuple[Decision, ...] | None,
    comparison: Comparison | None = None,
    *,
    on_event: OnEvent = ignore,
) -> Check:
    """``check_files`` for the worker process: walking both images would hold up the app."""
    on_event(Note("Comparing path by path"))
    return check_files(before, after, allowed, places, varying, decisions, comparison)


Varying = Callable[[tuple[bytes, ...]], Chance]
"""Says which of the paths that differ are other or gone in a second build of the original, too."""


def _start(  # noqa: PLR0913, PLR0917 - what a start takes
    before: ImageReport,
    after: ImageReport,
    allowed: Allowances,
    cancel: CancelToken,
    settings: StartSettings | None,
    starts: Starts | None,
    places: Places = (None, None),
    seen: Seen | None = None,
) -> Check:
    own = check_start(before, after, repaired=allowed.repaired_start)
    idle = starts_nothing(before)
    # Nobody misses a start that only a base without any lacks.
    if starts is not None and (own.status != "failed" or (idle and not start_command(after.config))):
        done = _start_as_service(before, after, allowed, cancel, settings, starts, places, seen)
        alone = own.status == "passed" and not idle
        return _held(done, before, after, places) if alone else done
    resolved = done = own
    if settings is not None:
        if allowed.installs_at_start:
            done = check_running_alone(after, resolved, cancel, settings)
        else:
            done = check_running(before, after, resolved, cancel, settings, seen=seen)
    # An original that cannot start says nothing of the words.
    return _held(done, before, after, places) if resolved.status == "passed" else done


def _held(check: Check, before: ImageReport, after: ImageReport, places: Places) -> Check:
    old, new = (
        started_scripts(report, start_command(report.config), place)
        for report, place in zip((before, after), places, strict=True)
    )
    return held_to_the_original(check, before, after, (old, new))


def _start_as_service(  # noqa: PLR0913, PLR0917 - what a start takes
    before: ImageReport,
    after: ImageReport,
    allowed: Allowances,
    cancel: CancelToken,
    settings: StartSettings | None,
    starts: Starts,
    places: Places,
    seen: Seen | None,
) -> Check:
    """The check of what a compose service starts in both images."""
    old, new = as_service(before, starts[0]), as_service(after, starts[1])
    resolved = done = check_start(old, new, repaired=allowed.repaired_start)
    if settings is not None:
        given = service_settings(settings, starts[0])
        if allowed.installs_at_start:
            done = check_running_alone(new, resolved, cancel, given, named=True)
        else:
            done = check_running(old, new, resolved, cancel, given, named=True, seen=seen)
    done = _held(done, old, new, places) if resolved.status == "passed" else done
    return replace(done, detail=f"Started as the compose service: {done.detail}")


def verify(  # noqa: PLR0913 - what a judge may be told, by name
    before: ImageReport,
    after: ImageReport,
    allowed: Allowances | None = None,
    *,
    indexes: Indexes = (None, None),
    start: bool = False,
    settings: StartSettings = PLAIN,
    imported: Known | None = None,
    seen: Seen | None = None,
    varying: Varying | None = None,
    decisions: tuple[Decision, ...] | None = None,
    starts: Starts | None = None,
    comparison: Comparison | None = None,
    spent: Spent | None = None,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> Verification:
    """Is the new image as good as the old one? (R46)

    Emits CheckStarted before each check and the Check itself after it. ``allowed`` is
    what the plan announced; without it nothing may differ. ``indexes`` say where the
    contents of images from archives lie, for the checks that read some. ``start`` runs
    both images' start commands too, with ``settings``: without network unless these give
    one. ``imported`` are the imports of images that were asked before, ``seen`` what originals did when
    they were run. ``varying`` is asked
    once, where files differ that nothing explains. ``decisions`` are the plan's, which
    must name every OS package that is gone; None where there is no plan to ask. ``starts``
    are what a compose service starts before and after, in the place of the images' own.
    ``comparison`` is that of both, where it was made: what was the same then is not read again.
    ``spent`` learns how long each check took.

    Raises:
        EngineError: the engine cannot run the images.
        CancelledError: ``cancel`` was set.
    """
    allowed, token, spent = allowed or Allowances(), cancel or CancelToken(), spent or Spent()
    expected = without_announced(before, allowed)
    announced = frozenset(raw(path) for path in allowed.paths)
    with places_of(before, after, indexes) as places:

        def files() -> Check:
            check = check_with(NO_CHANCE)
            chance = varying(check.paths) if varying is not None and check.paths else NO_CHANCE
            return check_with(chance) if chance.other else check

        def check_with(chance: Chance) -> Check:
            return worker.call(
                files_in_worker, before, after, allowed, places, chance, decisions, comparison, cancel=token
            )

        steps: tuple[tuple[CheckName, Callable[[], Check]], ...] = (
            ("config", lambda: check_config(before.config, after.config, allowed.config)),
            ("files", files),
            ("interpreter", lambda: check_interpreter(expected, after)),
            (
                "libraries",
                lambda: worker.call(check_libraries, before, after, places, announced, cancel=token),
            ),
            ("imports", lambda: check_imports(expected, after, token, imported, settings.limits)),
            (
                "start",
                lambda: _start(
                    before, after, allowed, token, settings if start else None, starts, places, seen
                ),
            ),
        )
        checks = []
        for name, check in steps:
            token.raise_if_cancelled()
            on_event(CheckStarted(name))
            with spent.on(name):
                done = check()
            checks.append(done)
            on_event(done)
    return Verification(tuple(checks))
