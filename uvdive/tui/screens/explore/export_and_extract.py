"""What the explorer writes to the disk and to the clipboard, and the file that it opens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from textual.content import Content
from textual.widgets import Static

from uvdive.base.errors import CancelledError
from uvdive.base.progress import BytesRead, CancelToken, OnEvent
from uvdive.base.units import size
from uvdive.image.table import Kind
from uvdive.session.exporting import SUFFIXES, ExportKind, write_new
from uvdive.session.extracting import Extracted
from uvdive.tui.desk.file_contents import Opening, export_report, extract_node, opening
from uvdive.tui.desk.outline import Line
from uvdive.tui.desk.path_facts import path_of
from uvdive.tui.frame.jobs import Job
from uvdive.tui.frame.newest import Newest
from uvdive.tui.frame.text import visible
from uvdive.tui.screens.dialogs.asking import AskForm, AskTarget
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.screens.explore.browser import Browser
from uvdive.tui.widgets.files import FileTree

NO_CONTENTS = "A saved report holds no contents of files."


class Takeout(Browser):
    """A browser whose files can be opened and extracted."""

    def __init__(self) -> None:
        super().__init__()
        self._taking: Job | None = None
        self._opening = Newest("open", self, self._opened, self._not_told)
        self._copying = Newest(
            "path", self, lambda path: self._app.copy(path.decode("utf-8", "replace")), self._not_told
        )

    def takes(self, message: Job.Done | Job.Failed) -> bool:
        """Take the answer to a question; False for the message of another job."""
        return super().takes(message) or self._opening.take(message) or self._copying.take(message)

    @property
    def _line(self) -> Line | None:
        line = self.query_one(FileTree).line
        return None if line is None or line.more else line

    @property
    def taking(self) -> bool:
        """Is something being written?"""
        return self._taking is not None and self._taking.running

    @property
    def open_problem(self) -> str:
        """Why the selection cannot be opened."""
        line = self._line
        if line is None:
            return "No file is selected."
        return "" if line.kind == Kind.FILE else "Only files can be opened."

    @property
    def extract_problem(self) -> str:
        """Why the selection cannot be written to the disk."""
        if self._line is None:
            return "No file is selected."
        if self._app.desk is None or not self._app.desk.contents:
            return NO_CONTENTS
        return "Something is being written; x stops it." if self.taking else ""

    @property
    def export_problem(self) -> str:
        """Why no report can be written."""
        return "Something is being written; x stops it." if self.taking else ""

    def action_open(self) -> None:
        """Show the file's content."""
        line, span = self._line, self._wanted
        if line is not None and span is not None and not self.open_problem:
            self._opening.ask(opening, span, line.node)

    def copy_path(self, node: int) -> None:
        """Copy a path."""
        self._copying.ask(path_of, node)

    def action_extract(self) -> None:
        """Ask where to, then write the file or folder."""
        line, span, desk = self._line, self._wanted, self._app.desk
        if line is None or span is None or desk is None or self.extract_problem:
            return
        name = visible(line.name) if line.node else "rootfs"
        usable = name.replace("/", "_").replace("\\", "_").lstrip(".") or "extracted"
        whole = f"{name}, {size(line.weight)}," if line.weight else name

        def answered(target: Path | None) -> None:
            if target is None:
                return
            self._take(
                "extract",
                lambda on_event, cancel: desk.run(
                    extract_node, span, line.node, target, on_event=on_event, cancel=cancel
                ),
            )

        self.app.push_screen(AskTarget(f"Write {whole} to", usable), answered)

    def action_export(self) -> None:
        """Ask as what and where to, then write the report."""
        self.app.push_screen(AskForm(), self._export_as)

    def _export_as(self, form: str | None) -> None:
        report, desk = self.report, self._app.desk
        if report is None or form is None or desk is None:
            return
        suffixes: dict[str, str] = {**SUFFIXES, "svg": ".svg"}
        safe = "".join(c if c.isalnum() or c in "._-" else "-" for c in self._app.shown_name(report))

        def answered(path: Path | None) -> None:
            if path is None:
                return
            if form == "svg":
                # Drawn here: only this thread may look at widgets.
                picture = self.app.export_screenshot(title="uvdive").encode()
                self._take("export", lambda _event, _cancel: write_new(path, picture))
                return
            kind = cast("ExportKind", form)
            self._take(
                "export",
                lambda on_event, cancel: desk.run(
                    export_report, kind, path, on_event=on_event, cancel=cancel
                ),
            )

        self.app.push_screen(AskTarget("Export to", safe.strip(".-") + suffixes[form]), answered)

    def _take(self, name: str, work: Callable[[OnEvent, CancelToken], Any]) -> None:
        self._taking = self._app.jobs.start(name, self, work)
        self._say_taken("preparing")
        self.refresh_actions()

    def took(self, event: object) -> None:
        """Show how far the writing is."""
        if isinstance(event, BytesRead):
            of = f" of {size(event.total)}" if event.total is not None else ""
            self._say_taken(f"{size(event.done)}{of}")

    def _say_taken(self, words: str) -> None:
        self.tell([Content.styled("Writing:", "bold"), Content(words), Content("x stops")])

    def taken_out(self, job: Job, result: Any) -> None:
        """Tell what was written."""
        self._ended()
        if job.name == "extract":
            self._extracted(result)
        else:
            self.notify(visible(str(result)), title="Exported", markup=False, timeout=6)

    def _not_taken_out(self, message: Job.Failed) -> None:
        self._ended()
        if isinstance(message.error, CancelledError):
            self.notify("Stopped; nothing was written.", timeout=4)
        else:
            self.app.push_screen(Failure(message.error))

    def _ended(self) -> None:
        self._taking = None
        self.tell_wins()
        self.refresh_actions()

    def _opened(self, found: Opening) -> None:
        from uvdive.tui.screens.viewer import ViewerScreen

        if self.report is not None and self.app.screen is self:
            self.app.push_screen(ViewerScreen(self.report, found))

    def _extracted(self, done: Extracted) -> None:
        words = [f"{done.files:,} files, {size(done.bytes)} in {visible(str(done.path))}"]
        if done.missing:
            words.append(f"{done.missing:,} files are missing: the source does not hold their contents.")
        if done.left_out:
            words.append(f"{done.left_out:,} devices or odd names were left out.")
        whole = not done.missing and not done.left_out
        self.notify(
            "\n".join(words),
            title="Extracted",
            severity="information" if whole else "warning",
            markup=False,
            timeout=8,
        )

    def tell(self, words: list[Content]) -> None:
        """Say how something goes that is out of sight, in place of what could be won."""
        self.query_one("#wins", Static).update(Content("  ").join(words), layout=False)

    def tell_wins(self) -> None:
        """Say again what could be won."""
