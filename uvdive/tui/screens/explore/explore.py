"""The first screen: how big the image is, what is in it, what can be won."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from uvdive.base.errors import CancelledError, UvdiveError
from uvdive.base.progress import BytesRead, Note
from uvdive.build.events import BuildStep
from uvdive.image.events import ImageFound, LayerRead
from uvdive.tui.frame.actions import bindings
from uvdive.tui.frame.jobs import Job
from uvdive.tui.frame.panes import WIDE
from uvdive.tui.frame.text import visible
from uvdive.tui.keys.tables import EXPLORE
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.screens.explore.export_and_extract import Takeout
from uvdive.tui.widgets.bars import OwnerBar, OwnerList
from uvdive.tui.widgets.files import WAITING, FileTree
from uvdive.tui.widgets.keybar import KeyBar
from uvdive.tui.widgets.layers import LayerList
from uvdive.tui.widgets.rows import Rows
from uvdive.tui.widgets.telling import Telling
from uvdive.tui.words import headline
from uvdive.tui.words.selection import describe_base, describe_layer, describe_node, describe_owner

if TYPE_CHECKING:
    from uvdive.session.desk import Desk
    from uvdive.tui.desk.path_facts import NodeFacts


class ExploreScreen(Takeout):
    """Owners, layers, files and details of one image."""

    ACTIONS = EXPLORE
    BINDINGS = bindings(EXPLORE)
    PANES: ClassVar[tuple[str, ...]] = ("owners", "layers", "files", "details")
    HELP = "Where the image's bytes come from: by owner, by layer, by file."

    def __init__(self) -> None:
        super().__init__()
        self.error: UvdiveError | None = None
        self.progress = headline.Progress()
        self._job: Job | None = None

    def compose(self) -> ComposeResult:
        """The shell, painted before anything is known."""
        yield Static(id="headline")
        yield OwnerBar(id="bar")
        yield Static(id="wins")
        yield Static(id="tabs")
        with Horizontal(id="panes"):
            with Vertical(id="left", classes="column"):
                yield OwnerList(id="owners")
                yield LayerList(id="layers")
                with Telling(id="details"):
                    yield Static(id="about")
            with Vertical(id="right", classes="column"), Vertical(id="files"):
                yield Input(placeholder="part of a path", id="needle", compact=True)
                yield FileTree(id="tree")
        yield Static(
            "uvdive needs a terminal of at least 60 × 16.\nMake it larger, or use --report.", id="small"
        )
        yield KeyBar()

    def on_mount(self) -> None:
        """Paint first; begin to read after the first picture."""
        self.progress = headline.Progress(target=self._app.target or "")
        self.name_panes()
        # Where one pane fills the screen, the owners answer what is in the image.
        self.go_to("owners" if self.app.size.width < WIDE else "layers")
        self._show_headline()
        self.call_after_refresh(self._begin)

    # Reading

    def _begin(self) -> None:
        self._app.freeze()
        self._job = self._app.jobs.start("read", self, self._app.load)
        self.refresh_actions()

    @property
    def reading(self) -> bool:
        """Is the image being read?"""
        return self._job is not None and self._job.running and self.report is None

    @on(Job.Progress)
    def _progressed(self, message: Job.Progress) -> None:
        for event in message.job.take():
            if message.job is self._job:
                self._read(event)
            else:
                self.took(event)
        self._show_headline()

    def _read(self, event: object) -> None:
        self._app.original.take(event)
        if isinstance(event, Note):
            # What comes after the reading is worth more than how much was read.
            self.progress.note, self.progress.read = event.text, None
        elif isinstance(event, BytesRead):
            self.progress.read = event
        elif isinstance(event, BuildStep):
            self.progress.note = event.name
        elif isinstance(event, ImageFound):
            self.progress.target = event.reference
            self.progress.layers = len(event.layers)
            self.query_one(LayerList).expect(event.layers)
        elif isinstance(event, LayerRead):
            # Where one way to the layers breaks off, the next one begins anew.
            self.progress.layers_read = min(self.progress.layers_read + 1, self.progress.layers)
            self.query_one(LayerList).arrived(event)

    @on(Job.Done)
    def _done(self, message: Job.Done) -> None:
        if self.takes(message):
            return
        if message.job is self._job:
            self._loaded(message.result)
        else:
            self.taken_out(message.job, message.result)

    def _loaded(self, desk: Desk) -> None:
        self._app.freeze()
        self._app.desk = desk
        self.report = report = desk.report
        self.query_one(OwnerBar).show({owner.owner: owner.bytes for owner in report.owners})
        self.query_one(OwnerList).show(report.owners)
        self.tell_wins()
        self.query_one(LayerList).show(report)
        if not report.layers:
            self.query_one(FileTree).wait("The image has no layers.")
        self._show_headline()
        self.refresh_actions()
        for warning in report.warnings[:3]:
            self.notify(visible(warning), severity="warning", markup=False, timeout=8)

    @on(Job.Failed)
    def _failed(self, message: Job.Failed) -> None:
        if self.takes(message):
            return
        if message.job.crash is not None:
            self._app.crash = message.job.crash
        if message.job is not self._job:
            self._not_taken_out(message)
            return
        self.error = message.error
        self._show_headline()
        self.refresh_actions()
        if isinstance(message.error, CancelledError):
            self.query_one(FileTree).wait("Reading was stopped. q leaves.")
            if message.error.do:
                self.notify(visible(message.error.do), markup=False, timeout=8)
            return
        self.query_one(FileTree).wait("The image could not be read.")
        leave = "goes back" if self._app.picked else "leaves uvdive"
        self.app.push_screen(Failure(message.error, leave=leave, again=True), self._after_failure)

    def _after_failure(self, again: bool | None) -> None:  # noqa: FBT001 - it is the answer
        """Read once more; or back to the picker, or out."""
        if again:
            self.error = None
            self.progress = headline.Progress(target=self._app.target or "")
            self.query_one(LayerList).expect(())
            self.query_one(FileTree).wait(WAITING)
            self._begin()
            self._show_headline()
        elif self._app.picked:
            self._app.back_to_picker()
        else:
            self._app.leave(self.error)

    def _show_headline(self) -> None:
        width = self.app.size.width
        if self.report is not None:
            line = headline.of_report(self.report, self._app.shown_name(self.report), width)
        else:
            line = headline.of_progress(self.progress, self.error, width)
        self.query_one("#headline", Static).update(line, layout=False)

    def tell_wins(self) -> None:
        """Say what could be won."""
        if self.report is not None:
            self.query_one("#wins", Static).update(headline.wins(self.report), layout=False)

    def resized(self) -> None:
        """As many words in the headline as fit now."""
        self._show_headline()

    # What is shown

    @on(Rows.Highlighted, "#owners")
    @on(Rows.Highlighted, "#tree")
    def _highlighted(self) -> None:
        self.describe()

    @on(Rows.Chosen, "#layers")
    def _layer_chosen(self) -> None:
        self.go_to("files")

    @on(Rows.Chosen, "#owners")
    def _owner_chosen(self) -> None:
        owners = self.query_one(OwnerList)
        self.only_owner(owners.owners[owners.cursor].owner)

    @on(OwnerBar.Clicked)
    def _bar_clicked(self, message: OwnerBar.Clicked) -> None:
        owners = self.query_one(OwnerList)
        owners.cursor = [owner.owner for owner in owners.owners].index(message.owner)
        self.go_to("owners")

    @on(events.Click, "#wins")
    def _wins_clicked(self) -> None:
        self.action_findings()

    @on(Rows.Chosen, "#tree")
    def _chosen(self) -> None:
        if self.open_problem:
            self.go_to("details")
        else:
            self.action_open()

    def describe(self) -> None:
        """Tell about what is selected in the pane that was used last."""
        report = self.report
        if report is None:
            return
        tree, layers = self.query_one(FileTree), self.query_one(LayerList)
        about = Content("")
        if self.subject == "owners" and self.query_one(OwnerList).owners:
            owners = self.query_one(OwnerList)
            about = describe_owner(report, owners.owners[owners.cursor].owner)
        elif self.subject == "files" and tree.selected is not None:
            self.tell_node(tree.selected)
            return
        elif layers.selected is not None:
            row = layers.selected
            about = describe_base(report, row.fold) if row.fold else describe_layer(report, row.layer)
        self._tell_about(about)

    def _told(self, facts: NodeFacts) -> None:
        if self.subject == "files" and self.report is not None:
            self._tell_about(describe_node(self.report, facts))

    def _tell_about(self, about: Content) -> None:
        self.query_one("#about", Static).update(about)
        self.query_one("#details").scroll_home(animate=False)

    def pane_changed(self) -> None:
        """Another pane has the focus: the details are of its selection."""
        self.query_one("#tabs", Static).update(self.tabs())
        self.describe()

    def focus_target(self, pane: str) -> Widget:
        """The widget that takes a pane's keys."""
        return self.query_one(FileTree) if pane == "files" else self.query_one(f"#{pane}")

    # Actions

    @property
    def can_back(self) -> bool:
        """Is there a filter, a range or a zoom to end, or a picker to go back to?"""
        return (
            self.maximized is not None
            or self._app.picked
            or self.marked
            or bool(self.filter)
            or self.query_one("#files").has_class("-filtering")
        )

    def action_rewrite(self) -> None:
        """Go to the rewrite."""
        if self.report is not None:
            self._app.show_rewrite(self.report)

    def action_findings(self) -> None:
        """List the findings."""
        if self.report is not None:
            self._app.show_list("findings", self.report)

    def action_waste(self) -> None:
        """List the waste."""
        if self.report is not None:
            self._app.show_list("waste", self.report)

    def action_packages(self) -> None:
        """List the packages."""
        if self.report is not None:
            self._app.show_list("packages", self.report)

    def action_dockerfile(self) -> None:
        """Show the Dockerfile, at the line of the selected layer."""
        row = self.query_one(LayerList).selected
        if self.report is not None:
            line = (
                self.report.layers[row.layer].line if row is not None and self.subject == "layers" else None
            )
            self._app.show_dockerfile(self.report, line)

    def action_back(self) -> None:
        """End the filter, then the range, then the zoom; then back to the picker, if it was there."""
        if self.filter or self.query_one("#files").has_class("-filtering"):
            self._end_filter()
            self.set_focus(self.query_one(FileTree))
        elif self.marked:
            self.action_mark()
        elif self.maximized is not None:
            self.minimize()
        elif self._app.picked:
            self._app.back_to_picker()

    def action_copy(self) -> None:
        """Copy the selected path, command or owner."""
        report, tree, layers = self.report, self.query_one(FileTree), self.query_one(LayerList)
        if report is None:
            return
        text = ""
        if self.subject == "files" and tree.selected is not None:
            self.copy_path(tree.selected)
        elif self.subject == "layers" and layers.selected is not None:
            layer = report.layers[layers.selected.layer]
            text = layer.instruction or layer.created_by
        elif self.subject == "owners":
            owners = self.query_one(OwnerList)
            text = owners.owners[owners.cursor].owner if owners.owners else ""
        if text:
            self._app.copy(text)

    def action_stop(self) -> None:
        """Stop reading or writing."""
        for job in (self._job, self._taking):
            if job is not None and job.running:
                job.cancel.cancel()
        self.refresh_actions()
