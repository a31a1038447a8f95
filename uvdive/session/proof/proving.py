"""The use case: build a rewrite, and prove that it is as good as the original."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from uvdive.base.errors import BuildError, RefusedError
from uvdive.base.processes import worker
from uvdive.base.progress import CancelToken, Note, OnEvent, ignore
from uvdive.build.alone import alone
from uvdive.build.arguments import values_of_build
from uvdive.build.events import BuildRequest, BuildResult
from uvdive.build.images import image_tag
from uvdive.build.running.settings import PLAIN, StartSettings
from uvdive.compose.recipe import Recipe
from uvdive.image.raw_image import StoreIndex
from uvdive.ledger.reading.contents import Indexes
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.evidence.stops import Stops
from uvdive.rewrite.plan import Allowances, RewritePlan
from uvdive.session.comparing import compare_images
from uvdive.session.planning.holding import VARIABLE, held_allowances, held_text, moment, resolved_otherwise
from uvdive.session.planning.kept import Kept
from uvdive.session.planning.recipes import starts_of
from uvdive.session.planning.second_look import look_into
from uvdive.session.proof.building import build_image, context_with, engine_of
from uvdive.session.proof.original import Original, anew, of_now
from uvdive.session.proof.other_user import check_proven_by_start, written_otherwise
from uvdive.session.proof.own_builds import load_built
from uvdive.session.proof.own_files import in_context, in_image
from uvdive.session.proof.second_build import varying_paths
from uvdive.verify.checks import Comparison, Verification
from uvdive.verify.repairs import Repair, repairs
from uvdive.verify.run import Varying
from uvdive.verify.run import verify as run_checks
from uvdive.verify.spent import Seconds, Spent
from uvdive.verify.start.loads.loaded import Loaded
from uvdive.verify.start.loads.loading import loaded_at_start
from uvdive.verify.start.service import Starts
from uvdive.verify.start.stopping import interrupted, measured_stop
from uvdive.verify.ways import with_ways_out


@dataclass(frozen=True, slots=True)
class Proof:
    """The rewritten image, built, measured and, unless that was not wanted, verified.

    ``repairs`` are the changed decisions that may fix what failed. ``held`` is the moment
    up to which packages were taken, where the original has no lock and newer ones came
    since (R56). ``before`` is the original that it was held against, ``original`` its build
    where the image at hand was not what the context makes now. ``looked`` says that nothing is
    verified yet: something was not known that now is (what the new environment needs, how it stops),
    so plan again. ``seconds`` are what each step took, ``loaded`` is what the original imported, where
    both were started.
    """

    build: BuildResult
    after: ImageReport
    comparison: Comparison
    verification: Verification | None
    repairs: tuple[Repair, ...] = ()
    held: str | None = None
    before: ImageReport | None = None
    original: BuildResult | None = None
    looked: bool = False
    seconds: Seconds = ()
    loaded: Loaded | None = None


def prove(  # noqa: PLR0913 - what a front end may ask for, by name
    plan: RewritePlan,
    before: ImageReport,
    *,
    context: Path,
    index: StoreIndex | None = None,
    build_args: tuple[str, ...] = (),
    verify: bool = True,
    start: bool = False,
    settings: StartSettings = PLAIN,
    own: tuple[Path, ...] = (),
    kept: Kept | None = None,
    recipe: Recipe | None = None,
    left_out: bool = False,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> Proof:
    """Build the plan's text, read the new image, compare it with ``before`` and verify it.

    Nothing is written to the user's folder. Emits the events of the build, of the
    reading and of the checks. ``index`` says where the contents of ``before`` lie, where
    it came from an archive. ``start`` runs both images too, as part of the verification,
    with ``settings``. ``own`` are files that this run itself writes: where they lie in the
    context they are no difference. ``kept`` has what imports gave before: a repair or other
    choices compare with the same original. ``recipe`` is the compose service or Bake target that
    the build is: what it starts is what both images are started with. ``left_out`` says that ``before``
    was made by an earlier build of the same: where the rewrite is not proven by it, it is built now, and
    where that gives another image, the rewrite is held against that one.

    Raises:
        RefusedError: the plan is a refusal.
        UsageError: only a start would prove it.
        BuildError: another process proves this Dockerfile just now.
        UvdiveError: as ``build_image`` and ``load_image`` say.
    """
    if plan.outcome == "refused":
        raise RefusedError("There is no rewrite to build.", plan.refusal.reason if plan.refusal else "")
    check_proven_by_start(plan, start=start or not verify)
    dockerfile = Path(plan.dockerfile)
    tag = image_tag(context, dockerfile, "before")
    first = BuildRequest(context, dockerfile, plan.original, tag, build_args, engine_of(before))
    with alone(context, dockerfile):
        names, spent = in_context(own, context), Spent()
        wish = _Wish(plan, first, names, verify, start, settings, kept, recipe, spent, on_event, cancel)
        given = Original(before, index, left_out=left_out)
        original = of_now(given, plan, first, names, spent, on_event, cancel)
        proof = _proven(wish, original)
        if proof.verification is None or proof.verification.proven or not original.left_out:
            return proof
        on_event(Note("The original was not built for this proof: building it, to be sure"))
        built = anew(first, spent, on_event, cancel)
        if built.report.image.id == original.report.image.id:
            return replace(proof, seconds=spent.seconds)
        return _proven(wish, built)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to be proven and how; all as ``prove`` says. ``own`` are names within the context."""

    plan: RewritePlan
    first: BuildRequest
    own: frozenset[str]
    verify: bool
    start: bool
    settings: StartSettings
    kept: Kept | None
    recipe: Recipe | None
    spent: Spent
    on_event: OnEvent
    cancel: CancelToken | None


def _proven(wish: _Wish, original: Original) -> Proof:
    """The proof against one original; all as ``prove`` says."""
    plan, first, start, settings, kept = wish.plan, wish.first, wish.start, wish.settings, wish.kept
    spent, on_event, cancel = wish.spent, wish.on_event, wish.cancel
    before, index, context = original.report, original.index, first.context
    work = _Proving(plan, before, (index, None), spent, on_event, cancel)
    needed = before.totals.file_bytes if plan.predicted is None else plan.predicted.after_bytes
    tag = image_tag(context, Path(plan.dockerfile), "after")
    request = replace(first, text=plan.text, tag=tag, engine=engine_of(before))
    built, after, comparison = work.build(request, needed)
    if plan.unseen and kept is not None and look_into(after, kept, on_event, cancel):
        return work.looked(built, after, comparison, original.built)
    held = None
    if resolved_otherwise(comparison) and (held := moment(before)) is not None:
        on_event(Note(f"Without a lock newer versions came: building again with what there was at {held}"))
        try:
            built, after, comparison = work.build(_held(request, held), needed)
        except BuildError:
            # An index that tells no dates: then the difference stands as it is.
            held = None
    verification = loaded = None
    known = kept or Kept()
    if wish.verify:
        starts = None if wish.recipe is None else starts_of(wish.recipe, plan, context)
        allowed = held_allowances(plan.allowed, after) if held else plan.allowed or Allowances()
        values = values_of_build(first.args, os.environ)
        written = in_image(wish.own, before, plan.built_text, Path(plan.dockerfile), context, values)
        allowed = replace(allowed, paths=(*allowed.paths, *written))
        verification = run_checks(
            before, after, allowed, indexes=work.indexes, start=start, settings=settings,
            imported=known.imported, seen=known.seen,
            varying=work.varying(first, held),
            decisions=plan.decisions, starts=starts, comparison=comparison, spent=spent,
            on_event=on_event, cancel=cancel,
        )  # fmt: skip
        if written_otherwise(plan, before, kept, on_event):
            return work.looked(built, after, comparison, original.built)
        if _mends_stop(plan, verification, after, settings, starts, kept, on_event, cancel):
            return work.looked(built, after, comparison, original.built)
        if start:
            with spent.on("loading"):
                loaded = loaded_at_start(
                    verification, before, after, settings, starts=starts, seen=known.seen,
                    known=known.loaded, on_event=on_event, cancel=cancel,
                )  # fmt: skip
    offered: tuple[Repair, ...] = ()
    if verification is not None and not verification.passed:
        with spent.on("repairs"):
            offered = worker.call(repairs_in_worker, before, after, plan, verification, cancel=cancel)
        verification = with_ways_out(verification, offered)
    return Proof(
        built, after, comparison, verification, offered, held, before, original.built, seconds=spent.seconds,
        loaded=loaded,
    )  # fmt: skip


def _mends_stop(  # noqa: PLR0913, PLR0917 - what a start of the new image takes
    plan: RewritePlan,
    verification: Verification,
    after: ImageReport,
    settings: StartSettings,
    starts: Starts | None,
    kept: Kept | None,
    on_event: OnEvent,
    cancel: CancelToken | None,
) -> bool:
    """Is a stop slower than it was, and does SIGINT mend that, so that the plan is to be made again (R21)?

    What was measured is kept, whatever it is, so that nobody measures it twice.
    """
    slow = measured_stop(verification)
    asks = any(each.id == "stop-signal" and each.chosen == "sigterm" for each in plan.decisions)
    if slow is None or kept is None or kept.stops is not None or not asks or not verification.passed:
        return False
    kept.stops = Stops(*slow, interrupted(after, settings, starts, on_event, cancel))
    if kept.stops.mended:
        took = f"docker stop takes {slow[1]:.1f} s, on SIGINT {kept.stops.interrupted:.1f} s"
        on_event(Note(f"{took}: taking STOPSIGNAL SIGINT"))
    return kept.stops.mended


def _held(request: BuildRequest, moment: str) -> BuildRequest:
    assert request.text is not None
    args = (*request.args, "--build-arg", f"{VARIABLE}={moment}")
    return replace(request, text=held_text(request.text), args=args)


@dataclass(frozen=True, slots=True)
class _Proving:
    """What every build of one proof shares."""

    plan: RewritePlan
    before: ImageReport
    indexes: Indexes
    spent: Spent
    on_event: OnEvent
    cancel: CancelToken | None

    def varying(self, request: BuildRequest, held: str | None) -> Varying:
        """Asks a second build of the original which paths differ by themselves."""
        variables = () if held is None else (f"{VARIABLE}={held}",)
        return lambda paths: varying_paths(
            paths, self.before, self.plan.built_text, request, indexes=self.indexes, variables=variables,
            spent=self.spent, on_event=self.on_event, cancel=self.cancel,
        )  # fmt: skip

    def looked(
        self, built: BuildResult, after: ImageReport, comparison: Comparison, original: BuildResult | None
    ) -> Proof:
        """What there is where the plan is to be made again."""
        return Proof(
            built, after, comparison, None, before=self.before, original=original, looked=True,
            seconds=self.spent.seconds,
        )  # fmt: skip

    def build(self, request: BuildRequest, needed: int) -> tuple[BuildResult, ImageReport, Comparison]:
        """Build the rewrite, read it and lay it beside the original."""
        on_event, cancel = self.on_event, self.cancel
        with context_with(request.context, self.plan.files) as folder:
            request = replace(request, context=folder)
            with self.spent.on("build"):
                built = build_image(request, role="after", needed=needed, on_event=on_event, cancel=cancel)
        on_event(Note("Reading the new image"))
        with self.spent.on("reading"):
            after = load_built(request, built, on_event=on_event, cancel=cancel).report
        with self.spent.on("comparing"):
            comparison = compare_images(
                self.before, after, indexes=self.indexes, on_event=on_event, cancel=cancel
            )
        return built, after, comparison


def repairs_in_worker(
    before: ImageReport,
    after: ImageReport,
    plan: RewritePlan,
    verification: Verification,
    *,
    on_event: OnEvent = ignore,
) -> tuple[Repair, ...]:
    """``repairs`` for the worker process: looking through both images would hold up the app."""
    on_event(Note("Looking for a decision that fixes what failed"))
    return repairs(before, after, plan, verification)


def repaired_choices(repairs: Iterable[Repair], choices: Mapping[str, str]) -> dict[str, str]:
    """The user's choices with those that may fix what failed."""
    return {**choices, **{repair.choice: repair.value for repair in repairs}}
