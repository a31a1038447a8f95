"""How the rewrite's screen is laid out: the plan's panes, the build's panes, and going between them."""

from __future__ import annotations

from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import ContentSwitcher, Static

from uvdive.tui.frame.actions import ActionScreen, bindings
from uvdive.tui.frame.panes import WIDE, Panes
from uvdive.tui.keys.rewrite import REWRITE
from uvdive.tui.widgets.building import CheckList, DeltaList, PairBar
from uvdive.tui.widgets.decisions import DecisionList
from uvdive.tui.widgets.diff import DiffView
from uvdive.tui.widgets.hanging import Hanging
from uvdive.tui.widgets.keybar import KeyBar
from uvdive.tui.widgets.steps import LogView, StepList
from uvdive.tui.widgets.telling import Telling

_TITLES = {"deltas": "Before and after", "why": "Why"}


class RewriteLayout(ActionScreen, Panes):
    """Two views of panes; the plan is shown first."""

    ACTIONS = REWRITE
    BINDINGS = bindings(REWRITE)
    PLAN_PANES: ClassVar[tuple[str, ...]] = ("decisions", "diff", "why")
    BUILD_PANES: ClassVar[tuple[str, ...]] = ("steps", "deltas", "checks", "log")
    PANES = PLAN_PANES + BUILD_PANES
    HELP = (
        "Decisions on the left, what they change on the right. Enter on a choice (○) takes it,\n"
        "on any other row it opens the page of the rule.\n"
        "b builds the new image, checks it against the old one and compares their sizes; w writes the file.\n"
        "Enter on a step shows what it printed. p takes what may fix a failed check and builds again;\n"
        "e gives both programs what they need to start; E writes a report of what went wrong."
    )

    def __init__(self) -> None:
        super().__init__()
        self.predicted = False

    def compose(self) -> ComposeResult:
        """Both views; the plan is shown first."""
        yield Static(id="headline")
        yield PairBar(id="pair")
        yield Static(id="tabs")
        with ContentSwitcher(initial="plan", id="views"):
            with Horizontal(id="plan"):
                with Vertical(id="choices", classes="column"):
                    yield DecisionList(id="decisions")
                    with Telling(id="why"):
                        yield Static(id="reason")
                with Vertical(id="change", classes="column"):
                    yield DiffView(id="diff")
            with Horizontal(id="build"):
                with Vertical(id="work", classes="column"):
                    yield StepList(id="steps")
                    yield LogView(id="log")
                with Vertical(id="outcome", classes="column"):
                    with Telling(id="deltas"):
                        owners = DeltaList(id="owners-both")
                        # It is read, not gone through: the pane around it has the keys.
                        owners.can_focus = False
                        yield owners
                        yield Hanging(id="facts", term=10)
                    yield CheckList(id="checks")
        yield Static("uvdive needs a terminal of at least 60 × 16.", id="small")
        yield KeyBar()

    # Panes: those of the view that is shown

    @property
    def view(self) -> str:
        """``plan`` or ``build``."""
        return str(self.query_one(ContentSwitcher).current)

    @property
    def panes(self) -> tuple[str, ...]:
        """The panes of the view that is shown."""
        return self.PLAN_PANES if self.view == "plan" else self.BUILD_PANES

    def number(self, name: str) -> int:
        """Both views number their panes from 1."""
        view = self.PLAN_PANES if name in self.PLAN_PANES else self.BUILD_PANES
        return view.index(name) + 1

    def pane_title(self, name: str) -> str:
        """A pane's name in words."""
        if name == "deltas" and self.predicted:
            return "Before and predicted"
        return _TITLES.get(name, name.capitalize())

    def name_deltas(self, *, predicted: bool) -> None:
        """Say in the pane's title whether the figures of the new image are measured."""
        if predicted != self.predicted:
            self.predicted = predicted
            self.pane("deltas").border_title = f"{self.number('deltas')} {self.pane_title('deltas')}"
            self.pane_changed()

    def name_log(self) -> None:
        """Say in the log's title whose output it is."""
        title = Content(f"{self.number('log')} {self.query_one(LogView).title()}")
        self.pane("log").border_title = cast("str", title)

    def show_view(self, view: str) -> None:
        """Show the plan or the build, and give its first pane the keys."""
        self.query_one(ContentSwitcher).current = view
        self.go_to(self.panes[0])

    def action_split(self) -> None:
        """Unified or side by side."""
        if self.view != "plan":
            self.show_view("plan")
        diff = self.query_one(DiffView)
        diff.toggle()
        self.query_one("#plan").set_class(diff.split, "-split")
        if self.app.size.width < WIDE:
            # Only one pane is shown: this key is about the diff.
            self.go_to("diff")

    def action_switch(self) -> None:
        """The plan or the build."""
        self.show_view("build" if self.view == "plan" else "plan")
