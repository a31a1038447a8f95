"""The history of one path: the layers that touched it, and what each of them did."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from uvdive.base.errors import UvdiveError
from uvdive.base.progress import CancelToken, OnEvent
from uvdive.image.table import Kind
from uvdive.ledger.report import ImageReport
from uvdive.ledger.view.tree import Sign
from uvdive.tui.desk.file_contents import Opening
from uvdive.tui.desk.path_history import ChangedPaths, PathHistory, Step, changed_paths, path_history
from uvdive.tui.desk.places import Place, Span
from uvdive.tui.frame.actions import ActionScreen, bindings
from uvdive.tui.frame.jobs import Job
from uvdive.tui.frame.newest import Newest
from uvdive.tui.frame.panes import Panes
from uvdive.tui.frame.text import plain, visible
from uvdive.tui.keys.tables import HISTORY
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.screens.viewer import ViewerScreen
from uvdive.tui.widgets.content import ContentView
from uvdive.tui.widgets.history import ChangedList, HistoryList
from uvdive.tui.widgets.keybar import KeyBar
from uvdive.tui.widgets.lists.rows import Rows
from uvdive.tui.widgets.telling import Telling
from uvdive.tui.words.file_text import Body, copied_words, read_body, read_diff, to_copy
from uvdive.tui.words.history import describe_step, headline


class HistoryScreen(ActionScreen, Panes):
    """The layers above; below them what the selected one did, in words and in full."""

    ACTIONS = HISTORY
    BINDINGS = bindings(HISTORY)
    PANES: ClassVar[tuple[str, ...]] = ("layers", "details", "changes")
    HELP = "A file or folder through the layers: how much each wrote, and what changed. Arrows walk."

    def __init__(self, report: ImageReport, history: PathHistory, layer: int | None = None) -> None:
        super().__init__()
        self.report = report
        self.history = history
        self._first = layer
        self._bodies: dict[int, Body] = {}
        self._below = Newest("below", self, self._below_came, self._not_answered)
        self._of = Newest("history", self, self._history_came, self._not_answered)

    def compose(self) -> ComposeResult:
        """The layers above the details and the changes."""
        yield Static(id="headline")
        yield Static(id="tabs")
        with Vertical(id="panes"):
            with Vertical(id="above", classes="column"):
                yield HistoryList(self.report, self.history, id="layers")
            with Horizontal(id="below", classes="column"):
                with Telling(id="details"):
                    yield Static(id="about")
                yield ChangedList(id="changes") if self.history.folder else ContentView(id="changes")
        yield Static("uvdive needs a terminal of at least 60 × 16.", id="small")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin with the layer that was asked for, else with the last one."""
        self.name_panes()
        self.resized()
        self.go_to("layers")
        places = [place for place, step in enumerate(self.history.steps) if step.sums.layer == self._first]
        self.query_one(HistoryList).changed(places[0] if places else max(0, len(self.history.steps) - 1))
        self._show()

    def resized(self) -> None:
        """As much in the headline as fits now."""
        line = headline(self.report, self.history, self.app.size.width)
        self.query_one("#headline", Static).update(line, layout=False)

    def pane_changed(self) -> None:
        """Another pane has the focus: other keys apply."""
        super().pane_changed()
        self.refresh_actions()

    @property
    def step(self) -> Step | None:
        """What the selected layer did."""
        return self.query_one(HistoryList).selected

    @on(Rows.Highlighted, "#layers")
    def _show(self) -> None:
        layers = self.query_one(HistoryList)
        step = layers.selected
        if step is None:
            return
        self.query_one("#about", Static).update(describe_step(self.report, self.history, layers.cursor))
        self.query_one("#details").scroll_home(animate=False)
        if self.history.folder:
            self.query_one(ChangedList).show(None)
            self._below.ask(changed_paths, self.history.node, step.sums.layer)
        else:
            self._show_content(layers.cursor)
        self._title()
        self.refresh_actions()

    def _below_came(self, found: ChangedPaths) -> None:
        self.query_one(ChangedList).show(found)
        self._title()

    # A file's content

    def _show_content(self, place: int) -> None:
        if place not in self._bodies:
            self._bodies |= _told_at_once(self.history, place)
        self.query_one(ContentView).show(self._bodies.get(place))
        if place in self._bodies:
            return
        desk, history = self._app.desk, self.history
        number = history.steps[place].version
        assert desk is not None
        assert number is not None
        name = visible(history.path.rpartition(b"/")[2])

        def work(_event: OnEvent, cancel: CancelToken) -> tuple[int, Body]:
            new = history.versions[number]
            was = history.steps[place].was
            if number and was is not None and was.kind == Kind.FILE:
                return place, read_diff(desk, history.versions[number - 1], new, name, cancel)
            return place, read_body(desk, new, name, cancel)

        self._app.jobs.start("content", self, work)

    def _content_came(self, place: int, body: Body) -> None:
        self._bodies[place] = body
        if place == self.query_one(HistoryList).cursor:
            self.query_one(ContentView).show(body)
            self._title()

    @on(Job.Done)
    def _done(self, message: Job.Done) -> None:
        if not (self._below.take(message) or self._of.take(message)):
            self._content_came(*message.result)

    @on(Job.Failed)
    def _failed(self, message: Job.Failed) -> None:
        if not (self._below.take(message) or self._of.take(message)):
            self._app.crash = message.job.crash
            self._not_answered(message.error)

    def _not_answered(self, error: UvdiveError) -> None:
        self.app.push_screen(Failure(error))

    def _title(self) -> None:
        words = ""
        if self.history.folder:
            found = self.query_one(ChangedList).found
            if found is not None:
                words = f"{found.count:,} path{'' if found.count == 1 else 's'}"
        else:
            body = self._bodies.get(self.query_one(HistoryList).cursor)
            words = body.note if body is not None else ""
        self.entitle("changes", words)

    # Actions

    @property
    def _node(self) -> int:
        """The path that keys are about: the selected one below the folder, or the folder's own."""
        if self.history.folder and self.current == "changes":
            selected = self.query_one(ChangedList).selected
            if selected is not None:
                return selected.node
        return self.history.node

    @on(Rows.Chosen, "#layers")
    def _layer_chosen(self) -> None:
        self.go_to("changes")

    @on(Rows.Chosen, "#changes")
    def _change_chosen(self) -> None:
        if self.history.folder:
            if self.query_one(ChangedList).selected is not None:
                self._of.ask(path_history, self._node)
            return
        step = self.step
        if step is not None and step.version is not None:
            opening = Opening(self.history.path, self.history.versions, step.version)
            self.app.push_screen(ViewerScreen(self.report, opening))

    def _history_came(self, history: PathHistory) -> None:
        if self.app.screen is self:
            layer = self.step.sums.layer if self.step is not None else None
            self.app.push_screen(HistoryScreen(self.report, history, layer))

    @property
    def line(self) -> int | None:
        """The selected layer's line of the Dockerfile."""
        return None if self.step is None else self.report.layers[self.step.sums.layer].line

    def action_path(self) -> None:
        """Show the path in the files, as the selected layer left it."""
        if self.step is not None:
            self._app.show_place(Place(self._node, Span(self.step.sums.layer, "layer")))

    def action_layer(self) -> None:
        """Show the layer in the explorer."""
        if self.step is not None:
            self._app.show_layer(self.step.sums.layer)

    def action_line(self) -> None:
        """Show the line of the Dockerfile."""
        if self.line is not None:
            self._app.show_dockerfile(self.report, self.line)

    def action_copy(self) -> None:
        """Copy the path, or what the current pane shows of it."""
        changes: Widget = self.pane("changes")
        text, told = self.history.path.decode("utf-8", "replace"), ""
        if self.current == "details":
            text = str(self.query_one("#about", Static).content)
        elif self.current == "changes" and isinstance(changes, ContentView) and changes.body is not None:
            name = visible(self.history.path.rpartition(b"/")[2])
            text, told = to_copy(changes.body), copied_words(changes.body, name)
        elif self.current == "changes" and isinstance(changes, ChangedList) and changes.selected is not None:
            folder = self.history.path.rstrip(b"/") + b"/"
            text = (folder + changes.selected.name).decode("utf-8", "replace")
        self._app.copy(text, told)


def _told_at_once(history: PathHistory, place: int) -> dict[int, Body]:
    """What there is to show of a layer that wrote no content; nothing where one is to be read."""
    step = history.steps[place]
    if step.version is not None:
        return {}
    if step.sign == Sign.REMOVED:
        return {place: Body((Content.styled("The layer removed it.", "$sign-removed"),))}
    if step.now is not None and step.now.link is not None:
        return {place: Body((Content.assemble("→ ", plain(step.now.link)),))}
    return {place: Body((Content.styled("It has no content of its own.", "$foreground 66%"),))}
