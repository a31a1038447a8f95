"""One Dockerfile's rewrite as work: its plan and choices, the proof of it, and what was written.

No Textual in here. The screen hands over what people decide and what jobs bring, and
draws how things stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from uvdive.base.errors import CancelledError, UvdiveError
from uvdive.base.progress import CancelToken, Note, OnEvent
from uvdive.base.text import visible
from uvdive.ledger.report import ImageReport
from uvdive.output.html.tables import Rewrite
from uvdive.rewrite.plan import RewritePlan, Rung
from uvdive.session.proof.settings import StartWish
from uvdive.tui.progress.descent import Descent
from uvdive.tui.progress.proof import ProofState
from uvdive.tui.progress.task import Start, Task, Work
from uvdive.tui.progress.watched_files import Watch
from uvdive.tui.screens.rewrite.surroundings import Surroundings
from uvdive.tui.services import Planned

NOTHING_PLANNED = Planned()
PLANNING = "computing the rewrite"
_JUDGED = ("plan", "prove", "time")
"""Jobs whose errors belong into the report of a problem."""


class RewriteWork:
    """How the rewrite of a Dockerfile stands, and what can be done with it.

    Args:
        report: the image that the Dockerfile made.
        dockerfile: the file.
        around: the app.
        start: starts a job (``plan``, ``prove``, ``time``, ``write``, ``undo`` or ``report``), of
            which ``progressed``, ``done`` and ``failed`` are to be told.
        planned: the choices of the start, and whether images are pulled.

    ``plan`` is None until it is computed, ``proof`` until a build of it was started.
    ``written`` is the file that was written, ``changed`` one that is no longer what the
    plan was made from. ``note`` says how far the planning is. ``wish`` is what programs get
    that are started, ``error`` what ended the last plan or proof, ``reports`` the reports of
    problems that were written.
    """

    def __init__(
        self,
        report: ImageReport,
        dockerfile: Path,
        around: Surroundings,
        start: Start,
        planned: Planned = NOTHING_PLANNED,
    ) -> None:
        self.report = report
        self.dockerfile = dockerfile
        self._given = planned.choices
        self.choices: dict[str, str] = dict(planned.choices)
        self.plan: RewritePlan | None = None
        self.proof: ProofState | None = None
        self.written: Path | None = None
        self.changed: Path | None = None
        self.note = PLANNING
        self.job: Task | None = None
        self.wish = StartWish()
        self.error: UvdiveError | None = None
        self.reports: list[Path] = []
        self._around = around
        self._start = start
        self._pull = planned.pull
        self._runs = self._repairing = False
        self._asked: set[str] = set()
        self._descent = Descent(planned.choices)
        self._climb: Task | None = None
        self._undoable: Any = None
        self._watch: Watch | None = None

    # How it stands

    @property
    def known(self) -> Rewrite | None:
        """What a report can say of it; None before there is a plan."""
        if self.plan is None or self.proof is None:
            return None if self.plan is None else Rewrite(self.plan)
        loaded = None if self.proof.outcome is None else self.proof.outcome.loaded
        return Rewrite(self.plan, self.proof.comparison, self.proof.verification, loaded)

    @property
    def planning(self) -> bool:
        """Is the plan being computed?"""
        return self.job is not None and self.job.name == "plan" and self.job.running

    @property
    def busy(self) -> bool:
        """Is a build or its proof running, or a file being written?"""
        return self.job is not None and self.job.name != "plan" and self.job.running

    @property
    def context(self) -> Path:
        """The build context: as given, else the Dockerfile's folder."""
        return self._around.context or self.dockerfile.parent

    @property
    def changed_problem(self) -> str:
        """Why the plan is out of date; empty where it is not."""
        if self.changed is None:
            return ""
        return f"{visible(self.changed.name)} changed on the disk; r plans anew."

    @property
    def build_problem(self) -> str:
        """Why there is nothing to build."""
        if self.planning:
            return "The rewrite is being computed."
        if self.changed is not None:
            return self.changed_problem
        outcome = self.plan.outcome if self.plan is not None else ""
        if outcome == "refused":
            return "This Dockerfile is not rewritten; the reason is above."
        return "There is nothing to change." if outcome == "unchanged" else ""

    @property
    def write_problem(self) -> str:
        """Why there is nothing to write."""
        if self.written is not None:
            return f"It is written: {visible(str(self.written))}. u undoes it."
        return self.build_problem

    @property
    def report_problem(self) -> str:
        """Why there is no problem to report."""
        if self.plan is None and self.error is None:
            return "The rewrite is not computed yet."
        return ""

    # Planning

    def replan(self) -> None:
        """Compute the rewrite with the choices of now."""
        self.stop()
        self.note = PLANNING
        self.job = self._start("plan", self._planning(self._descent.kept if self._descent.known else None))

    def climb(self) -> bool:
        """Begin to look for the steps that make the image smaller, where the plan has none yet."""
        plan = self.plan
        if plan is None or plan.outcome != "rewritten" or plan.evidence != "image" or self._descent.known:
            return False
        self._climb = self._start("climb", self._planning(self._descent.kept))
        return True

    def _planning(self, ladder: Mapping[str, str] | None) -> Work:
        """The work of a plan with the choices of now; ``ladder`` are those that its steps keep."""
        services, dockerfile, context = self._around.services, self.dockerfile, self._around.context
        desk, choices, pull = self._around.desk, dict(self.choices), self._pull
        args, recipe = self._around.build_args, self._around.recipe
        assert desk is not None

        def work(on_event: OnEvent, cancel: CancelToken) -> RewritePlan:
            return services.plan(
                dockerfile,
                desk,
                context=context,
                choices=choices,
                pull=pull,
                build_args=args,
                recipe=recipe,
                ladder=ladder,
                on_event=on_event,
                cancel=cancel,
            )

        return work

    def plan_again(self) -> None:
        """Plan anew from the files as they are now; choices go back to those of the start."""
        self.choices = dict(self._given)
        self._descent = Descent(self._given)
        self.replan()

    def choose(self, decision: str, value: str) -> None:
        """Take another alternative of a decision."""
        self.choices[decision] = value
        self._descent.keep(decision, value)
        self.replan()

    def take(self, rung: Rung) -> None:
        """Take a step of the ladder."""
        self.choices = dict(rung.choices)
        self.replan()

    def descend(self) -> None:
        """Prove the leanest step of the ladder; where it is not proven the next one, by itself."""
        if self.plan is not None and self._descent.begin(self.plan.ladder):
            self._go_down()

    def _go_down(self) -> None:
        """Plan the next step, which is then proven."""
        self.choices, self._repairing = self._descent.next(), True
        self.replan()

    def base_to_pull(self) -> str | None:
        """The final image's base, without which nothing is predicted (R60); None once it was asked for."""
        base = None if self.plan is None else self.plan.missing_base
        if base is None or base in self._asked:
            return None
        self._asked.add(base)
        return base

    def plan_with_base(self) -> None:
        """Pull the final image's base, and plan anew."""
        self._pull = True
        self.replan()

    # Building

    def prove(self, *, runs: bool) -> None:
        """Build, prove and compare; ``runs`` runs both images too, with what ``wish`` says."""
        self._runs = runs
        plan, desk = self.plan, self._around.desk
        if plan is None or desk is None:
            return
        services, context, args = self._around.services, self.context, self._around.build_args
        recipe = self._around.recipe
        wish, own = self.wish if runs else StartWish(), tuple(self.reports)
        left_out = self._around.original.left_out

        def work(on_event: OnEvent, cancel: CancelToken) -> Any:
            return services.prove(
                plan, desk, context=context, build_args=args, start=runs, wish=wish, own=own, recipe=recipe,
                left_out=left_out, on_event=on_event, cancel=cancel,
            )  # fmt: skip

        self.proof = ProofState(original=self._around.original, wish=wish if runs else None)
        self.job = self._start("prove", work)

    def repair(self) -> None:
        """Take the decisions that may mend what failed, plan anew; then prove as before."""
        from uvdive.session.proof.proving import repaired_choices

        if self.proof is not None:
            self.choices = repaired_choices(self.proof.repairs, self.choices)
            self._repairing = True
            self.replan()

    def time(self) -> None:
        """Time both builds without a cache, and after a change of a source file."""
        plan, desk = self.plan, self._around.desk
        if plan is None or desk is None:
            return
        services, context, args = self._around.services, self.context, self._around.build_args

        def work(on_event: OnEvent, cancel: CancelToken) -> Any:
            return services.time(
                plan, desk, context=context, build_args=args, on_event=on_event, cancel=cancel
            )

        self.job = self._start("time", work)

    def stop(self) -> None:
        """Stop what runs."""
        for job in (self.job, self._climb):
            if job is not None:
                job.cancel.cancel()

    # The disk

    def write(self) -> None:
        """Write the plan's files."""
        services, context, plan = self._around.services, self.context, self.plan
        assert plan is not None
        self.job = self._start("write", lambda _event, _cancel: services.write(plan, context=context))

    def undo(self) -> None:
        """Bring the old texts back."""
        services, written = self._around.services, self._undoable
        self.job = self._start("undo", lambda _event, _cancel: services.undo(written))

    def report_to(self, path: Path) -> None:
        """Write what is needed to report a problem with this rewrite."""
        services, plan, proof, error = self._around.services, self.plan, self.proof, self.error
        verification = None if proof is None else proof.verification
        repairs = () if proof is None else proof.repairs
        image, args = self.report, self._around.build_args

        def work(_event: OnEvent, _cancel: CancelToken) -> Path:
            services.report(path, plan, verification, repairs, error=error, image=image, build_args=args)
            return path

        self.job = self._start("report", work)

    def look(self) -> bool:
        """Has a file changed on the disk that had not before?"""
        if self.changed is not None or self._watch is None or self.busy:
            return False
        self.changed = self._watch.changed()
        return self.changed is not None

    def _watch_files(self, known: dict[Path, bytes] | None = None) -> None:
        """Watch the plan's files from now on; ``known`` is what the plan was made from."""
        self.changed = None
        if self.plan is not None:
            others = [self.context / change.path for change in self.plan.files]
            self._watch = Watch([self.dockerfile, *others], known)

    # What jobs bring

    def progressed(self, job: Task, events: Sequence[object]) -> bool:
        """Take what a job tells; False for a job of before."""
        if job is not self.job:
            return False
        for event in events:
            if job.name == "prove" and self.proof is not None:
                self.proof.take(event)
            elif job.name == "time" and self.proof is not None and isinstance(event, Note):
                self.proof.note = event.text
            elif isinstance(event, Note):
                self.note = event.text
        return True

    def done(self, job: Task, result: Any) -> bool:
        """Take what a job came to; False for a job of before. After a repaired plan its proof begins."""
        if job is self._climb:
            return self._climbed(result)
        if job is not self.job:
            return False
        if job.name == "plan":
            self._planned(result)
        elif job.name == "prove":
            self._proved(result)
        elif job.name == "time" and self.proof is not None:
            self.proof.timings = result
        elif job.name == "write":
            self._undoable, self.written = result, result.path
            self._watch_files()
        elif job.name == "undo":
            self._undoable = self.written = None
            self._watch_files()
        elif job.name == "report":
            self.reports.append(result)
        if job.name in _JUDGED:
            self.error = None
        return True

    def _climbed(self, plan: RewritePlan) -> bool:
        """Take the ladder of the plan that is shown; False where another one is."""
        if self.plan is None or self.planning or plan.text != self.plan.text:
            return False
        self.plan, self._descent.known = self._descent.told(plan), bool(plan.ladder)
        return True

    def _proved(self, result: Any) -> None:
        """Take a proof; plan anew where it only looked, or where a plainer step is to be proven."""
        if result.looked:
            self._repairing = True
            self.replan()
        elif self.proof is not None:
            self.proof.finish(result)
            if self._descent.fell(result):
                self._go_down()

    def _planned(self, plan: RewritePlan) -> None:
        self.plan, self.proof, self.written = self._descent.told(plan), None, None
        self._watch_files({self.dockerfile: plan.original.encode("utf-8", "surrogateescape")})
        repairing, self._repairing = self._repairing, False
        if repairing and not self.build_problem:
            self.prove(runs=self._runs)

    def failed(self, job: Task, error: UvdiveError) -> bool:
        """Take why a job ended without a result; False for a job of before."""
        if job is self._climb:
            return not isinstance(error, CancelledError)
        if job is not self.job:
            return False
        if job.name == "prove" and self._descent.broke(error):
            self._go_down()
            return False
        stopped = isinstance(error, CancelledError)
        if job.name in _JUDGED:
            self.error = None if stopped else error
        if job.name == "prove" and self.proof is not None:
            self.proof.stop("stopped; nothing was written" if stopped else error.what)
        elif job.name == "plan":
            self._repairing = False
            self.note = "stopped; r tries again" if stopped else f"no plan; r tries again. {error.what}"
        return True
