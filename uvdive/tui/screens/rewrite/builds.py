"""The rewrite's builds: proving it, running both images, repairing, timing."""

from __future__ import annotations

from typing import Any, cast

from textual import on
from textual.content import Content

from uvdive.base.progress import CancelToken, OnEvent
from uvdive.tui.progress.proof import ProofState
from uvdive.tui.screens.rewrite.writing import RewriteFiles
from uvdive.tui.widgets.rows import Rows
from uvdive.tui.widgets.steps import LogView, StepList


class RewriteBuilds(RewriteFiles):
    """Starts what builds images; what comes of it arrives at the screen as messages."""

    def __init__(self) -> None:
        super().__init__()
        self.choices: dict[str, str] = {}
        self.runs = self.repairing = False

    def replan(self) -> None:
        """Compute the rewrite with the choices of now."""
        raise NotImplementedError

    def action_build(self) -> None:
        """Build, prove and compare."""
        self.runs = False
        self.prove()

    def action_start(self) -> None:
        """Build, prove and compare, and run both images too."""
        self.runs = True
        self.prove()

    def action_repair(self) -> None:
        """Take the decisions that may mend what failed, plan anew; then build and prove once more."""
        from uvdive.session.proving import repaired_choices

        if self.proof is not None:
            self.choices = repaired_choices(self.proof.repairs, self.choices)
            self.repairing = True
            self.replan()

    def prove(self) -> None:
        """Build and prove the plan, and run both images where that was asked for."""
        plan, desk = self.plan, self._app.desk
        if plan is None or desk is None:
            return
        services, context, args, start = self._app.services, self.context, self._app.build_args, self.runs

        def work(on_event: OnEvent, cancel: CancelToken) -> Any:
            return services.prove(
                plan, desk, context=context, build_args=args, start=start, on_event=on_event, cancel=cancel
            )

        self.proof = ProofState(original=self._app.original)
        self.begin("prove", work)
        self._show_view("build")

    def action_time(self) -> None:
        """Time both builds without a cache, and after a change of a source file."""
        plan, desk = self.plan, self._app.desk
        if plan is None or desk is None:
            return
        services, context, args = self._app.services, self.context, self._app.build_args

        def work(on_event: OnEvent, cancel: CancelToken) -> Any:
            return services.time(
                plan, desk, context=context, build_args=args, on_event=on_event, cancel=cancel
            )

        self.begin("time", work)

    @on(Rows.Chosen, "#steps")
    def _step_chosen(self) -> None:
        selected = self.query_one(StepList).selected
        if selected is not None:
            self.query_one(LogView).only(*selected)
            self.name_log()
            self.go_to("log")

    def name_log(self) -> None:
        """Say in the log's title whose output it is."""
        title = Content(f"{self.number('log')} {self.query_one(LogView).title()}")
        self.pane("log").border_title = cast("str", title)
