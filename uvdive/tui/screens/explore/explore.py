"""The first screen: how big the image is, what is in it, what can be won."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on
from textual.widgets import Static

from uvdive.base.errors import CancelledError, UvdiveError
from uvdive.base.progress import BytesRead, Note
from uvdive.build.events import BuildStep
from uvdive.image.events import ImageFound, LayerRead
from uvdive.tui.frame.actions import bindings
from uvdive.tui.frame.ahead import Ahead
from uvdive.tui.frame.jobs import Job
from uvdive.tui.frame.panes import WIDE
from uvdive.tui.frame.text import visible
from uvdive.tui.keys.tables import EXPLORE
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.screens.explore.carrying import Carrying
from uvdive.tui.screens.explore.first_build import FirstBuild
from uvdive.tui.screens.explore.taking import so_far
from uvdive.tui.widgets.bars import OwnerBar, OwnerList
from uvdive.tui.widgets.lists.files import WAITING, FileTree
from uvdive.tui.widgets.lists.layers import LayerList
from uvdive.tui.words import headline

if TYPE_CHECKING:
    from uvdive.session.desk import Desk


class ExploreScreen(Carrying):
    """Reads one image, shows it, and leads to everything else."""

    ACTIONS = EXPLORE
    BINDINGS = bindings(EXPLORE)
    HELP = "Where the image's bytes come from: by owner, by layer, by file."

    def __init__(self) -> None:
        super().__init__()
        self.error: UvdiveError | None = None
        self.progress = headline.Progress()
        self._job: Job | None = None
        self._building = FirstBuild(self)
        self._ahead = Ahead(self)
        self._preparing: Job | None = None

    def on_mount(self) -> None:
        """Paint first; begin to read after the first picture."""
        self.progress = headline.Progress(target=self._app.target or "")
        self.name_panes()
        # Where one pane fills the screen, the owners answer what is in the image.
        self.go_to("owners" if self.app.size.width < WIDE else "layers")
        self._show_headline()
        self.call_after_refresh(self._begin)

    # Reading

    def takes(self, message: Job.Done | Job.Failed) -> bool:
        """Take the answer to a question; False for the message of another job."""
        if message.job is self._preparing:
            self._app.crash = message.job.crash or self._app.crash
            return True
        return super().takes(message) or self._ahead.take(message)

    def _begin(self) -> None:
        self._app.freeze()
        self._building.begin()
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
            elif words := so_far(event):
                self._tell_taking(words)
        self._show_headline()

    def _read(self, event: object) -> None:
        self._app.original.take(event)
        self._building.take(event)
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
        elif isinstance(event, LayerRead):
            # Where one way to the layers breaks off, the next one begins anew.
            self.progress.layers_read = min(self.progress.layers_read + 1, self.progress.layers)
            if self.progress.layers_read == self.progress.layers:
                self._prepare()
        self.query_one(LayerList).take(event)

    def _prepare(self) -> None:
        """Have the other screens imported: once, when one process works on alone, or none does."""
        if self._preparing is None:
            self._preparing = self._app.jobs.start("prepare", self, self._app.prepare)

    @on(Job.Done)
    def _done(self, message: Job.Done) -> None:
        if self.takes(message):
            return
        if message.job is self._job:
            self._loaded(message.result)
        else:
            self._taken(message.job, message.result)

    def _loaded(self, desk: Desk) -> None:
        self._app.freeze()
        self._building.over()
        self._app.desk, self.report = desk, (report := desk.report)
        self.query_one(OwnerBar).show({owner.owner: owner.bytes for owner in report.owners})
        self.query_one(OwnerList).show(report.owners)
        self._tell_wins()
        self.query_one(LayerList).show(report)
        if not report.layers:
            self.query_one(FileTree).wait("The image has no layers.")
        self.mapping.ask()
        self._show_headline()
        self.refresh_actions()
        for warning in report.warnings[:3]:
            self.notify(visible(warning), severity="warning", markup=False, timeout=8)
        self._prepare()
        self._ahead.begin(report)
        if self._app.planned is not None:
            self._app.show_rewrite(report)

    @on(Job.Failed)
    def _failed(self, message: Job.Failed) -> None:
        if self.takes(message):
            return
        self._app.crash = message.job.crash or self._app.crash
        if message.job is not self._job:
            self._not_taken(message.error)
            return
        self.error = message.error
        self._show_headline()
        self.refresh_actions()
        if self._building.ended():
            return
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
            self.again()
        elif self._app.picked:
            self._app.back_to_picker()
        else:
            self._app.leave(self.error)

    def again(self) -> None:
        """Build and read once more."""
        self.error = None
        self.progress = headline.Progress(target=self._app.target or "")
        self.query_one(LayerList).take(ImageFound("", ()))
        self.query_one(FileTree).wait(WAITING)
        self._begin()
        self._show_headline()

    def _show_headline(self) -> None:
        width = self.app.size.width
        if self.report is not None:
            line = headline.of_report(self.report, self._app.shown_name(self.report), width)
        else:
            line = headline.of_progress(self.progress, self.error, width)
        self.query_one("#headline", Static).update(line, layout=False)

    def resized(self) -> None:
        """As many words in the headline as fit now."""
        self._show_headline()

    @on(events.Click, "#wins")
    def _wins_clicked(self) -> None:
        self.action_findings()

    # Actions

    @property
    def can_back(self) -> bool:
        """Is there a filter, a range or a zoom to end, or a list or a picker to go back to?"""
        inside = (self.current == "map" and self.mapping.inside) or self.maximized is not None
        return inside or self.filtering or self.marked or self._app.can_return or self._app.picked

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

    def action_map(self) -> None:
        """Show the map."""
        if self.report is not None:
            self._app.show_list("map", self.report)

    def action_dockerfile(self) -> None:
        """Show the Dockerfile, at the line of the selected layer."""
        row = self.query_one(LayerList).selected
        if self.report is not None:
            chosen = row is not None and self.subject == "layers"
            line = self.report.layers[row.layer].line if row is not None and chosen else None
            self._app.show_dockerfile(self.report, line)

    def action_back(self) -> None:
        """End the filter, then the range, then the zoom; then back to the list or the picker it came from."""
        if self.current == "map" and self.mapping.go_out():
            return
        if self.filtering:
            self.end_filter()
        elif self.marked:
            self.action_mark()
        elif self.maximized is not None:
            self.minimize()
        elif self._app.can_return:
            self._app.return_to_list()
        elif self._app.picked:
            self._app.back_to_picker()

    def action_stop(self) -> None:
        """Stop reading or writing."""
        if self._job is not None and self._job.running:
            self._job.cancel.cancel()
        self.taking.stop()
        self.refresh_actions()
