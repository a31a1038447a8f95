"""Use cases that run where an image is held, so that neither report nor contents travel.

``plan_held`` and ``prove_held`` are for whoever has the desk; the functions that take a
``Held`` are what runs there, in a fork. What such a fork found out about the image would
be lost with it, so it comes back with the result and is left at the desk. Plans are made in
the one fork that stays, where the study of a rewrite is there for the next choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from uvdive.base.progress import CancelToken, OnEvent
from uvdive.build.events import BuildRequest, Timings
from uvdive.build.running.settings import PLAIN, StartSettings
from uvdive.compose.recipe import Recipe
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.desk import Desk, Held, slim
from uvdive.session.opening.options import ReadOptions
from uvdive.session.planning.kept import Kept
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.other_user import Looked, looks_first
from uvdive.session.proof.proving import Proof, prove
from uvdive.session.proof.timing import Wish, time_builds
from uvdive.verify.checks import Comparison


def plan_held(  # noqa: PLR0913 - what the app asks for, by name
    desk: Desk,
    dockerfile: Path,
    context: Path | None,
    choices: Mapping[str, str],
    *,
    pull: bool,
    build_args: tuple[str, ...] = (),
    recipe: Recipe | None = None,
    ladder: Mapping[str, str] | None = None,
    on_event: OnEvent,
    cancel: CancelToken,
) -> RewritePlan:
    """Plan the rewrite of a Dockerfile for the image at a desk; all as ``plan_rewrite`` says."""
    plan, news = desk.stay(
        plan_at_desk, dockerfile, context, choices, pull, build_args, recipe, ladder, on_event=on_event,
        cancel=cancel,
    )  # fmt: skip
    _leave(desk, news, cancel)
    return plan


def study_held(
    desk: Desk,
    dockerfile: Path,
    context: Path | None,
    *,
    build_args: tuple[str, ...] = (),
    recipe: Recipe | None = None,
    cancel: CancelToken,
) -> None:
    """Plan the rewrite before anybody asks for it, so that ``plan_held`` finds its study; nothing is pulled.

    Errors are those of ``plan_held``, and whoever asks then is told.
    """
    news = desk.stay(study_at_desk, dockerfile, context, build_args, recipe, cancel=cancel)
    _leave(desk, news, cancel)


def prove_held(  # noqa: PLR0913 - what the app asks for, by name
    desk: Desk,
    plan: RewritePlan,
    context: Path,
    build_args: tuple[str, ...],
    *,
    start: bool,
    settings: StartSettings,
    own: tuple[Path, ...],
    recipe: Recipe | None = None,
    left_out: bool = False,
    on_event: OnEvent,
    cancel: CancelToken,
) -> Proof | Looked:
    """Build and prove a rewrite of the image at a desk; as ``prove`` says, with a slim new report.

    Nothing is built where a start of the original tells first what the plan did not know.
    """
    proof, news = desk.run(
        prove_at_desk, plan, context, build_args, start, settings, own, recipe, left_out,
        on_event=on_event, cancel=cancel,
    )  # fmt: skip
    _leave(desk, news, cancel)
    if news is not None:
        desk.stay(keep_for_plans, news, cancel=cancel)
    return proof


def _leave(desk: Desk, news: Kept | None, cancel: CancelToken) -> None:
    if news is not None:
        desk.ask(keep, news, cancel=cancel)


def keep(held: Held, news: Kept) -> None:
    """Keep what a fork found out about the image."""
    held.kept.take(news)


def keep_for_plans(held: Held, news: Kept, *, on_event: OnEvent, cancel: CancelToken) -> None:  # noqa: ARG001
    """``keep`` in the fork that plans."""
    held.kept.take(news)


def plan_at_desk(  # noqa: PLR0913, PLR0917 - a desk takes arguments by place
    held: Held,
    dockerfile: Path,
    context: Path | None,
    choices: Mapping[str, str],
    pull: bool,  # noqa: FBT001 - a desk takes arguments by place
    build_args: tuple[str, ...],
    recipe: Recipe | None,
    ladder: Mapping[str, str] | None = None,
    *,
    on_event: OnEvent,
    cancel: CancelToken,
) -> tuple[RewritePlan, Kept | None]:
    """The plan, and what is known of the image now; None where nothing new came.

    For the fork that stays: what is found out, and the study, are there for the next plan.
    """
    before, kept = held.kept.copy(), held.kept
    plan = plan_rewrite(
        dockerfile,
        held.report,
        context=context,
        store=held.store,
        choices=choices,
        pull=pull,
        kept=kept,
        build_args=build_args,
        recipe=recipe,
        ladder=ladder,
        bases=held.bases,
        on_event=on_event,
        cancel=cancel,
    )
    return plan, kept.copy() if kept != before else None


def study_at_desk(
    held: Held,
    dockerfile: Path,
    context: Path | None,
    build_args: tuple[str, ...],
    recipe: Recipe | None,
    *,
    on_event: OnEvent,
    cancel: CancelToken,
) -> Kept | None:
    """As ``plan_at_desk`` without any choice; the plan stays in the fork."""
    _, news = plan_at_desk(
        held, dockerfile, context, {}, False, build_args, recipe, on_event=on_event, cancel=cancel
    )
    return news


def prove_at_desk(  # noqa: PLR0913, PLR0917 - a desk takes arguments by place
    held: Held,
    plan: RewritePlan,
    context: Path,
    build_args: tuple[str, ...],
    start: bool,  # noqa: FBT001 - a desk takes arguments by place
    settings: StartSettings = PLAIN,
    own: tuple[Path, ...] = (),
    recipe: Recipe | None = None,
    left_out: bool = False,  # noqa: FBT001, FBT002 - a desk takes arguments by place
    *,
    on_event: OnEvent,
    cancel: CancelToken,
) -> tuple[Proof | Looked, Kept | None]:
    """The proof with a slim report of the new image, and what is known of the image now, if that is new."""
    kept = held.kept.copy()
    if looks_first(
        plan, held.report, context=context, start=start, settings=settings, recipe=recipe, kept=kept,
        on_event=on_event, cancel=cancel,
    ):  # fmt: skip
        return Looked(), kept
    proof = prove(
        plan,
        held.report,
        context=context,
        index=held.store.index if held.store is not None else None,
        build_args=build_args,
        start=start,
        settings=settings,
        own=own,
        kept=kept,
        recipe=recipe,
        left_out=left_out,
        on_event=on_event,
        cancel=cancel,
    )
    proof = replace(proof, after=slim(proof.after), before=None)
    return proof, kept if kept != held.kept else None


def time_at_desk(
    held: Held,
    plan: RewritePlan,
    context: Path,
    build_args: tuple[str, ...],
    *,
    on_event: OnEvent,
    cancel: CancelToken,
) -> Timings:
    """Time both builds, without cache and after a change; all as ``time_builds`` says."""
    request = BuildRequest(context, Path(plan.dockerfile), args=build_args)
    wish = Wish(cold=True, rebuild=True)
    return time_builds(request, plan, held.report, wish, on_event=on_event, cancel=cancel)


def compare_at_desk(
    held: Held,
    target: str,
    dockerfile: Path | None,
    options: ReadOptions,
    *,
    on_event: OnEvent,
    cancel: CancelToken,
) -> Comparison:
    """Read a second image and compare the held one with it; all as ``compare_images`` says."""
    from uvdive.session.comparing import compare_images
    from uvdive.session.opening.images import load_image

    after = load_image(target, dockerfile=dockerfile, options=options, on_event=on_event, cancel=cancel)
    index = held.store.index if held.store is not None else None
    return compare_images(
        held.report, after.report, indexes=(index, after.index), on_event=on_event, cancel=cancel
    )
