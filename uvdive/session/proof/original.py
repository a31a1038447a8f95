"""What a rewrite is held against: the image at hand, or what the Dockerfile and the context make now."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from uvdive.base.progress import CancelToken, Note, OnEvent
from uvdive.build.arguments import values_of_build
from uvdive.build.events import BuildRequest, BuildResult
from uvdive.image.raw_image import StoreIndex
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.opening.images import load_image
from uvdive.session.opening.options import DEFAULTS
from uvdive.session.proof.building import build_image
from uvdive.session.proof.built_before import build_unless_there
from uvdive.session.proof.freshness import differences
from uvdive.session.proof.own_builds import as_built, load_built
from uvdive.verify.spent import Spent


@dataclass(frozen=True, slots=True)
class Original:
    """An original image with the place of its contents.

    ``built`` is its build where the proof made one, ``left_out`` whether the image was made by an
    earlier build of the same, which is taken for one of now.
    """

    report: ImageReport
    index: StoreIndex | None
    built: BuildResult | None = None
    left_out: bool = False


def of_now(
    given: Original,
    plan: RewritePlan,
    request: BuildRequest,
    own: frozenset[str],
    spent: Spent,
    on_event: OnEvent,
    cancel: CancelToken | None,
) -> Original:
    """The original as the Dockerfile and the context make it now: the given image, or another.

    Args:
        given: the image at hand.
        plan: its text is what counts.
        request: how the original is built.
        own: files of the context that this run itself writes.
        spent: learns how long it took.
        on_event: gets a Note where it is another, and the events of its build and of reading it.
        cancel: stops the build.

    Raises:
        BuildError: the original does not build, so there is nothing to prove the rewrite by.
    """
    with spent.on("sources"):
        other = differences(
            given.report, given.index, plan.built_text, Path(plan.dockerfile), request.context, own=own,
            values=values_of_build(request.args, os.environ),
        )  # fmt: skip
    if not other:
        return given
    on_event(Note(f"{given.report.image.reference} is not what the context makes now ({', '.join(other)})"))
    with spent.on("build"):
        target, built = build_unless_there(request, on_event=on_event, cancel=cancel)
    if built is not None:
        return _read(request, built, spent, on_event, cancel)
    with spent.on("reading"):
        options = as_built(DEFAULTS, request)
        loaded = load_image(target, options=options, on_event=on_event, cancel=cancel)
    if loaded.report.image.id == given.report.image.id:
        # It is this very image that differs: a note says nothing against what was seen.
        return anew(request, spent, on_event, cancel)
    return Original(loaded.report, loaded.index, left_out=True)


def anew(request: BuildRequest, spent: Spent, on_event: OnEvent, cancel: CancelToken | None) -> Original:
    """The original, built now; all as for ``of_now``."""
    with spent.on("build"):
        built = build_image(request, on_event=on_event, cancel=cancel)
    return _read(request, built, spent, on_event, cancel)


def _read(
    request: BuildRequest, built: BuildResult, spent: Spent, on_event: OnEvent, cancel: CancelToken | None
) -> Original:
    with spent.on("reading"):
        loaded = load_built(request, built, on_event=on_event, cancel=cancel)
    return Original(loaded.report, loaded.index, built)
