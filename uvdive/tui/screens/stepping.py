"""A screen with the steps of builds and their log: Enter on a step shows what that one printed."""

from __future__ import annotations

from textual import on

from uvdive.tui.frame.actions import ActionScreen
from uvdive.tui.frame.panes import Panes
from uvdive.tui.widgets.lists.rows import Rows
from uvdive.tui.widgets.steps import LogView, StepList


class Stepping(ActionScreen, Panes):
    """It has a ``StepList`` with the id ``steps`` and a ``LogView`` as its pane ``log``."""

    @on(Rows.Chosen, "#steps")
    def _step_chosen(self) -> None:
        selected = self.query_one(StepList).selected
        if selected is not None:
            self.query_one(LogView).only(*selected)
            self.name_log()
            self.go_to("log")

    def name_log(self) -> None:
        """Say in the log's title whose output it is."""
        self.entitle("log", self.query_one(LogView).title())
