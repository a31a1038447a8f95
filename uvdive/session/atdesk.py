"""Use cases that run where an image is held, so that neither report nor contents travel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from uvdive.base.progress import CancelToken, OnEvent
from uvdive.build.events import BuildRequest, Timings
from uvdive.build.settings import PLAIN, StartSettings
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.desk import Held, slim
from uvdive.session.options import ReadOptions
from uvdive.session.proving import Proof, prove
from uvdive.session.rewriting import plan_rewrite
from uvdive.session.timing import Wish, time_builds
from uvdive.verify.checks import Comparison


def plan_at_desk(
    held: Held,
    dockerfile: Path,
    context: Path | None,
    choices: Mapping[str, str],
    pull: bool,  # noqa: FBT001 - a desk takes arguments by place
    *,
    on_event: OnEvent,
    cancel: CancelToken,
) -> RewritePlan:
    """Plan the rewrite of a Dockerfile; all as ``plan_rewrite`` says."""
    return plan_rewrite(
        dockerfile,
        held.report,
        context=context,
        store=held.store,
        choices=choices,
        pull=pull,
        on_event=on_event,
        cancel=cancel,
    )


def prove_at_desk(  # noqa: PLR0913 - a desk takes arguments by place
    held: Held,
    plan: RewritePlan,
    context: Path,
    build_args: tuple[str, ...],
    start: bool,  # noqa: FBT001 - a desk takes arguments by place
    settings: StartSettings = PLAIN,
    *,
    on_event: OnEvent,
    cancel: CancelToken,
) -> Proof:
    """Build and prove a rewrite; all as ``prove`` says, with a slim report of the new image."""
    proof = prove(
        plan,
        held.report,
        context=context,
        index=held.store.index if held.store is not None else None,
        build_args=build_args,
        start=start,
        settings=settings,
        on_event=on_event,
        cancel=cancel,
    )
    return replace(proof, after=slim(proof.after), before=None)


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
    from uvdive.session.images import load_image

    after = load_image(target, dockerfile=dockerfile, options=options, on_event=on_event, cancel=cancel)
    index = held.store.index if held.store is not None else None
    return compare_images(
        held.report, after.report, indexes=(index, after.index), on_event=on_event, cancel=cancel
    )
