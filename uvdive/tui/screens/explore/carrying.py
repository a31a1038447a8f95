"""What the explorer opens, copies and writes to the disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from textual import on
from textual.content import Content
from textual.widgets import Static

from uvdive.base.errors import CancelledError, UvdiveError
from uvdive.base.units import size
from uvdive.image.table import Kind
from uvdive.tui.desk.file_contents import Opening, opening
from uvdive.tui.desk.path_facts import path_of
from uvdive.tui.frame.jobs import Job, Work
from uvdive.tui.frame.newest import Newest
from uvdive.tui.frame.text import visible
from uvdive.tui.screens.dialogs.asking import AskForm, AskTarget
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.screens.explore.browser import Browser
from uvdive.tui.screens.explore.taking import Taking, file_name, missing, report_name
from uvdive.tui.widgets.bars import OwnerList
from uvdive.tui.widgets.lists.files import FileTree
from uvdive.tui.widgets.lists.layers import LayerList
from uvdive.tui.widgets.lists.rows import Rows
from uvdive.tui.words import headline
from uvdive.tui.words.selection import files

if TYPE_CHECKING:
    from uvdive.session.disk.exporting import ExportKind
    from uvdive.session.disk.extracting import Extracted


class Carrying(Browser):
    """The panes of an image, and what can be taken out of it."""

    def __init__(self) -> None:
        super().__init__()
        self.taking = Taking(self._start)
        self._opening = Newest("open", self, self._opened, self.not_answered)
        self._copying = Newest(
            "path", self, lambda path: self._app.copy(path.decode("utf-8", "replace")), self.not_answered
        )

    def _start(self, name: str, work: Work) -> Job:
        return self._app.jobs.start(name, self, work)

    def takes(self, message: Job.Done | Job.Failed) -> bool:
        """Take the answer to a question; False for the message of another job."""
        return super().takes(message) or self._opening.take(message) or self._copying.take(message)

    @property
    def open_problem(self) -> str:
        """Why the selection cannot be opened."""
        line = self.line
        if line is None:
            return "No file is selected."
        return "" if line.kind == Kind.FILE else "Only files can be opened."

    @property
    def extract_problem(self) -> str:
        """Why the selection cannot be written to the disk."""
        return "No file is selected." if self.line is None else self.taking.extract_problem(self._app.desk)

    @on(Rows.Chosen, "#tree")
    def _chosen(self) -> None:
        if self.open_problem:
            self.go_to("details")
        else:
            self.action_open()

    def action_open(self) -> None:
        """Show the file's content."""
        line, span = self.line, self.browsing.span
        if line is not None and span is not None and not self.open_problem:
            self._opening.ask(opening, span, line.node)

    def _opened(self, found: Opening) -> None:
        from uvdive.tui.screens.viewer import ViewerScreen

        if self.report is not None and self.app.screen is self:
            self.app.push_screen(ViewerScreen(self.report, found))

    def action_extract(self) -> None:
        """Ask where to, then write the file or folder."""
        line, span, desk = self.line, self.browsing.span, self._app.desk
        if line is None or span is None or desk is None or self.extract_problem:
            return
        name = visible(line.name) if line.node else "rootfs"
        whole = f"{name}, {size(line.weight)}," if line.weight else name

        def answered(target: Path | None) -> None:
            if target is not None:
                self.taking.extract(desk, span, line.node, target)
                self._taking_began()

        self.app.push_screen(AskTarget(f"Write {whole} to", file_name(name)), answered)

    def action_export(self) -> None:
        """Ask as what and where to, then write the report."""
        self.app.push_screen(AskForm(), self._export_as)

    def _export_as(self, form: str | None) -> None:
        report, desk = self.report, self._app.desk
        if report is None or form is None or desk is None:
            return

        def answered(path: Path | None) -> None:
            if path is None:
                return
            if form == "svg":
                # Drawn here: only this thread may look at widgets.
                self.taking.picture(self.app.export_screenshot(title="uvdive"), report, path)
            else:
                self.taking.export(desk, cast("ExportKind", form), path, self._app.known_rewrite)
            self._taking_began()

        name = report_name(self._app.shown_name(report), form)
        self.app.push_screen(AskTarget("Export to", name), answered)

    def _taking_began(self) -> None:
        self._tell_taking("preparing")
        self.refresh_actions()

    def _tell_taking(self, words: str) -> None:
        self.tell([Content.styled("Writing:", "bold"), Content(words), Content("x stops")])

    def _taken(self, job: Job, result: Any) -> None:
        """Tell what was written."""
        self._taking_ended()
        if job.name != "extract":
            self.notify(visible(str(result)), title="Exported", markup=False, timeout=6)
            return
        done: Extracted = result
        lacking = missing(done)
        self.notify(
            "\n".join([f"{files(done.files)}, {size(done.bytes)} in {visible(str(done.path))}", *lacking]),
            title="Extracted",
            severity="warning" if lacking else "information",
            markup=False,
            timeout=8,
        )

    def _not_taken(self, error: UvdiveError) -> None:
        self._taking_ended()
        if isinstance(error, CancelledError):
            self.notify("Stopped; nothing was written.", timeout=4)
        else:
            self.app.push_screen(Failure(error))

    def _taking_ended(self) -> None:
        self.taking.ended()
        self._tell_wins()
        self.refresh_actions()

    def tell(self, words: list[Content]) -> None:
        """Say how something goes that is out of sight, in place of what could be won."""
        self.query_one("#wins", Static).update(Content("  ").join(words), layout=False)

    def action_copy(self) -> None:
        """Copy the selected path, command or owner, or the details as they stand there."""
        report, tree, layers = self.report, self.query_one(FileTree), self.query_one(LayerList)
        if report is None:
            return
        text = ""
        if self.current == "details":
            text = str(self.query_one("#about", Static).content)
        elif self.subject == "files" and tree.selected is not None:
            self._copying.ask(path_of, tree.selected)
        elif self.subject == "layers" and layers.selected is not None:
            layer = report.layers[layers.selected.layer]
            text = layer.instruction or layer.created_by
        elif self.subject == "owners":
            owners = self.query_one(OwnerList)
            text = owners.owners[owners.cursor].owner if owners.owners else ""
        if text:
            self._app.copy(text)

    def _tell_wins(self) -> None:
        """Say what could be saved."""
        if self.report is not None:
            self.query_one("#wins", Static).update(headline.wins(self.report), layout=False)
