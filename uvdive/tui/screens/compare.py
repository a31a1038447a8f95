"""Two images side by side: both bars on one scale, owners, and everything that differs."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from uvdive.base.errors import CancelledError, UvdiveError
from uvdive.base.progress import BytesRead, CancelToken, Note, OnEvent
from uvdive.base.units import delta, size
from uvdive.tui.desk.changes import CHANGES, FOLDERS, KINDS, Change, changes
from uvdive.tui.desk.file_contents import MOST_COMPARED
from uvdive.tui.desk.sifted import Asked, Sifted, sifted
from uvdive.tui.frame.actions import bindings
from uvdive.tui.frame.jobs import Job, Work
from uvdive.tui.frame.text import keep_end, visible
from uvdive.tui.keys.rewrite import COMPARE
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.screens.difference import DifferenceScreen
from uvdive.tui.screens.lists.sifting import Sifting
from uvdive.tui.services import Pair
from uvdive.tui.widgets.building import DeltaList, PairBar, Sides
from uvdive.tui.widgets.keybar import KeyBar
from uvdive.tui.widgets.lists.change_tree import ChangeTree
from uvdive.tui.widgets.lists.rows import Rows
from uvdive.tui.widgets.telling import Telling
from uvdive.tui.words.differs import describe_change, describe_folder
from uvdive.tui.words.headline import fit
from uvdive.verify.checks import Comparison

READING = "reading both images"


class CompareScreen(Sifting):
    """What became of an image: compared already, or by a job that this screen starts.

    Args:
        names: what to call both images.
        found: the comparison; None where ``comparer`` makes it.
        comparer: reads both images and compares them, in a job's thread.
        pair: both images, where their contents can be read; closed with the screen.
    """

    ACTIONS = COMPARE
    BINDINGS = bindings(COMPARE)
    PANES: ClassVar[tuple[str, ...]] = ("deltas", "items", "details")
    TABLE = CHANGES
    EMPTY = "The images are being compared."
    HELP = (
        "Both images on one scale, each owner before and after, and all that differs.\n"
        "+ is only in the second image, - only in the first, ~ in both but not the same."
    )

    def __init__(
        self,
        names: tuple[str, str],
        found: Comparison | None = None,
        comparer: Work | None = None,
        pair: Pair | None = None,
    ) -> None:
        super().__init__()
        self.names = names
        self.found: Comparison | None = None
        self.kind = 0
        self._given = found
        self._compare = (lambda _event, _cancel: found) if found is not None else comparer
        if pair is not None:
            self._compare = pair.compare
        self._pair = pair
        self._changes: tuple[Change, ...] = ()
        self._job: Job | None = None
        self._sifting: Job | None = None
        self._note = READING

    def compose(self) -> ComposeResult:
        """The bars above; owners and details beside the list."""
        yield Static(id="headline")
        yield PairBar(id="pair")
        yield Static(id="tabs")
        with Horizontal(id="panes"):
            with Vertical(id="sums", classes="column"):
                yield DeltaList(id="deltas")
                with Telling(id="details"):
                    yield Static(id="about")
            with Vertical(id="listing", classes="column"), Vertical(id="items"):
                yield from self.compose_table()
                yield ChangeTree(id="folders")
        yield Static("uvdive needs a terminal of at least 60 × 16.", id="small")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is known; else paint, then read."""
        self.name_panes()
        self.go_to("items")
        self._headline()
        self.call_after_refresh(self._begin)

    def on_unmount(self) -> None:
        """Let go of both images, and of the work on them."""
        if self._job is not None:
            self._job.cancel.cancel()
        if self._pair is not None:
            self._pair.close()

    @property
    def by_folder(self) -> bool:
        """Are the paths shown as a tree?"""
        return KINDS[self.kind][1] == FOLDERS

    def focus_target(self, pane: str) -> Widget:
        """The rows or the tree take the keys of their pane."""
        tree = pane == "items" and self.by_folder
        return self.query_one(ChangeTree) if tree else super().focus_target(pane)

    @property
    def selected(self) -> Change | None:
        """The change under the cursor; None on a folder that is the same itself."""
        if self.by_folder:
            return self.query_one(ChangeTree).selected
        found: Change | None = self.listing.selected
        return found

    def pane_title(self, name: str) -> str:
        """What a pane holds."""
        return {"deltas": "Before and after", "items": KINDS[self.kind][0]}.get(name, "Details")

    def resized(self) -> None:
        """As many words in the headline as fit now."""
        self._headline()

    # Reading

    def _begin(self) -> None:
        compare = self._compare
        assert compare is not None

        def work(on_event: OnEvent, cancel: CancelToken) -> tuple[Comparison, tuple[Change, ...]]:
            # What moved takes seconds to tell among many thousand paths: not in the app's own thread.
            found: Comparison = compare(on_event, cancel)
            on_event(Note("Sorting what differs"))
            return found, changes(found)

        self._note = READING if self._given is None else "sorting what differs"
        self._job = self._app.jobs.start("compare", self, work)
        self.listing.say(self.EMPTY)
        self._headline()
        self.refresh_actions()

    @property
    def reading(self) -> bool:
        """Are the images being read?"""
        return self._job is not None and self._job.running and self.found is None

    @on(Job.Progress)
    def _progressed(self, message: Job.Progress) -> None:
        for event in message.job.take():
            if isinstance(event, Note):
                self._note = event.text
            elif isinstance(event, BytesRead):
                of = f" of {size(event.total)}" if event.total else ""
                self._note = f"{size(event.done)}{of} read"
        self._headline()

    @on(Job.Done)
    def _done(self, message: Job.Done) -> None:
        if message.job is self._job:
            self._compared(*message.result)
        elif message.job is self._sifting:
            self._sifted(message.result)

    @on(Job.Failed)
    def _failed(self, message: Job.Failed) -> None:
        if message.job.crash is not None:
            self._app.crash = message.job.crash
        if message.job is not self._job:
            self.app.push_screen(Failure(message.error))
            return
        stopped = isinstance(message.error, CancelledError)
        self._note = "stopped; q leaves" if stopped else "the images could not be compared"
        self.listing.say(f"{self._note[0].upper()}{self._note[1:]}.")
        self._headline()
        self.refresh_actions()
        if not stopped:
            leave = "goes back" if self._app.picked else "leaves uvdive"
            failure = Failure(message.error, leave=leave, again=True)
            self.app.push_screen(failure, lambda again: self._after_failure(message.error, again=again))

    def _after_failure(self, error: UvdiveError, *, again: bool | None) -> None:
        """Compare once more; or back to the picker, or out."""
        if again:
            self._begin()
        elif self._app.picked:
            self.app.pop_screen()
        else:
            self._app.leave(error)

    def _compared(self, found: Comparison, rows: tuple[Change, ...]) -> None:
        self.found, self._changes = found, rows
        sides = Sides(
            {owner.owner: owner.before for owner in found.owners},
            {owner.owner: owner.after for owner in found.owners},
            measured=True,
        )
        self.query_one(PairBar).show(sides)
        self.query_one(DeltaList).show(sides)
        self.listing.say("Nothing differs.")
        self._headline()
        self.sift()

    def _headline(self) -> None:
        width = self.app.size.width
        before, after = (keep_end(visible(name), width // 4) for name in self.names)
        name = Content.styled(f"{before} → {after}", "bold $text-accent")
        words = [Content.styled(visible(self.found.verdict), "bold")] if self.found else [Content(self._note)]
        if self.reading:
            words.append(Content("x stops"))
        self.query_one("#headline", Static).update(fit(name, words, width))

    # The list

    def sift(self) -> None:
        """Show what fits of the kind that is asked for, once it is known."""
        asked, rows = Asked(self.kind, self.needle, self.order), self._changes
        self.query_one("#items").set_class(asked.by_folder, "-folders")
        self._sifting = self._app.jobs.start("sift", self, lambda _event, _cancel: sifted(rows, asked))

    def _sifted(self, found: Sifted) -> None:
        page, asked = found.page, found.asked
        if found.tree is not None:
            self.query_one(ChangeTree).show(found.tree, everything=bool(asked.needle))
        self.listing.show(page, filtered=bool(asked.needle))
        title = [f"{page.count:,}"]
        if asked.of in ("package", "OS package", "path"):
            # Over all kinds it would count files twice: as paths and as packages.
            title.append(delta(page.bytes))
        if not asked.by_folder:
            title.append(f"by {self.order_name}")
        self.entitle("items", *title)
        self.pane_changed()
        self._describe()
        self.refresh_actions()

    @on(Rows.Highlighted, "#rows")
    @on(Rows.Highlighted, "#folders")
    def _describe(self) -> None:
        item, folder = self.selected, self.query_one(ChangeTree).folder if self.by_folder else None
        about = Content("") if item is None else describe_change(item)
        if folder is not None and folder.below:
            about = Content("\n\n").join([part for part in (describe_folder(folder), about) if part])
        self.query_one("#about", Static).update(about)
        self.query_one("#details").scroll_home(animate=False)
        self.refresh_actions()

    @on(Rows.Chosen, "#rows")
    @on(Rows.Chosen, "#folders")
    def _chosen(self) -> None:
        if self.open_problem:
            self.go_to("details")
        else:
            self.action_open()

    @property
    def open_problem(self) -> str:
        """Why what is selected can't be opened."""
        if self._pair is None:
            return "The contents are not at hand: uvdive compare A B has them."
        item = self.selected
        return "" if item is not None and item.kind == "path" else "Only files can be opened."

    def action_open(self) -> None:
        """Show what changed in the file."""
        item, pair = self.selected, self._pair
        if item is None or pair is None or self.open_problem or not isinstance(item.name, bytes):
            return
        path, old = item.name, item.moved if isinstance(item.moved, bytes) else None
        self.app.push_screen(
            DifferenceScreen(
                path, lambda on_event, cancel: pair.read(path, MOST_COMPARED + 1, on_event, cancel, old)
            )
        )

    # Actions

    def action_kind(self) -> None:
        """List the next kind of changes."""
        self.kind = (self.kind + 1) % len(KINDS)
        self.go_to("items")
        self.sift()

    @property
    def can_back(self) -> bool:
        """Is there a filter or a zoom to end, or a screen to go back to?"""
        return super().can_back or self._given is not None or self._app.picked

    def action_back(self) -> None:
        """End the filter, then the zoom; then back to where it came from, if it came from anywhere."""
        if self.can_back:
            super().action_back()

    def action_stop(self) -> None:
        """Stop reading."""
        if self._job is not None:
            self._job.cancel.cancel()
            self.refresh_actions()

    def action_copy(self) -> None:
        """Copy the name of what differs, the folder, or the verdict."""
        folder = self.query_one(ChangeTree).folder if self.by_folder else None
        if self.selected is not None:
            self._app.copy(visible(self.selected.name))
        elif folder is not None:
            self._app.copy(visible(folder.path))
        elif self.found is not None:
            self._app.copy(self.found.verdict)
