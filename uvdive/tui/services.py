"""The use cases that the app calls, as values, so that a test can put in recorded ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uvdive.base.progress import CancelToken, OnEvent
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import RewritePlan

if TYPE_CHECKING:
    from uvdive.image.store import LayerStore

Loader = Callable[..., Any]
"""Takes ``on_event`` and ``cancel`` and returns a value with a ``report``."""


def _plan(
    dockerfile: Path,
    report: ImageReport | None,
    *,
    context: Path | None,
    store: LayerStore | None,
    choices: Mapping[str, str],
    on_event: OnEvent,
    cancel: CancelToken,
) -> RewritePlan:
    from uvdive.session.rewriting import plan_rewrite

    return plan_rewrite(
        dockerfile, report, context=context, store=store, choices=choices, on_event=on_event, cancel=cancel
    )


def _prove(
    plan: RewritePlan,
    before: ImageReport,
    *,
    context: Path,
    build_args: tuple[str, ...],
    on_event: OnEvent,
    cancel: CancelToken,
) -> Any:
    from uvdive.session.proving import prove

    return prove(plan, before, context=context, build_args=build_args, on_event=on_event, cancel=cancel)


def _write(plan: RewritePlan, *, context: Path) -> Any:
    from uvdive.session.writing import write_rewrite

    return write_rewrite(plan, context=context)


def _undo(written: Any) -> None:
    from uvdive.session.writing import undo_rewrite

    undo_rewrite(written)


def _choices(folder: Path, *, on_event: OnEvent, cancel: CancelToken) -> Any:
    from uvdive.session.picking import choices

    return choices(folder, on_event=on_event, cancel=cancel)


@dataclass(frozen=True, slots=True)
class Opened:
    """Something to explore: what to call it, how to read it, and its build, where it has one."""

    name: str
    loader: Loader
    dockerfile: Path | None = None
    context: Path | None = None
    build_args: tuple[str, ...] = ()


Opener = Callable[[str], Opened]
"""Takes a target as on the command line. Raises UsageError for one that means nothing."""


@dataclass(frozen=True, slots=True)
class Services:
    """The session floor's functions that the app calls, with its signatures."""

    plan: Callable[..., RewritePlan] = _plan
    prove: Callable[..., Any] = _prove
    write: Callable[..., Any] = _write
    undo: Callable[..., Any] = _undo
    choices: Callable[..., Any] = _choices
