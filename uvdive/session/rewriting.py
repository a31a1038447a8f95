"""The use case: one rewrite, from what is built to what is proven. Both the command line and Python take it.

A build may tell what makes another plan (``Proof.looked``), a failed check a choice that mends it, and
of a ladder the leanest step counts that is proven: who follows that up is here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.base.processes import worker
from uvdive.base.progress import CancelToken, Note, OnEvent, ignore
from uvdive.build.running.settings import PLAIN, StartSettings
from uvdive.image.store import LayerStore
from uvdive.output.redact import Redactor
from uvdive.session.opening.images import Loaded
from uvdive.session.planning.kept import Kept
from uvdive.session.sources import Source

if TYPE_CHECKING:
    from uvdive.compose.recipe import Recipe
    from uvdive.image.raw_image import StoreIndex
    from uvdive.ledger.report import ImageReport
    from uvdive.rewrite.plan import RewritePlan
    from uvdive.session.proof.proving import Proof
    from uvdive.verify.repairs import Repair


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a rewrite.

    ``choices`` are values by decision id, ``pull`` fetches a base that is not at hand, ``static`` plans
    by the text alone. ``start`` runs both images too, with ``settings``. ``proves`` says that a proof
    follows; ``own`` are files that this run itself writes, which are no difference in the context.
    """

    choices: Mapping[str, str] = field(default_factory=dict)
    pull: bool = False
    static: bool = False
    start: bool = False
    settings: StartSettings = PLAIN
    proves: bool = False
    own: tuple[Path, ...] = ()


class Rewriting:
    """One rewrite: its steps share what they found out.

    Args:
        build: the Dockerfile with its context and options.
        original: the image that it made; ``build`` itself where it is to be built first.
        wish: what is asked of it.
        redactor: is taught the secrets that turn up.
        in_process: read and plan in this process, which may take signals and the collector for it.
        on_event: takes what every step reports.
        cancel: stops the work.

    ``plan``, ``proof`` and ``choices`` are the last that there were, ``kept`` is what is known of the
    image, ``repaired`` the choices that a failed proof led to.
    """

    def __init__(
        self,
        build: Source,
        original: Source,
        wish: Wish,
        *,
        redactor: Redactor | None = None,
        in_process: bool = False,
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
    ) -> None:
        assert build.dockerfile is not None
        assert build.context is not None
        self.build, self.original, self.wish = build, original, wish
        self.dockerfile, self.context = build.dockerfile, build.context
        original.dockerfile = self.dockerfile
        self.redactor = redactor or Redactor()
        build.teach(self.redactor)
        self.kept = Kept()
        self.choices: Mapping[str, str] = wish.choices
        self.repaired: tuple[Repair, ...] = ()
        self.plan: RewritePlan | None = None
        self.proof: Proof | None = None
        self.loaded: Loaded | None = None
        self._in_process, self._on_event, self._cancel = in_process, on_event, cancel

    def refused_by_text(self) -> RewritePlan | None:
        """The refusal where the text already says that there is nothing of uv to rewrite; else None.

        Nobody has to build an image to be told. Errors are those of ``plan_rewrite``.
        """
        from uvdive.session.planning.rewriting import without_uv_at_all

        about = (self.dockerfile, self.context, self.choices, self.build.build_args, self.build.recipe)
        if not self._in_process:
            return worker.call(without_uv_in_worker, *about, cancel=self._cancel)
        dockerfile, context, choices, args, recipe = about
        return without_uv_at_all(dockerfile, context=context, choices=choices, build_args=args, recipe=recipe)

    def load(self) -> Loaded:
        """The original, built first where it has to be; read once.

        Raises:
            UvdiveError: as ``Source.load`` says.
        """
        if self.loaded is None:
            self.take(
                self.original.load(on_event=self._on_event, cancel=self._cancel, in_process=self._in_process)
            )
        assert self.loaded is not None
        return self.loaded

    def take(self, loaded: Loaded) -> None:
        """Take the original as it was read before."""
        self.loaded = loaded
        self.redactor.learn_image(loaded.report)

    def planned(self) -> RewritePlan:
        """The plan under the choices as they are now, by the image unless ``static`` is wished.

        Raises:
            UvdiveError: as ``plan_rewrite`` and ``load`` say.
        """
        from uvdive.session.planning.rewriting import plan_rewrite

        wish, loaded = self.wish, None if self.wish.static else self.load()
        ladder = None if loaded is None else wish.choices
        unmeasured = wish.proves and not wish.start
        if self._in_process:
            plan = plan_rewrite(
                self.dockerfile,
                None if loaded is None else loaded.report,
                context=self.context,
                store=None if loaded is None else loaded.store,
                choices=self.choices,
                pull=wish.pull,
                kept=self.kept,
                build_args=self.build.build_args,
                recipe=self.build.recipe,
                unmeasured=unmeasured,
                ladder=ladder,
                on_event=self._on_event,
                cancel=self._cancel,
            )
        else:
            job = PlanJob(
                self.dockerfile, self.context, dict(self.choices), wish.pull, self.kept.copy(),
                self.build.build_args, self.build.recipe, unmeasured,
                None if ladder is None else dict(ladder),
            )  # fmt: skip
            report, index = (None, None) if loaded is None else (loaded.report, loaded.index)
            plan, news = worker.call(
                plan_in_worker, job, report, index, on_event=self._on_event, cancel=self._cancel
            )
            self.kept.take(news)
        self.plan = plan
        self.redactor.learn([plan.original, *(change.text for change in plan.files)])
        return plan

    def prove(self, plan: RewritePlan) -> Proof:
        """Build a plan and prove it against the original, once.

        Raises:
            UvdiveError: as ``prove`` and ``load`` say.
        """
        from uvdive.session.proof.proving import prove

        before = self.load()
        self._on_event(Note("Building the rewrite"))
        self.proof = prove(
            plan,
            before.report,
            index=before.index,
            context=self.context,
            build_args=self.build.build_args,
            start=self.wish.start,
            settings=self.wish.settings,
            own=self.wish.own,
            kept=self.kept,
            recipe=self.build.recipe,
            on_event=self._on_event,
            cancel=self._cancel,
        )
        return self.proof

    def proven(self, plan: RewritePlan) -> tuple[RewritePlan, Proof]:
        """The plan with its proof, made anew for as long as a build tells more."""
        proof = self.prove(plan)
        while proof.looked:
            self._on_event(Note("Planning again with what this build told"))
            plan = self.planned()
            proof = self.prove(plan)
        return plan, proof

    def repair(self, proof: Proof) -> tuple[RewritePlan, Proof]:
        """The plan with the decisions that may mend what failed, built and verified again, once."""
        from uvdive.session.proof.proving import repaired_choices

        for repair in proof.repairs:
            told = f"Repairing with --choose {repair.choice}={repair.value}: {repair.reason}"
            self._on_event(Note(told))
        self.choices = repaired_choices(proof.repairs, self.choices)
        self.repaired = proof.repairs
        plan = self.planned()
        return plan, self.prove(plan)

    def leanest(self, plan: RewritePlan) -> tuple[RewritePlan, Proof]:
        """The leanest step of the plan's ladder that is proven."""
        from uvdive.session.proof.lean import leanest

        def replan(choices: Mapping[str, str]) -> RewritePlan:
            self.choices = dict(choices)
            return self.planned()

        found = leanest(plan, self.choices, replan, self.prove, self._on_event)
        self.plan, self.proof, self.choices = found.plan, found.proof, dict(found.choices)
        return found.plan, found.proof

    def whole_proof(self, plan: RewritePlan, *, lean: bool = False, repair: bool = False) -> Proof:
        """Prove a plan: the leanest step of it, or with what mends a failure, where that is wished.

        Afterwards ``plan`` is the plan that the proof is of.
        """
        if self._looks_first(plan):
            plan = self.planned()
        self.plan, proof = self.leanest(plan) if lean else self.proven(plan)
        if self._is_of_another_build(proof):
            self.plan, proof = self.proven(self.planned())
        if repair and proof.repairs:
            self.plan, proof = self.repair(proof)
        return proof

    def _looks_first(self, plan: RewritePlan) -> bool:
        """Did a start of the original tell what the plan did not know, before anything was built?"""
        from uvdive.session.proof.other_user import looks_first

        return looks_first(
            plan, self.load().report, context=self.context, start=self.wish.start,
            settings=self.wish.settings, recipe=self.build.recipe, kept=self.kept,
            on_event=self._on_event, cancel=self._cancel,
        )  # fmt: skip

    def _is_of_another_build(self, proof: Proof) -> bool:
        """Did a proof fail on an original that was not built now, and does a build give another image?

        Whoever has thrown the build cache away gets newer packages in the rewrite alone. The image
        of that build is the original then, and nothing is known of it yet.
        """
        checked, original = proof.verification, self.original
        left_out = original.reuse and original.built is None and proof.original is None
        if not left_out or checked is None or checked.proven:
            return False
        self._on_event(Note("The original was not built for this proof: building it, to be sure"))
        before, original.reuse, self.loaded = self.load(), False, None
        if self.load().report.image.id == before.report.image.id:
            return False
        self.kept = Kept()
        return True


def without_uv_in_worker(
    dockerfile: Path,
    context: Path,
    choices: Mapping[str, str],
    build_args: tuple[str, ...],
    recipe: Recipe | None,
    *,
    on_event: OnEvent,  # noqa: ARG001 - a worker's functions take it
) -> RewritePlan | None:
    """``without_uv_at_all`` for a process of its own: a text that takes for ever is ended there."""
    from uvdive.session.planning.rewriting import without_uv_at_all

    return without_uv_at_all(
        dockerfile, context=context, choices=choices, build_args=build_args, recipe=recipe
    )


@dataclass(frozen=True, slots=True)
class PlanJob:
    """What a plan is made from beside the image; all as ``plan_rewrite`` says."""

    dockerfile: Path
    context: Path
    choices: Mapping[str, str]
    pull: bool
    kept: Kept
    build_args: tuple[str, ...]
    recipe: Recipe | None
    unmeasured: bool
    ladder: Mapping[str, str] | None


def plan_in_worker(
    job: PlanJob, report: ImageReport | None, index: StoreIndex | None, *, on_event: OnEvent
) -> tuple[RewritePlan, Kept]:
    """The plan, and what is known of the image now; for a process of its own."""
    from uvdive.session.planning.rewriting import plan_rewrite

    store = None if report is None or index is None else LayerStore(report.files, index)
    kept = job.kept
    plan = plan_rewrite(
        job.dockerfile,
        report,
        context=job.context,
        store=store,
        choices=job.choices,
        pull=job.pull,
        kept=kept,
        build_args=job.build_args,
        recipe=job.recipe,
        unmeasured=job.unmeasured,
        ladder=job.ladder,
        on_event=on_event,
    )
    return plan, replace(kept.copy(), studied=None)
