"""The rewrite: the plan with its reasons, the build and its proof, and writing the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual import on
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from uvdive.base.errors import CancelledError
from uvdive.base.progress import CancelToken, Note, OnEvent
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import RewritePlan
from uvdive.tui.frame.jobs import Job
from uvdive.tui.frame.text import keep_end, visible
from uvdive.tui.keys.rewrite import BUSY
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.screens.rewrite.builds import RewriteBuilds
from uvdive.tui.screens.rewrite.questions import pull_question
from uvdive.tui.screens.rewrite.words import facts, figures, plan_words, proof_words
from uvdive.tui.screens.rewrite.writing import LOOK
from uvdive.tui.widgets.building import CheckList, DeltaList, PairBar
from uvdive.tui.widgets.decisions import DecisionList, reason
from uvdive.tui.widgets.diff import DiffView
from uvdive.tui.widgets.hanging import Hanging
from uvdive.tui.widgets.rows import Rows
from uvdive.tui.widgets.steps import LogView, StepList
from uvdive.tui.words.dockerfile_lines import costs
from uvdive.tui.words.headline import fit


class RewriteScreen(RewriteBuilds):
    """One Dockerfile's rewrite. It lives as long as the app: leaving it stops nothing."""

    def __init__(self, report: ImageReport, dockerfile: Path) -> None:
        super().__init__()
        self.report = report
        self.dockerfile = dockerfile
        self._job: Job | None = None
        self._note = "computing the rewrite"
        self._clock: Timer | None = None
        self._asked: set[str] = set()
        self._pull = False

    def on_mount(self) -> None:
        """Ask for the plan."""
        self.name_panes()
        self.go_to("decisions")
        self.query_one(PairBar).show(figures(self.report, None, None))
        self._clock = self.set_interval(0.5, self._tick, pause=True)
        self.set_interval(LOOK, self._look)
        self.replan()

    def resized(self) -> None:
        """As many words in the headline as fit now."""
        self._show()

    # Planning

    @property
    def planning(self) -> bool:
        """Is the plan being computed?"""
        return self._job is not None and self._job.name == "plan" and self._job.running

    @property
    def busy(self) -> bool:
        """Is a build or its proof running, or the file being written?"""
        return self._job is not None and self._job.name != "plan" and self._job.running

    @property
    def started(self) -> bool:
        """Was a build of this plan started?"""
        return self.proof is not None

    def replan(self) -> None:
        """Compute the rewrite with the choices of now."""
        if self._job is not None:
            self._job.cancel.cancel()
        services, dockerfile, context = self._app.services, self.dockerfile, self._app.context
        desk, choices, pull = self._app.desk, dict(self.choices), self._pull
        assert desk is not None

        def work(on_event: OnEvent, cancel: CancelToken) -> RewritePlan:
            return services.plan(
                dockerfile,
                desk,
                context=context,
                choices=choices,
                pull=pull,
                on_event=on_event,
                cancel=cancel,
            )

        self._note = "computing the rewrite"
        self._say_plan("The rewrite is being computed.")
        self.begin("plan", work)

    def _say_plan(self, words: str) -> None:
        """Say it where the plan is to stand, as long as there is none."""
        self.query_one(DecisionList).say(words)
        self.query_one(DiffView).say(words)

    def begin(self, name: str, work: Any) -> None:
        """Start a job; what it brings comes as messages."""
        self._job = self._app.jobs.start(name, self, work)
        if name in ("prove", "time") and self._clock is not None:
            self._clock.resume()
        self._show()

    def _planned(self, plan: RewritePlan) -> None:
        self.plan = plan
        self.proof = None
        self.written = None
        self.watch_files({self.dockerfile: plan.original.encode("utf-8", "surrogateescape")})
        self.query_one(DecisionList).show(plan)
        self.query_one(DiffView).show(plan, costs(self.report, self.dockerfile))
        self._show_reason()
        if plan.refusal is not None:
            self.go_to("why")
        if plan.missing_base is not None and plan.missing_base not in self._asked:
            self._asked.add(plan.missing_base)
            self._ask_to_pull(plan.missing_base)

    def _ask_to_pull(self, base: str) -> None:
        """Without the final image's base nothing is predicted: pull it on a yes (R60)."""

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - it is the answer
            if yes:
                self._pull = True
                self.replan()

        self.app.push_screen(pull_question(base), answered)

    @on(Rows.Highlighted, "#decisions")
    def _decision_highlighted(self) -> None:
        self._show_reason()

    def _show_reason(self) -> None:
        item = self.query_one(DecisionList).selected
        if self.plan is None or item is None:
            return
        self.query_one("#reason", Static).update(reason(self.plan, item))
        self.query_one("#why").scroll_home(animate=False)
        old: tuple[int | None, ...] = ()
        new: tuple[int, ...] = ()
        if item.decision is not None:
            old, new = (item.decision.line,), item.decision.new_lines
        elif item.warning is not None:
            old = (item.warning.line,)
        elif self.plan.refusal is not None:
            old = (self.plan.refusal.line,)
        self.query_one(DiffView).light(tuple(line for line in old if line), new)

    @on(Rows.Chosen, "#decisions")
    def _decision_chosen(self) -> None:
        item = self.query_one(DecisionList).selected
        if item is None or item.decision is None or item.alternative is None:
            return
        if self.busy:
            self.notify(BUSY, timeout=4)
        elif item.alternative.value != item.decision.chosen:
            self.choices[item.decision.id] = item.alternative.value
            self.replan()

    # Jobs

    @on(Job.Progress)
    def _progressed(self, message: Job.Progress) -> None:
        events = message.job.take()
        if message.job is not self._job:
            return
        for event in events:
            if message.job.name == "prove" and self.proof is not None:
                self.proof.take(event)
            elif message.job.name == "time" and self.proof is not None and isinstance(event, Note):
                self.proof.note = event.text
            elif isinstance(event, Note):
                self._note = event.text
        self._show()

    @on(Job.Done)
    def _done(self, message: Job.Done) -> None:
        if message.job is not self._job:
            return
        if message.job.name == "plan":
            self._planned(message.result)
            if self.repairing and not self.build_problem:
                self.prove()
            self.repairing = False
        elif message.job.name == "prove" and self.proof is not None:
            self.proof.finish(message.result)
            if self.current in ("steps", "log"):
                self.go_to("deltas" if self.proof.passed else "checks")
            self.query_one(CheckList).follow(self.proof)
            self.query_one(CheckList).to_failed()
            self.app.bell()
        elif message.job.name == "time" and self.proof is not None:
            self.proof.timings = message.result
            self.app.bell()
        elif message.job.name == "write":
            self.wrote(message.result)
        elif message.job.name == "undo":
            self.undone()
        self._show()

    @on(Job.Failed)
    def _failed(self, message: Job.Failed) -> None:
        if message.job.crash is not None:
            self._app.crash = message.job.crash
        if message.job is not self._job:
            return
        stopped = isinstance(message.error, CancelledError)
        if message.job.name == "prove" and self.proof is not None:
            self.proof.stop("stopped; nothing was written" if stopped else message.error.what)
        elif message.job.name == "plan":
            self._note = (
                "stopped; r tries again" if stopped else f"no plan; r tries again. {message.error.what}"
            )
            self._say_plan("There is no plan. r tries again.")
        self._show()
        if not stopped:
            self.app.push_screen(Failure(message.error))
        elif message.error.do:
            self.notify(visible(message.error.do), markup=False, timeout=8)

    # Drawing

    def _look(self) -> None:
        if self.look():
            self._show()

    def _tick(self) -> None:
        if not self.busy and self._clock is not None:
            self._clock.pause()
        self._show()

    def _show(self) -> None:
        sides = figures(self.report, self.plan, self.proof)
        self.query_one("#headline", Static).update(self._headline())
        self.query_one(PairBar).show(sides, self.proof.read_bytes if self.proof is not None else 0)
        self.query_one(DeltaList).show(sides)
        self.name_deltas(predicted=sides.known and not sides.measured)
        self.query_one("#facts", Hanging).show(facts(self.report, self.plan, self.proof))
        if self.proof is not None:
            self.query_one(StepList).follow(self.proof)
            self.query_one(LogView).follow(self.proof)
            self.name_log()
            self.query_one(CheckList).follow(self.proof)
        self.refresh_actions()
        if not self.is_current and self.proof is not None:
            self._app.tell_explorer(self._words()[:2])

    def _headline(self) -> Content:
        width = self.app.size.width
        name = Content.styled(keep_end(visible(str(self.dockerfile)), width // 3), "bold $text-accent")
        return fit(name, self._words(), width)

    def _words(self) -> list[Content]:
        """How it stands, the most important first."""
        if self.planning or self.plan is None:
            return [Content(visible(self._note)), Content("x stops" if self.planning else "")]
        if self.changed is not None:
            return [Content.styled(self.changed_problem, "$text-warning")]
        if self.proof is not None:
            return proof_words(self.proof, self.written, busy=self.busy)
        return plan_words(self.plan)

    # Actions

    @property
    def build_problem(self) -> str:
        """Why there is nothing to build."""
        if self.planning:
            return "The rewrite is being computed."
        if self.changed_problem:
            return self.changed_problem
        outcome = self.plan.outcome if self.plan is not None else ""
        if outcome == "refused":
            return "This Dockerfile is not rewritten; the reason is on the left."
        return "There is nothing to change." if outcome == "unchanged" else ""

    @property
    def write_problem(self) -> str:
        """Why there is nothing to write."""
        if self.written is not None:
            return f"It is written: {self.written}. u undoes it."
        return self.build_problem

    def action_again(self) -> None:
        """Plan anew from the files as they are now; choices go back to their defaults."""
        self.choices.clear()
        self.replan()

    def action_stop(self) -> None:
        """Stop what runs."""
        if self._job is not None:
            self._job.cancel.cancel()
            self.refresh_actions()

    def action_copy(self) -> None:
        """Copy the new Dockerfile, or the log."""
        if self.plan is None:
            return
        log = self.current == "log" and self.proof is not None
        text = "\n".join(self.query_one(LogView).lines) if log else self.plan.text
        self._app.copy(text, "The log." if log else "The new Dockerfile.")

    def action_back(self) -> None:
        """Back to the files; what runs goes on."""
        if self.maximized is not None:
            self.minimize()
        else:
            self.app.pop_screen()
            self._show()
