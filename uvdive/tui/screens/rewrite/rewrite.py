"""The rewrite: the plan with its reasons, the build and its proof, and writing the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from textual import on
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from uvdive.base.errors import CancelledError
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import Refusal, RewritePlan
from uvdive.session.proof.settings import StartWish
from uvdive.tui.frame.host import Host
from uvdive.tui.frame.jobs import Job, Work
from uvdive.tui.frame.panes import WIDE
from uvdive.tui.frame.text import keep_end, visible
from uvdive.tui.keys.rewrite import BUSY
from uvdive.tui.screens.dialogs.dialogs import Failure, Question
from uvdive.tui.screens.dialogs.page import Page
from uvdive.tui.screens.rewrite.layout import STEP_CLICKS, RewriteLayout
from uvdive.tui.screens.rewrite.questions import (
    ask_report,
    ask_start,
    first_question,
    pull_question,
    second_question,
)
from uvdive.tui.screens.rewrite.words import facts, figures, stand, standing
from uvdive.tui.screens.rewrite.work import NOTHING_PLANNED, RewriteWork
from uvdive.tui.services import Planned
from uvdive.tui.widgets.building import CheckList, DeltaList, PairBar
from uvdive.tui.widgets.diff import DiffView
from uvdive.tui.widgets.lists.decisions import DecisionList
from uvdive.tui.widgets.lists.hanging import Hanging
from uvdive.tui.widgets.lists.rows import Rows
from uvdive.tui.widgets.steps import LogView, StepList
from uvdive.tui.words.decisions import Item, lines_of, pages, reason
from uvdive.tui.words.dockerfile_lines import costs
from uvdive.tui.words.headline import fit
from uvdive.tui.words.pages import render, title_of, titled
from uvdive.tui.words.refusal import refusal_words
from uvdive.tui.words.way import way

LOOK = 1.0
"""Seconds between two looks at the files on the disk."""


REFUSAL_WIDTH, REFUSAL_EDGES = 100, 8
"""The most cells of a refusal's words, and those beside them: the pane's border, padding and scrollbar."""


class RewriteScreen(RewriteLayout):
    """Draws one Dockerfile's rewrite. It lives as long as the app: leaving it stops nothing."""

    def __init__(
        self, report: ImageReport, dockerfile: Path, host: Host, planned: Planned = NOTHING_PLANNED
    ) -> None:
        super().__init__()
        self.report = report
        self.work = RewriteWork(report, dockerfile, host, self._start, planned)
        self._clock: Timer | None = None

    def _start(self, name: str, work: Work) -> Job:
        if name in ("prove", "time") and self._clock is not None:
            self._clock.resume()
        return self._app.jobs.start(name, self, work)

    def on_mount(self) -> None:
        """Ask for the plan."""
        self.name_panes()
        self.go_to("decisions")
        self.query_one(PairBar).show(figures(self.report, None, None))
        self._clock = self.set_interval(0.5, self._tick, pause=True)
        self.set_interval(LOOK, self._look)
        self._plan_with(self.work.replan)

    def resized(self) -> None:
        """As many words in the headline as fit now; a refused line folded for the new width."""
        self._show()
        plan = self.work.plan
        if plan is not None and plan.refusal is not None:
            self._draw_refusal(plan, plan.refusal)

    # The plan

    def _plan_with(self, plan: Callable[[], None]) -> None:
        plan()
        self._say_plan("The rewrite is being computed.")
        self._show()

    def _say_plan(self, words: str) -> None:
        """Say it where the plan is to stand, as long as there is none."""
        self.query_one(DecisionList).say(words)
        self.query_one(DiffView).say(words)

    def _draw_plan(self) -> None:
        plan = self.work.plan
        assert plan is not None
        self.query_one(DecisionList).show(plan)
        self.query_one(DiffView).show(plan, costs(self.report, self.work.dockerfile))
        self._show_reason()
        if plan.refusal is not None:
            self._draw_refusal(plan, plan.refusal)
            self.show_view("refused")
        elif self.view == "refused":
            self.show_view("plan")
        base = self.work.base_to_pull()
        if base is not None:
            self.app.push_screen(pull_question(base), self._pull_answered)
        if self.work.proof is not None:
            self.show_view("build")

    def _draw_ladder(self) -> None:
        plan = self.work.plan
        if plan is not None:
            self.query_one(DecisionList).show(plan)
            self._show_reason()

    def _draw_refusal(self, plan: RewritePlan, refusal: Refusal) -> None:
        width = min(REFUSAL_WIDTH, self.app.size.width - REFUSAL_EDGES)
        self.query_one("#refusal-words", Static).update(refusal_words(plan, refusal, width))

    def _pull_answered(self, yes: bool | None) -> None:  # noqa: FBT001 - it is the answer
        if yes:
            self._plan_with(self.work.plan_with_base)

    @property
    def selected(self) -> Item | None:
        """The decision, alternative, warning or refusal under the cursor."""
        return Item(refused=True) if self.view == "refused" else self.query_one(DecisionList).selected

    @on(Rows.Highlighted, "#decisions")
    def _show_reason(self) -> None:
        item, plan = self.selected, self.work.plan
        if plan is None or item is None:
            return
        self.query_one("#reason", Static).update(reason(plan, item))
        self.query_one("#why").scroll_home(animate=False)
        self.query_one(DiffView).light(*lines_of(plan, item))

    @on(Rows.Chosen, "#decisions")
    def _decision_chosen(self) -> None:
        item = self.selected
        if item is not None and (item.rung is not None or item.descends):
            self._rung_chosen(item)
            return
        if item is None or item.decision is None or item.alternative is None:
            self.action_page()
            return
        decision, value = item.decision, item.alternative.value
        if self.work.busy:
            self.notify(BUSY, timeout=4)
        elif value != decision.chosen:
            self._plan_with(lambda: self.work.choose(decision.id, value))

    def _rung_chosen(self, item: Item) -> None:
        """Take a step of the ladder, or go down it; of a step that is taken or none, show the page."""
        if self.work.busy or self.work.planning:
            self.notify(BUSY, timeout=4)
        elif item.descends:
            self._plan_with(self.work.descend)
        elif item.rung is not None and not (item.rung.why or item.rung.chosen):
            rung = item.rung
            self._plan_with(lambda: self.work.take(rung))
        else:
            self.action_page()

    # The build

    def _prove(self, *, runs: bool) -> None:
        self.work.prove(runs=runs)
        self._show()
        self.show_view("build")

    def _draw_proof(self) -> None:
        proof = self.work.proof
        assert proof is not None
        if self.current in ("steps", "log"):
            self.go_to("deltas" if proof.passed else "checks")
        self.query_one(CheckList).follow(proof)
        self.query_one(CheckList).to_failed()
        self.app.bell()

    # Jobs

    @on(Job.Progress)
    def _progressed(self, message: Job.Progress) -> None:
        if self.work.progressed(message.job, message.job.take()):
            self._show()

    @on(Job.Done)
    def _done(self, message: Job.Done) -> None:
        name = message.job.name
        if not self.work.done(message.job, message.result):
            return
        if name == "plan":
            self._draw_plan()
            self.work.climb()
        elif name == "climb":
            self._draw_ladder()
        elif name == "prove":
            self._draw_proof()
        elif name == "time":
            self.app.bell()
        elif name == "report":
            told = f"Wrote {message.result}: read it before you send it."
            self.notify(visible(told), markup=False, timeout=8)
        else:
            self._tell_files(message.result if name == "write" else None)
        self._show()

    @on(Job.Failed)
    def _failed(self, message: Job.Failed) -> None:
        if message.job.crash is not None:
            self._app.crash = message.job.crash
        if not self.work.failed(message.job, message.error):
            return
        if message.job.name == "plan":
            self._say_plan("There is no plan. r tries again.")
        self._show()
        if not isinstance(message.error, CancelledError):
            self.app.push_screen(Failure(message.error))
        elif message.error.do:
            self.notify(visible(message.error.do), markup=False, timeout=8)

    # Drawing

    def _look(self) -> bool:
        """Has a file changed on the disk that had not before? It is said once."""
        changed = self.work.changed if self.work.look() else None
        if changed is None:
            return False
        told = f"{visible(changed.name)} changed on the disk. r plans anew."
        self.notify(told, severity="warning", markup=False, timeout=8)
        self._show()
        return True

    def _tick(self) -> None:
        if not self.work.busy and self._clock is not None:
            self._clock.pause()
        self._show()

    def _show(self) -> None:
        work, proof = self.work, self.work.proof
        sides = figures(self.report, work.plan, proof)
        self.query_one("#headline", Static).update(self._headline())
        self.query_one("#way", Static).update(self._way())
        self.query_one(PairBar).show(sides, proof.read_bytes if proof is not None else 0)
        self.query_one(DeltaList).show(sides)
        self.name_deltas(predicted=sides.known and not sides.measured)
        self.query_one("#facts", Hanging).show(facts(self.report, work.plan, proof))
        if proof is not None:
            self.query_one(StepList).follow(proof)
            self.query_one(LogView).follow(proof)
            self.name_log()
            self.query_one(CheckList).follow(proof)
        self.refresh_actions()
        if not self.is_current and proof is not None:
            self._app.tell_explorer([standing(work)[0], Content(stand(work).next)])

    def _headline(self) -> Content:
        """The file's name first; where there is little room for both, how it stands."""
        width = self.app.size.width
        name = Content.styled(keep_end(visible(str(self.work.dockerfile)), width // 3), "bold $text-accent")
        told = standing(self.work)
        return fit(name, told, width) if width >= WIDE else fit(told[0], [*told[1:], name], width)

    def _way(self) -> Content:
        # Two cells are the line's padding.
        return way(stand(self.work), self.step_keys(), STEP_CLICKS, self.app.size.width - 2)

    # Actions

    def action_build(self) -> None:
        """Build, prove and compare."""
        self._prove(runs=False)

    def action_start(self) -> None:
        """Build, prove and compare, and run both images too."""
        self._prove(runs=True)

    def action_settings(self) -> None:
        """Ask what both programs get; then build, prove and compare, and run both images with it."""
        self.app.push_screen(ask_start(self.work.wish, self.work.proof), self._start_answered)

    def _start_answered(self, wish: StartWish | None) -> None:
        if wish is not None:
            self.work.wish = wish
            self._prove(runs=True)

    def action_report(self) -> None:
        """Ask where the report of a problem goes, and write it."""
        self.app.push_screen(ask_report(), self._report_answered)

    def _report_answered(self, path: Path | None) -> None:
        if path is not None:
            self.work.report_to(path)
            self._show()

    def action_repair(self) -> None:
        """Take the decisions that may mend what failed, plan anew; then build and prove once more."""
        self._plan_with(self.work.repair)

    def action_time(self) -> None:
        """Time both builds without a cache, and after a change of a source file."""
        self.work.time()
        self._show()

    def action_view(self, view: str) -> None:
        """Show the plan or the build, by a click on a step of the way."""
        if self.view != "refused" and (view == "plan" or self.work.proof is not None):
            self.show_view(view)

    def action_again(self) -> None:
        """Plan anew from the files as they are now; choices go back to their defaults."""
        self._plan_with(self.work.plan_again)

    def action_stop(self) -> None:
        """Stop what runs."""
        self.work.stop()
        self.refresh_actions()

    def action_write(self) -> None:
        """Write the files after a yes; after a failed proof, after two."""
        plan, proof = self.work.plan, self.work.proof
        if plan is None or self._look():
            return
        questions = [first_question(plan, proof)]
        if proof is not None and (proof.failed_checks or proof.unseen):
            questions.append(second_question(proof))
        self._ask(questions)

    def _ask(self, questions: Sequence[Question]) -> None:
        if not questions:
            self.work.write()
            self._show()
            return

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - it is the answer
            if yes:
                self._ask(questions[1:])

        self.app.push_screen(questions[0], answered)

    def action_undo(self) -> None:
        """Bring the old texts back."""
        self.work.undo()
        self._show()

    def _tell_files(self, written: Any) -> None:
        """Say what was written; None after an undo."""
        if written is None:
            self.notify(f"{visible(str(self.work.dockerfile))} is as it was.", markup=False, timeout=4)
            return
        kept = f" The old text is in {written.kept}; u brings it back." if written.kept else ""
        self.notify(visible(f"Wrote {written.path}.{kept}"), markup=False, timeout=8)

    def action_compare(self) -> None:
        """Show both images side by side."""
        from uvdive.tui.screens.compare import CompareScreen

        proof = self.work.proof
        if proof is not None and proof.comparison is not None:
            name = visible(self.work.dockerfile.name)
            self.app.push_screen(CompareScreen((name, f"{name} rewritten"), proof.comparison))

    def action_page(self) -> None:
        """Show the page of the selected row's rule, and of its choice."""
        item, plan = self.selected, self.work.plan
        found = () if plan is None or item is None else pages(plan, item)
        if found:
            first, *others = found
            body = Content("\n\n").join([render(first), *(titled(page) for page in others)])
            self.app.push_screen(Page(title_of(first), body))

    def action_copy(self) -> None:
        """Copy the new Dockerfile, or the log."""
        if self.work.plan is None:
            return
        log = self.current == "log" and self.work.proof is not None
        text = "\n".join(self.query_one(LogView).lines) if log else self.work.plan.text
        self._app.copy(text, "The log." if log else "The new Dockerfile.")

    def action_back(self) -> None:
        """Back to the files; what runs goes on."""
        if self.maximized is not None:
            self.minimize()
        else:
            self.app.pop_screen()
            self._show()
