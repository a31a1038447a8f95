"""The first screen: how big the image is, what is in it, what can be won."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Footer, Input, Static

from uvdive.base.errors import CancelledError, UvdiveError
from uvdive.base.progress import BytesRead, Note
from uvdive.build.events import BuildStep
from uvdive.image.events import ImageFound, LayerRead
from uvdive.ledger.report import ImageReport
from uvdive.ledger.tree import Mode, TreeView, build_view, match
from uvdive.tui import headline
from uvdive.tui.actions import EXPLORE, ActionScreen, bindings
from uvdive.tui.describe import describe_base, describe_layer, describe_node, describe_owner
from uvdive.tui.jobs import Job
from uvdive.tui.panes import WIDE, Panes
from uvdive.tui.screens.dialogs import Failure, Help
from uvdive.tui.text import visible
from uvdive.tui.widgets.bars import OwnerBar, OwnerList
from uvdive.tui.widgets.files import FileTree
from uvdive.tui.widgets.layers import LayerList
from uvdive.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from uvdive.tui.app import UvdiveApp

IN_A_THREAD = 50_000
"""From so many entries on a view is computed beside the screen, so that keys don't lag."""


class ExploreScreen(ActionScreen, Panes):
    """Owners, layers, files and details of one image."""

    ACTIONS = EXPLORE
    BINDINGS = bindings(EXPLORE)
    PANES: ClassVar[tuple[str, ...]] = ("owners", "layers", "files", "details")
    HELP = "Where the image's bytes come from: by owner, by layer, by file."

    def __init__(self) -> None:
        super().__init__()
        self.report: ImageReport | None = None
        self.error: UvdiveError | None = None
        self.progress = headline.Progress()
        self._job: Job | None = None
        self._views: dict[tuple[int, Mode], TreeView] = {}
        self._wanted: tuple[int, Mode] | None = None
        self._mode: Mode = "upto"

    @property
    def _app(self) -> UvdiveApp:
        return cast("UvdiveApp", self.app)

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
                with VerticalScroll(id="details"):
                    yield Static(id="about")
            with Vertical(id="right", classes="column"), Vertical(id="files"):
                yield Input(placeholder="part of a path", id="needle", compact=True)
                yield FileTree(id="tree")
        yield Static(
            "uvdive needs a terminal of at least 60 × 16.\nMake it larger, or use --report.", id="small"
        )
        yield Footer(show_command_palette=False)

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
        self._job = self._app.jobs.start("read", self, self._app.load)
        self.refresh_actions()

    @property
    def reading(self) -> bool:
        """Is the image being read?"""
        return self._job is not None and self._job.running and self.report is None

    @on(Job.Progress)
    def _progressed(self, message: Job.Progress) -> None:
        for event in message.job.take():
            self._take(event)
        self._show_headline()

    def _take(self, event: object) -> None:
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
            self.progress.layers_read += 1
            self.query_one(LayerList).arrived(event)

    @on(Job.Done)
    def _done(self, message: Job.Done) -> None:
        if message.job is self._job:
            self._loaded(message.result)
        elif message.job.name == "filter":
            self._filtered(*message.result)
        else:
            self._viewed(*message.result)

    def _loaded(self, loaded: Any) -> None:
        self.report = report = cast("ImageReport", loaded.report)
        self.query_one(OwnerBar).show({owner.owner: owner.bytes for owner in report.owners})
        self.query_one(OwnerList).show(report.owners)
        self.query_one("#wins", Static).update(headline.wins(report))
        self.query_one(LayerList).show(report)
        if not report.layers:
            self.query_one(FileTree).wait("The image has no layers.")
        self._show_headline()
        self.refresh_actions()
        for warning in report.warnings[:3]:
            self.notify(visible(warning), severity="warning", markup=False, timeout=8)

    @on(Job.Failed)
    def _failed(self, message: Job.Failed) -> None:
        if message.job.crash is not None:
            self._app.crash = message.job.crash
        if message.job is not self._job:
            self.app.push_screen(Failure(message.error))
            return
        self.error = message.error
        self._show_headline()
        self.refresh_actions()
        if isinstance(message.error, CancelledError):
            self.query_one(FileTree).wait("Reading was stopped. q leaves.")
            return
        self.query_one(FileTree).wait("The image could not be read.")
        self.app.push_screen(Failure(message.error, fatal=True), lambda _: self._app.leave(message.error))

    def _show_headline(self) -> None:
        width = self.app.size.width
        if self.report is not None:
            line = headline.of_report(self.report, width)
        else:
            line = headline.of_progress(self.progress, self.error, width)
        self.query_one("#headline", Static).update(line)

    def tell(self, words: list[Content]) -> None:
        """Say how something goes that is out of sight, in place of what could be won."""
        self.query_one("#wins", Static).update(Content("  ").join(words))

    def resized(self) -> None:
        """As many words in the headline as fit now."""
        self._show_headline()

    # What is shown

    @on(Rows.Highlighted, "#layers")
    def _layer_highlighted(self) -> None:
        row = self.query_one(LayerList).selected
        if self.report is None or row is None:
            return
        if self.current == "layers":
            self._describe()
        self._want((row.layer, "upto" if row.fold else self._mode))

    @on(Rows.Highlighted, "#owners")
    @on(Rows.Highlighted, "#tree")
    def _highlighted(self) -> None:
        self._describe()

    @on(Rows.Chosen, "#layers")
    def _layer_chosen(self) -> None:
        self.go_to("files")

    @on(Rows.Chosen, "#owners")
    @on(Rows.Chosen, "#tree")
    def _chosen(self) -> None:
        self.go_to("details")

    def _want(self, key: tuple[int, Mode]) -> None:
        """Show one view of the files, computed here or in a thread."""
        report = self.report
        if report is None or key == self._wanted:
            return
        self._wanted = key
        if key in self._views:
            self._viewed(key, self._views[key])
        elif report.files.entries < IN_A_THREAD:
            self._viewed(key, build_view(report.files, report.inode_owner, *key))
        else:
            self._app.jobs.start("view", self, lambda _event, _cancel: (key, _prepare(report, key)))

    def _viewed(self, key: tuple[int, Mode], view: TreeView) -> None:
        if len(self._views) > 12:
            self._views.clear()
        self._views[key] = view
        if key == self._wanted:
            self.query_one(FileTree).show(view)
            self._title_files()

    def _title_files(self) -> None:
        tree = self.query_one(FileTree)
        parts = ["3 Files"]
        if self._wanted is not None:
            layer, mode = self._wanted
            last = self.report is not None and layer == len(self.report.layers) - 1
            if mode == "layer":
                parts.append(f"what layer {layer} changed")
            else:
                parts.append("the whole image" if last else f"everything up to layer {layer}")
        if tree.outline is not None:
            parts.append(f"by {tree.outline.sort}")
            if tree.outline.needle:
                parts.append(f"“{visible(tree.outline.needle)}” {tree.outline.matches():,}×")
        self.pane("files").border_title = cast("str", Content(" · ".join(parts)))

    def _describe(self) -> None:
        report = self.report
        if report is None:
            return
        tree, layers = self.query_one(FileTree), self.query_one(LayerList)
        about = Content("")
        if self.subject == "owners" and self.query_one(OwnerList).owners:
            owners = self.query_one(OwnerList)
            about = describe_owner(report, owners.owners[owners.cursor].owner)
        elif self.subject == "files" and tree.outline is not None and tree.selected is not None:
            about = describe_node(report, tree.outline.view, tree.selected)
        elif layers.selected is not None:
            row = layers.selected
            about = describe_base(report, row.fold) if row.fold else describe_layer(report, row.layer)
        self.query_one("#about", Static).update(about)
        self.query_one("#details").scroll_home(animate=False)

    def pane_changed(self) -> None:
        """Another pane has the focus: the details are of its selection."""
        self.query_one("#tabs", Static).update(self.tabs())
        self._describe()

    def focus_target(self, pane: str) -> Widget:
        """The widget that takes a pane's keys."""
        return self.query_one(FileTree) if pane == "files" else self.query_one(f"#{pane}")

    # Actions

    @property
    def can_back(self) -> bool:
        """Is there a filter or a zoom to end?"""
        return (
            self.maximized is not None
            or bool(self.query_one("#needle", Input).value)
            or (self.query_one("#needle").has_focus)
        )

    def action_rewrite(self) -> None:
        """Go to the rewrite."""
        if self.report is not None:
            self._app.show_rewrite(self.report)

    def action_filter(self) -> None:
        """Open the line for the filter."""
        self.go_to("files")
        self.query_one("#files").add_class("-filtering")
        self.pane("files").border_subtitle = "Enter keeps it · Esc ends it · n N go through"
        self.query_one("#needle").focus()

    @on(Input.Changed, "#needle")
    def _needle_changed(self, event: Input.Changed) -> None:
        report, outline, needle = self.report, self.query_one(FileTree).outline, event.value
        if report is None or outline is None:
            return
        if not needle or report.files.entries < IN_A_THREAD:
            self._filtered(outline.view, needle, None)
            return
        view = outline.view
        self._app.jobs.start("filter", self, lambda _event, _cancel: (view, needle, match(view, needle)))

    def _filtered(self, view: TreeView, needle: str, hits: bytearray | None) -> None:
        tree = self.query_one(FileTree)
        late = tree.outline is None or tree.outline.view is not view
        if late or needle != self.query_one("#needle", Input).value:
            return
        tree.filter(needle, hits)
        self._title_files()

    @on(Input.Submitted, "#needle")
    def _needle_submitted(self) -> None:
        self.query_one(FileTree).focus()

    def action_back(self) -> None:
        """End the filter; then the zoom (Textual does that one)."""
        needle = self.query_one("#needle", Input)
        needle.value = ""
        self.query_one("#files").remove_class("-filtering")
        self.pane("files").border_subtitle = ""
        self.query_one(FileTree).focus()

    def action_sort(self) -> None:
        """Take the next order."""
        self.query_one(FileTree).cycle_sort()
        self._title_files()

    def action_view(self) -> None:
        """Switch between a layer and everything up to it."""
        self._mode = "layer" if self._mode == "upto" else "upto"
        row = self.query_one(LayerList).selected
        if row is not None:
            self._want((row.layer, self._mode))

    def action_copy(self) -> None:
        """Copy the selected path, command or owner."""
        report, tree, layers = self.report, self.query_one(FileTree), self.query_one(LayerList)
        if report is None:
            return
        text = ""
        if self.subject == "files" and tree.selected is not None:
            text = report.files.path(tree.selected).decode("utf-8", "replace")
        elif self.subject == "layers" and layers.selected is not None:
            layer = report.layers[layers.selected.layer]
            text = layer.instruction or layer.created_by
        elif self.subject == "owners":
            owners = self.query_one(OwnerList)
            text = owners.owners[owners.cursor].owner if owners.owners else ""
        if text:
            self.app.copy_to_clipboard(text)
            short = visible(text)
            self.notify(
                short if len(short) < 80 else short[:79] + "…", title="Copied", markup=False, timeout=2
            )

    def action_stop(self) -> None:
        """Stop reading."""
        if self._job is not None:
            self._job.cancel.cancel()
            self.refresh_actions()

    def action_help(self) -> None:
        """Show the keys."""
        self.app.push_screen(Help(self))

    async def action_quit(self) -> None:
        """Leave."""
        await self.app.action_quit()


def _prepare(report: ImageReport, key: tuple[int, Mode]) -> TreeView:
    view = build_view(report.files, report.inode_owner, *key)
    # The lookup tables are built on demand: better here than at the first key.
    report.files.children(0)
    report.files.entries_of(0)
    return view
