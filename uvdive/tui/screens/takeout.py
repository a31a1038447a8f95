"""What the explorer writes to the disk, and the file that it opens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from uvdive.base.units import size
from uvdive.image.table import NONE, Kind
from uvdive.session.extracting import Extracted
from uvdive.tui.screens.asking import AskForm, AskTarget
from uvdive.tui.screens.browser import Browser
from uvdive.tui.text import visible
from uvdive.tui.widgets.files import FileTree

if TYPE_CHECKING:
    from uvdive.session.exporting import ExportKind

NO_CONTENTS = "A saved report holds no contents of files."


class Takeout(Browser):
    """A browser whose files can be opened and extracted."""

    store: Any = None
    """Reads contents; None before the image is read, and of a saved report."""

    @property
    def _node(self) -> int | None:
        return self.query_one(FileTree).selected

    @property
    def open_problem(self) -> str:
        """Why the selection cannot be opened."""
        tree = self.query_one(FileTree)
        node = tree.selected
        if node is None or tree.outline is None:
            return "No file is selected."
        entry = tree.outline.view.entry[node]
        if entry == NONE or tree.outline.view.table.entry_kind[entry] != Kind.FILE:
            return "Only files can be opened."
        return ""

    @property
    def extract_problem(self) -> str:
        """Why the selection cannot be written to the disk."""
        if self._node is None:
            return "No file is selected."
        return "" if self.store is not None else NO_CONTENTS

    def action_open(self) -> None:
        """Show the file's content."""
        from uvdive.tui.screens.viewer import ViewerScreen

        outline, node = self.query_one(FileTree).outline, self._node
        if self.report is not None and outline is not None and node is not None and not self.open_problem:
            self.app.push_screen(ViewerScreen(self.report, self.store, node, outline.view.entry[node]))

    def action_extract(self) -> None:
        """Ask where to, then write the file or folder."""
        outline, node = self.query_one(FileTree).outline, self._node
        if self.report is None or outline is None or node is None:
            return
        view, store = outline.view, self.store
        path = visible(self.report.files.path(node))
        name = visible(self.report.files.names[node]) if node else "rootfs"
        usable = name.replace("/", "_").replace("\\", "_").lstrip(".") or "extracted"

        def answered(target: Path | None) -> None:
            from uvdive.session.extracting import extract

            if target is not None:
                self._app.jobs.start(
                    "extract",
                    self,
                    lambda on_event, cancel: extract(
                        view, store, node, target, on_event=on_event, cancel=cancel
                    ),
                )

        self.app.push_screen(AskTarget(f"Write {path} to", usable), answered)

    def action_export(self) -> None:
        """Ask as what and where to, then write the report."""
        self.app.push_screen(AskForm(), self._export_as)

    def _export_as(self, form: str | None) -> None:
        from uvdive.session.exporting import SUFFIXES, export, write_new

        report = self.report
        if report is None or form is None:
            return
        suffixes: dict[str, str] = {**SUFFIXES, "svg": ".svg"}
        safe = "".join(c if c.isalnum() or c in "._-" else "-" for c in self._app.shown_name(report))

        def answered(path: Path | None) -> None:
            if path is None:
                return
            if form == "svg":
                # Drawn here: only this thread may look at widgets.
                picture = self.app.export_screenshot(title="uvdive").encode()
                self._app.jobs.start("export", self, lambda _event, _cancel: write_new(path, picture))
                return
            kind = cast("ExportKind", form)
            self._app.jobs.start("export", self, lambda _event, _cancel: export(report, kind, path))

        self.app.push_screen(AskTarget("Export to", safe.strip(".-") + suffixes[form]), answered)

    def _exported(self, path: Path) -> None:
        self.notify(visible(str(path)), title="Exported", markup=False, timeout=6)

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
