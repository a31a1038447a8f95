"""The use cases that the app calls, as values, so that a test can put in recorded ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from uvdive.base.errors import UvdiveError
    from uvdive.base.progress import CancelToken, OnEvent
    from uvdive.build.events import Timings
    from uvdive.compose.recipe import Recipe
    from uvdive.ledger.report import ImageReport
    from uvdive.rewrite.plan import RewritePlan
    from uvdive.session.desk import Desk
    from uvdive.session.proof.settings import StartWish
    from uvdive.session.two_images import Part
    from uvdive.verify.checks import Comparison, Verification
    from uvdive.verify.repairs import Repair

Loader = Callable[..., "Desk"]
"""Takes ``on_event`` and ``cancel`` and returns the desk of what it read."""


def _plan(  # noqa: PLR0913 - what the app asks for, by name
    dockerfile: Path,
    desk: Desk,
    *,
    context: Path | None,
    choices: Mapping[str, str],
    pull: bool,
    build_args: tuple[str, ...] = (),
    recipe: Recipe | None = None,
    ladder: Mapping[str, str] | None = None,
    on_event: OnEvent,
    cancel: CancelToken,
) -> RewritePlan:
    from uvdive.session.atdesk import plan_held

    return plan_held(
        desk, dockerfile, context, choices, pull=pull, build_args=build_args, recipe=recipe,
        ladder=ladder, on_event=on_event, cancel=cancel,
    )  # fmt: skip


def _study(
    dockerfile: Path,
    desk: Desk,
    *,
    context: Path | None,
    build_args: tuple[str, ...] = (),
    recipe: Recipe | None = None,
    cancel: CancelToken,
) -> None:
    from uvdive.session.atdesk import study_held

    study_held(desk, dockerfile, context, build_args=build_args, recipe=recipe, cancel=cancel)


def _prove(  # noqa: PLR0913 - what the app asks for, by name
    plan: RewritePlan,
    desk: Desk,
    *,
    context: Path,
    build_args: tuple[str, ...],
    start: bool,
    wish: StartWish,
    own: tuple[Path, ...],
    recipe: Recipe | None = None,
    left_out: bool = False,
    on_event: OnEvent,
    cancel: CancelToken,
) -> Any:
    from uvdive.session.atdesk import prove_held

    return prove_held(
        desk, plan, context, build_args, start=start, settings=wish.settings(), own=own, recipe=recipe,
        left_out=left_out, on_event=on_event, cancel=cancel,
    )  # fmt: skip


def _time(
    plan: RewritePlan,
    desk: Desk,
    *,
    context: Path,
    build_args: tuple[str, ...],
    on_event: OnEvent,
    cancel: CancelToken,
) -> Timings:
    from uvdive.session.atdesk import time_at_desk

    return desk.run(time_at_desk, plan, context, build_args, on_event=on_event, cancel=cancel)


def _write(plan: RewritePlan, *, context: Path) -> Any:
    from uvdive.session.disk.writing import write_rewrite

    return write_rewrite(plan, context=context)


def _undo(written: Any) -> None:
    from uvdive.session.disk.writing import undo_rewrite

    undo_rewrite(written)


def _report(
    path: Path,
    plan: RewritePlan | None,
    verification: Verification | None,
    repairs: Sequence[Repair],
    *,
    error: UvdiveError | None,
    image: ImageReport,
    build_args: tuple[str, ...],
) -> None:
    from uvdive.session.disk.problems import redactor_of, report_problem

    redactor = redactor_of(image, build_args, plan)
    report_problem(path, plan, verification, repairs, error=error, redactor=redactor)


def _choices(folder: Path, *, on_event: OnEvent, cancel: CancelToken) -> Any:
    from uvdive.session.opening.picking import choices

    return choices(folder, on_event=on_event, cancel=cancel)


@dataclass(frozen=True, slots=True)
class Opened:
    """Something to explore: what to call it, how to read it, and its build, where it has one.

    ``builds`` is whether the loader builds it first.
    """

    name: str
    loader: Loader
    dockerfile: Path | None = None
    context: Path | None = None
    build_args: tuple[str, ...] = ()
    recipe: Recipe | None = None
    builds: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """A rewrite that is wanted from the start: the choices made, and whether images are pulled for it."""

    choices: Mapping[str, str] = field(default_factory=dict)
    pull: bool = False


Parts = tuple["Part | None", "Part | None"]
"""A file in two images, None where it is not there."""


class Pair(Protocol):
    """Two images that are compared, as ``session.two_images.TwoImages``."""

    def compare(self, on_event: OnEvent, cancel: CancelToken) -> Comparison:
        """Read both and compare them."""

    def read(
        self, path: bytes, most: int, on_event: OnEvent, cancel: CancelToken, old: bytes | None = None
    ) -> Parts:
        """A path in both images."""

    def close(self) -> None:
        """Let go of both."""


Opener = Callable[[str], Opened]
"""Takes a target as on the command line. Raises UsageError for one that means nothing."""

Pairer = Callable[[str, str], Pair]
"""Takes two targets to compare. Raises UsageError for one that means nothing."""


@dataclass(frozen=True, slots=True)
class Services:
    """The session floor's functions that the app calls, with its signatures."""

    plan: Callable[..., RewritePlan] = _plan
    study: Callable[..., None] = _study
    prove: Callable[..., Any] = _prove
    time: Callable[..., Timings] = _time
    write: Callable[..., Any] = _write
    undo: Callable[..., Any] = _undo
    report: Callable[..., None] = _report
    choices: Callable[..., Any] = _choices
