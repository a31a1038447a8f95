"""How the rewrite's screen is laid out: the plan's panes, the build's panes, and going between them."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import ContentSwitcher, Static

from uvdive.tui.frame.actions import bindings
from uvdive.tui.frame.panes import WIDE
from uvdive.tui.keys.rewrite import REWRITE
from uvdive.tui.screens.stepping import Stepping
from uvdive.tui.widgets.building import CheckList, DeltaList, PairBar
from uvdive.tui.widgets.diff import DiffView
from uvdive.tui.widgets.keybar import KeyBar
from uvdive.tui.widgets.lists.decisions import DecisionList
from uvdive.tui.widgets.lists.hanging import Hanging
from uvdive.tui.widgets.steps import LogView, StepList
from uvdive.tui.widgets.telling import Telling
from uvdive.tui.words.way import LOOK, PLAN, PROVE, WRITE

STEP_CLICKS = {
    LOOK: "screen.back",
    PLAN: "screen.view('plan')",
    PROVE: "screen.view('build')",
    WRITE: "screen.write",
}
"""What a click on a step of the way does."""
_STEP_ACTIONS = {PROVE: "rewrite.build", WRITE: "rewrite.write"}
_TITLES = {"deltas": "Before and after", "refusal": "Not rewritten"}


class RewriteLayout(Stepping):
    """The views of panes: the plan, which is shown first, the build, and why there is neither."""

    ACTIONS = REWRITE
    BINDINGS = bindings(REWRITE)
    PLAN_PANES: ClassVar[tuple[str, ...]] = ("decisions", "diff", "why")
    BUILD_PANES: ClassVar[tuple[str, ...]] = ("steps", "deltas", "checks", "log")
    REFUSED_PANES: ClassVar[tuple[str, ...]] = ("refusal",)
    PANES = PLAN_PANES + BUILD_PANES + REFUSED_PANES
    HELP = (
        "Warnings and decisions on the left, what they change on the right. Enter on a choice (○)\n"
        "takes it, on any other row it opens the page of the rule.\n"
        "b builds the new image, checks it against the old one and compares their sizes; w writes the file.\n"
        "Enter on a step shows what it printed. p takes what may fix a failed check and builds again;\n"
        "e gives both programs what they need to start; E writes a report of what went wrong."
    )

    def __init__(self) -> None:
        super().__init__()
        self.predicted = False

    def compose(self) -> ComposeResult:
        """All views; the plan is shown first."""
        yield Static(id="headline")
        yield Static(id="way")
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
            with Horizontal(id="refused"), Vertical(classes="column"), Telling(id="refusal"):
                yield Static(id="refusal-words")
        yield Static("uvdive needs a terminal of at least 60 × 16.", id="small")
        yield KeyBar()

    # Panes: those of the view that is shown

    @property
    def view(self) -> str:
        """``plan``, ``build``, or ``refused`` where there is neither."""
        return str(self.query_one(ContentSwitcher).current)

    @property
    def panes(self) -> tuple[str, ...]:
        """The panes of the view that is shown."""
        return self._views[self.view]

    @property
    def _views(self) -> dict[str, tuple[str, ...]]:
        return {"plan": self.PLAN_PANES, "build": self.BUILD_PANES, "refused": self.REFUSED_PANES}

    def number(self, name: str) -> int:
        """Each view numbers its panes from 1."""
        return next(panes.index(name) + 1 for panes in self._views.values() if name in panes)

    def pane_title(self, name: str) -> str:
        """A pane's name in words."""
        if name == "deltas" and self.predicted:
            return "Before and predicted"
        return _TITLES.get(name, name.capitalize())

    def name_deltas(self, *, predicted: bool) -> None:
        """Say in the pane's title whether the figures of the new image are measured."""
        if predicted != self.predicted:
            self.predicted = predicted
            self.entitle("deltas")
            self.pane_changed()

    def show_view(self, view: str) -> None:
        """Show one of the views, and give its first pane the keys."""
        self.query_one(ContentSwitcher).current = view
        self.go_to(self.panes[0])

    def step_keys(self) -> dict[int, str]:
        """The keys that begin the steps to come, as the user mapped them."""
        named = {action.id: self.keys_of(action)[0] for action in self.ACTIONS}
        return {
            step: self.app.get_key_display(Binding(named[id_], "")) for step, id_ in _STEP_ACTIONS.items()
        }

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
