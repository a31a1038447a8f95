"""Two images side by side: both bars on one scale, owners, and everything that differs."""

from __future__ import annotations

import json
from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from uvdive.base.errors import CancelledError
from uvdive.base.progress import BytesRead, Note
from uvdive.base.units import delta, size
from uvdive.tui.desk.changes import CHANGES, KINDS, Change, changes
from uvdive.tui.desk.listing import arrange
from uvdive.tui.frame.actions import bindings
from uvdive.tui.frame.jobs import Job, Work
from uvdive.tui.frame.text import keep_end, paragraph, visible
from uvdive.tui.keys.rewrite import COMPARE
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.screens.lists.sifting import Sifting
from uvdive.tui.widgets.building import DeltaList, PairBar, Sides
from uvdive.tui.widgets.keybar import KeyBar
from uvdive.tui.widgets.rows import Rows
from uvdive.tui.widgets.telling import Telling
from uvdive.tui.words.headline import fit
from uvdive.tui.words.selection import field, lines
from uvdive.verify.checks import Comparison

READING = "reading both images"
_CHANGED = {"+": "added", "-": "removed", "~": "changed"}


class CompareScreen(Sifting):
    """What became of an image: compared already, or by a job that this screen starts.

    Args:
        names: what to call both images.
        found: the comparison; None where ``comparer`` makes it.
        comparer: reads both images and compares them, in a job's thread.
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
        self, names: tuple[str, str], found: Comparison | None = None, comparer: Work | None = None
    ) -> None:
        super().__init__()
        self.names = names
        self.found: Comparison | None = None
        self.kind = 0
        self._given = found
        self._comparer = comparer
        self._changes: tuple[Change, ...] = ()
        self._job: Job | None = None
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
        yield Static("uvdive needs a terminal of at least 60 × 16.", id="small")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is known; else paint, then read."""
        self.name_panes()
        self.go_to("items")
        if self._given is not None:
            self._compared(self._given)
        else:
            self._headline()
            self.call_after_refresh(self._begin)

    def pane_title(self, name: str) -> str:
        """What a pane holds."""
        return {"deltas": "Before and after", "items": KINDS[self.kind][0]}.get(name, "Details")

    def resized(self) -> None:
        """As many words in the headline as fit now."""
        self._headline()

    # Reading

    def _begin(self) -> None:
        assert self._comparer is not None
        self._note = READING
        self._job = self._app.jobs.start("compare", self, self._comparer)
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
        self._compared(message.result)

    @on(Job.Failed)
    def _failed(self, message: Job.Failed) -> None:
        if message.job.crash is not None:
            self._app.crash = message.job.crash
        stopped = isinstance(message.error, CancelledError)
        self._note = "stopped; q leaves" if stopped else "the images could not be compared"
        self.listing.say(f"{self._note[0].upper()}{self._note[1:]}.")
        self._headline()
        self.refresh_actions()
        if not stopped:
            failure = Failure(message.error, leave="leaves uvdive", again=True)
            self.app.push_screen(
                failure, lambda again: self._begin() if again else self._app.leave(message.error)
            )

    def _compared(self, found: Comparison) -> None:
        self.found = found
        self._changes = changes(found)
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
        """Show what fits of the kind that is asked for."""
        kind = KINDS[self.kind][1]
        page = arrange(
            CHANGES,
            [item for item in self._changes if kind in (None, item.kind)],
            self.needle,
            self.order,
        )
        self.listing.show(page, filtered=bool(self.needle))
        title = [f"2 {KINDS[self.kind][0]}", f"{page.count:,}"]
        if kind in ("package", "OS package", "path"):
            # Over all kinds it would count files twice: as paths and as packages.
            title.append(delta(page.bytes))
        title.append(f"by {self.order_name}")
        self.pane("items").border_title = cast("str", Content(" · ".join(title)))
        self.pane_changed()
        self._describe()
        self.refresh_actions()

    @on(Rows.Highlighted, "#rows")
    def _describe(self) -> None:
        item: Change | None = self.selected
        self.query_one("#about", Static).update(Content("") if item is None else _words(item))
        self.query_one("#details").scroll_home(animate=False)

    @on(Rows.Chosen, "#rows")
    def _chosen(self) -> None:
        self.go_to("details")

    # Actions

    def action_kind(self) -> None:
        """List the next kind of changes."""
        self.kind = (self.kind + 1) % len(KINDS)
        self.go_to("items")
        self.sift()

    @property
    def can_back(self) -> bool:
        """Is there a filter or a zoom to end, or a screen to go back to?"""
        return super().can_back or self._given is not None

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
        """Copy the name of what differs, or the verdict."""
        if self.selected is not None:
            self._app.copy(visible(self.selected.name))
        elif self.found is not None:
            self._app.copy(self.found.verdict)


def _words(item: Change) -> Content:
    """Both sides of a change in full."""
    parts = [
        paragraph(item.name, "bold"),
        field("kind", f"{item.kind}, {_CHANGED[item.sign]}"),
    ]
    if item.home:
        parts.append(field("of", visible(item.home)))
    parts += [field("before", _side(item, item.before)), field("after", _side(item, item.after))]
    parts += [field("differs", visible(each)) for each in item.how]
    if item.bytes:
        parts.append(field("change", delta(item.bytes)))
    return lines(parts)


def _side(item: Change, value: object) -> Content:
    if value is None:
        return Content.styled("not there", "$foreground 66%")
    if item.kind == "path":
        return Content(size(cast("int", value)))
    return paragraph(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
