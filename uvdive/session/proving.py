"""The use cases: build an image, and prove that a rewrite is as good as the original."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from uvdive.base import worker
from uvdive.base.errors import RefusedError
from uvdive.base.progress import CancelToken, Note, OnEvent, ignore
from uvdive.build.events import BuildRequest, BuildResult
from uvdive.build.images import image_tag
from uvdive.build.replacing import build_tagged
from uvdive.build.space import check_space
from uvdive.image.source import StoreIndex
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.comparing import compare_images
from uvdive.session.images import load_image
from uvdive.verify.checks import Comparison, Verification
from uvdive.verify.repairs import Repair, repairs
from uvdive.verify.run import verify as run_checks


@dataclass(frozen=True, slots=True)
class Proof:
    """The rewritten image, built, measured and, unless that was not wanted, verified.

    ``repairs`` are the changed decisions that may mend what failed.
    """

    build: BuildResult
    after: ImageReport
    comparison: Comparison
    verification: Verification | None
    repairs: tuple[Repair, ...] = ()


def build_image(
    request: BuildRequest,
    *,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> BuildResult:
    """Build an image with ``docker buildx build`` and load it into the engine.

    Without a tag of its own the request gets ``uvdive.local/…:before``; the image
    that had the tag until then is removed unless something else uses it.

    Raises:
        EngineError: no docker client, no engine, or no right to use it.
        BuildError: no buildx plugin, no room on the engine's disk, or the build failed:
            ``log`` has its last lines.
        UsageError: buildx does not take one of the arguments.
        CancelledError: ``cancel`` was set; the tag is as it was before.
    """
    if request.tag is None:
        request = replace(request, tag=image_tag(request.context, request.dockerfile, "before"))
    check_space()
    return build_tagged(request, on_event=on_event, cancel=cancel)


@contextlib.contextmanager
def _context(plan: RewritePlan, context: Path) -> Iterator[Path]:
    """The folder to build: the user's own, or a copy that holds the plan's other files."""
    if not plan.files:
        yield context
        return
    with tempfile.TemporaryDirectory(prefix="uvdive-context-") as folder:
        copy = Path(folder) / "context"
        shutil.copytree(context, copy, symlinks=True)
        for change in plan.files:
            target = copy / change.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(change.text, encoding="utf-8", newline="")
        yield copy


def prove(  # noqa: PLR0913 - what a front end may ask for, by name
    plan: RewritePlan,
    before: ImageReport,
    *,
    context: Path,
    index: StoreIndex | None = None,
    build_args: tuple[str, ...] = (),
    verify: bool = True,
    start: bool = False,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> Proof:
    """Build the plan's text, read the new image, compare it with ``before`` and verify it.

    Nothing is written to the user's folder. Emits the events of the build, of the
    reading and of the checks. ``index`` says where the contents of ``before`` lie, where
    it came from an archive. ``start`` runs both images too, as part of the verification.

    Raises:
        RefusedError: the plan is a refusal.
        UvdiveError: as ``build_image`` and ``load_image`` say.
    """
    if plan.outcome == "refused":
        raise RefusedError("There is no rewrite to build.", plan.refusal.reason if plan.refusal else "")
    check_space(before.totals.file_bytes if plan.predicted is None else plan.predicted.after_bytes)
    dockerfile = Path(plan.dockerfile)
    tag = image_tag(context, dockerfile, "after")
    with _context(plan, context) as folder:
        request = BuildRequest(folder, dockerfile, plan.text, tag, build_args)
        built = build_tagged(request, on_event=on_event, cancel=cancel)
    on_event(Note("Reading the new image"))
    after = load_image(f"docker://{tag}", on_event=on_event, cancel=cancel).report
    indexes = index, None
    comparison = compare_images(before, after, indexes=indexes, on_event=on_event, cancel=cancel)
    verification = None
    if verify:
        verification = run_checks(
            before, after, plan.allowed, indexes=indexes, start=start, on_event=on_event, cancel=cancel
        )
    offered = (
        () if verification is None or verification.passed else _offered(before, after, plan, verification)
    )
    return Proof(built, after, comparison, verification, offered)


def _offered(
    before: ImageReport, after: ImageReport, plan: RewritePlan, verification: Verification
) -> tuple[Repair, ...]:
    return worker.call(repairs_in_worker, before, after, plan, verification)


def repairs_in_worker(
    before: ImageReport,
    after: ImageReport,
    plan: RewritePlan,
    verification: Verification,
    *,
    on_event: OnEvent = ignore,
) -> tuple[Repair, ...]:
    """``repairs`` for the worker process: looking through both images would hold up the app."""
    on_event(Note("Looking for a decision that mends what failed"))
    return repairs(before, after, plan, verification)


def repaired_choices(repairs: Iterable[Repair], choices: Mapping[str, str]) -> dict[str, str]:
    """The user's choices with those that may mend what failed."""
    return {**choices, **{repair.choice: repair.value for repair in repairs}}
