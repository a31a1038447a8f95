"""How an image grew over saved reports: a row for each, with its bar by owner; Enter compares two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.content import Content
from textual.widgets import Static

from uvdive.base.units import delta, size
from uvdive.output.words.history import because, cause_words, changed, date, file_name, short_commit, title
from uvdive.tui.desk.listing import Column, Table, arrange
from uvdive.tui.frame.actions import bindings
from uvdive.tui.frame.text import right, visible
from uvdive.tui.frame.theme import glyph
from uvdive.tui.keys.growth import GROWTH
from uvdive.tui.screens.lists.sifting import Sifting
from uvdive.tui.widgets.bars import measured
from uvdive.tui.widgets.lists.listing import Listing, fitted
from uvdive.tui.widgets.lists.rows import Rows
from uvdive.tui.words.headline import fit
from uvdive.verify.several.history import Entry, Series, Step

_MOST = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A report, its place in the history, and the step that led to it."""

    place: int
    entry: Entry
    step: Step | None


def _change(row: Row) -> int:
    return row.step.bytes if row.step is not None else 0


ROWS: Table[Row] = Table(
    (
        Column("date", 16),
        Column("commit", 12, narrow=False),
        Column("size", 9, right=True),
        Column("change", 10, right=True),
        Column("by owner", 0),
    ),
    (
        ("date", lambda row: row.place),
        ("change", lambda row: (-_change(row), row.place)),
        ("size", lambda row: (-row.entry.file_bytes, row.place)),
    ),
    lambda row: (
        date(row.entry),
        short_commit(row.entry),
        size(row.entry.file_bytes),
        "" if row.step is None else delta(row.step.bytes),
        "",
    ),
    lambda row: f"{file_name(row.entry)} {row.entry.commit or ''} {row.entry.reference}",
    lambda row: row.entry.file_bytes,
)


class GrowthRows(Listing):
    """The reports, each with its bytes by owner on one scale behind its words."""

    most = 1

    def row(self, index: int, width: int) -> Content:
        """The words, then the bar in the column for what is left."""
        words = super().row(index, width)
        if index >= len(self.page.rows):
            return words
        left = fitted(self.table, width)[-1][1]
        entry: Entry = self.page.rows[index].entry
        return words[: width - left].append(measured(entry.owners, self.most, left))


class GrowthScreen(Sifting):
    """The history of an image; of several, one at a time."""

    ACTIONS = GROWTH
    BINDINGS = bindings(GROWTH)
    PANES: ClassVar[tuple[str, ...]] = ("items", "details")
    TABLE = ROWS
    EMPTY = "There is no report."
    HELP = (
        "The saved reports of an image, the oldest first; each bar is the image by owner, on one scale.\n"
        "Enter compares a report with the one before it."
    )

    def __init__(self, series: Sequence[Series]) -> None:
        super().__init__()
        self.all_series = tuple(series)
        self.shown = 0

    @property
    def series(self) -> Series:
        """The history that is shown."""
        return self.all_series[self.shown]

    def make_rows(self) -> Listing:
        """The rows with their bars."""
        return GrowthRows(self.TABLE, self.EMPTY, id="rows")

    def on_mount(self) -> None:
        """Show the history; nothing has to be read any more."""
        self.name_panes()
        self.go_to("items")
        self.sift()

    def pane_title(self, name: str) -> str:
        """What a pane holds."""
        return "Reports" if name == "items" else "What made the step"

    def resized(self) -> None:
        """As many words in the headline as fit now."""
        self._headline()

    def sift(self) -> None:
        """Show what fits."""
        series = self.series
        steps = (None, *series.steps)
        rows = [Row(place, *both) for place, both in enumerate(zip(series.entries, steps, strict=True))]
        page = arrange(ROWS, rows, self.needle, self.order)
        listing = self.query_one(GrowthRows)
        listing.most = max((sum(entry.owners.values()) for entry in series.entries), default=1)
        listing.show(page, filtered=bool(self.needle))
        self.entitle("items", f"{page.count:,}", f"by {self.order_name}")
        self._headline()
        self._describe()

    def _headline(self) -> None:
        name, _, told = title(self.series).partition(": ")
        words = [Content(told)]
        if (place := self.series.largest) is not None and self.series.steps[place - 1].causes:
            cause = cause_words(self.series.steps[place - 1].causes[0])
            words.append(Content.styled(f"largest step: {cause}", "$text-warning"))
        if len(self.all_series) > 1:
            words.append(Content(f"image {self.shown + 1} of {len(self.all_series)}: v shows the next"))
        head = fit(Content.styled(name, "bold $text-accent"), words, self.app.size.width)
        self.query_one("#headline", Static).update(head)

    @on(Rows.Highlighted)
    def _describe(self) -> None:
        row: Row | None = self.selected
        self.query_one("#about", Static).update(Content("") if row is None else _told(row))
        self.query_one("#details").scroll_home(animate=False)
        self.refresh_actions()

    # Actions

    @property
    def compare_problem(self) -> str:
        """Why the selected report can't be compared with the one before."""
        row: Row | None = self.selected
        if row is None:
            return "There is no report."
        return "" if row.place else "This is the first report: nothing comes before it."

    @on(Rows.Chosen)
    def _chosen(self) -> None:
        if self.compare_problem:
            self.go_to("details")
        else:
            self.action_compare()

    def action_compare(self) -> None:
        """Compare the selected report with the one before it."""
        row: Row | None = self.selected
        if row is not None and row.place:
            before = self.series.entries[row.place - 1]
            self._app.compare_targets(f"report:{before.file}", f"report:{row.entry.file}")

    def action_open(self) -> None:
        """Explore the selected report."""
        if self.selected is not None:
            self._app.open_target(f"report:{self.selected.entry.file}")

    def action_image(self) -> None:
        """Show the next image's history."""
        self.shown = (self.shown + 1) % len(self.all_series)
        self.sift()

    def action_copy(self) -> None:
        """Copy the commit, or the file's name where none is known."""
        if self.selected is not None:
            self._app.copy(visible(self.selected.entry.commit or self.selected.entry.file))


def _told(row: Row) -> Content:
    """A report and its step: who grew, and which packages."""
    entry = row.entry
    facts = [visible(entry.reference), date(entry)]
    if entry.commit is not None:
        by = "file's name" if entry.commit_by == "file" else entry.commit_by
        facts.append(f"commit {visible(entry.commit)}, as the {by} says")
    if entry.compressed_bytes is not None:
        facts.append(f"{size(entry.compressed_bytes)} to pull")
    lines = [Content.styled(file_name(entry), "bold"), *map(Content, facts), Content("")]
    if row.step is None:
        return Content("\n").join([*lines, Content("The first report.")])
    lines.append(Content.styled(f"{delta(row.step.bytes)} since the report before", "bold"))
    for each in row.step.owners:
        if each.before != each.after:
            grown = right(delta(each.after - each.before), 10)
            lines.append(Content.assemble(f"{grown}  ", glyph(each.owner), f" {each.owner}"))
    packages = [each for each in row.step.causes if each.kind != "owner"]
    if packages:
        lines += [Content(""), Content.styled("Packages", "bold")]
    for cause in packages[:_MOST]:
        why = f", {because(cause)}" if because(cause) else ""
        lines.append(Content(f"{right(delta(cause.bytes), 10)}  {changed(cause)}{why}"))
    if len(packages) > _MOST:
        lines.append(Content(f"and {len(packages) - _MOST} more"))
    return Content("\n").join(lines)
