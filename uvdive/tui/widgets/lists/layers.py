"""The list of layers: size, owners, line and instruction; the base folded into one row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from uvdive.base.units import size
from uvdive.image.events import ImageFound, LayerOutline, LayerRead, LayersPlaced
from uvdive.tui.frame.text import one_line, right, visible
from uvdive.tui.widgets.bars import measured
from uvdive.tui.widgets.lists.rows import Rows

if TYPE_CHECKING:
    from uvdive.ledger.report import ImageReport, LayerReport

BAR, GROWS = 8, 3
ROOM_FOR_BARS = 44
"""Cells: how wide a layer's bar is in the narrowest list that has bars, and how wide that is; of so many
more, the bar gets one."""


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One row: a layer, or the base with its number of layers."""

    layer: int
    fold: int = 0
    open: bool = False


class LayerList(Rows):
    """Layers bottom first, as the Dockerfile reads. Enter on the base unfolds it."""

    EMPTY = "Waiting for the list of layers."

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.report: ImageReport | None = None
        self.rows: list[LayerRow] = []
        self._outlines: tuple[LayerOutline, ...] = ()
        self._placed: LayersPlaced | None = None
        self._read: dict[str, LayerRead] = {}
        self._unfolded = False
        self.marked: int | None = None

    def mark(self, row: int | None) -> None:
        """Begin a range at a row, or end it; the cursor is its other end."""
        self.marked = row
        self.refresh()

    def marked_layers(self) -> tuple[int, int] | None:
        """The first and the last layer between the mark and the cursor; None without a mark."""
        if self.marked is None or not self.rows:
            return None
        ends = (self.rows[min(self.marked, len(self.rows) - 1)], self.rows[self.cursor])
        return min(0 if row.fold else row.layer for row in ends), max(row.layer for row in ends)

    def _edge(self, index: int) -> str:
        """The sign of the range beside a row."""
        if self.marked is None:
            return " "
        low, high = sorted((self.marked, self.cursor))
        if not low <= index <= high:
            return " "
        return "◆" if low == high else {low: "┏", high: "┗"}.get(index, "┃")

    def take(self, event: object) -> None:
        """Show what an event tells of layers that are being read; other events are passed over."""
        if isinstance(event, ImageFound):
            self._outlines, self._placed = event.layers, None
            self._read = {}
            self.rows = [LayerRow(index) for index in range(len(event.layers))]
            self.changed()
        elif isinstance(event, LayersPlaced):
            self._placed = event
            self.refresh()
        elif isinstance(event, LayerRead):
            self._read[event.diff_id] = event
            self.refresh()

    def show(self, report: ImageReport) -> None:
        """Show the read image, with the cursor on the largest layer that is not the base's."""
        self.report = report
        self._arrange()
        own = [place for place, row in enumerate(self.rows) if not report.layers[row.layer].base]
        largest = max(own, key=lambda place: report.layers[self.rows[place].layer].file_bytes, default=0)
        self.changed(largest)

    def _arrange(self) -> None:
        assert self.report is not None
        layers = self.report.layers
        base = sum(1 for layer in layers if layer.base)
        self.rows = []
        if base:
            self.rows.append(LayerRow(base - 1, fold=base, open=self._unfolded))
        for layer in layers:
            if not layer.base or self._unfolded:
                self.rows.append(LayerRow(layer.index))

    @property
    def selected(self) -> LayerRow | None:
        """The row under the cursor; None where there are none."""
        return self.rows[self.cursor] if self.rows else None

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def go_to(self, layer: int) -> None:
        """Put the cursor on a layer; on the base's row where that is folded."""
        for index, row in enumerate(self.rows):
            if (row.layer == layer and not row.fold) or (row.fold and not row.open and layer < row.fold):
                self.cursor = index
                return

    def fold(self, unfold: bool) -> None:  # noqa: FBT001 - a switch is what it is
        """Show the base's own layers, or one row for them."""
        if self.report is None or unfold == self._unfolded:
            return
        marked = self.rows[self.marked] if self.marked is not None else None
        self._unfolded = unfold
        self._arrange()
        if marked is not None:
            self.marked = self._nearest(marked.layer)
        self.changed(0)

    def _nearest(self, layer: int) -> int:
        """The row of a layer, or of the base that it is folded into."""
        places = [i for i, row in enumerate(self.rows) if row.layer == layer]
        return places[-1] if places else 0

    def action_choose(self) -> None:
        """Enter on the base folds it; on a layer it goes to its files."""
        row = self.selected
        if row is not None and row.fold:
            self.fold(not row.open)
        else:
            super().action_choose()

    def action_expand(self) -> None:
        """Unfold the base, or go to the layer's files."""
        row = self.selected
        if row is not None and row.fold and not row.open:
            self.fold(unfold=True)
        elif row is not None and not row.fold:
            super().action_choose()

    def action_collapse(self) -> None:
        """Fold the base from any of its layers."""
        row = self.selected
        if row is not None and self.report is not None and self.report.layers[row.layer].base:
            self.fold(unfold=False)

    def row(self, index: int, width: int) -> Content:
        """Number, size, owners' bar, line, instruction."""
        row = self.rows[index]
        if self.report is None:
            return self._expected(self._outlines[row.layer], row.layer)
        edge = self._edge(index)
        if row.fold:
            return self._base(row, self.report, width, edge)
        return self._layer(self.report.layers[row.layer], self.report, width, edge)

    def _expected(self, outline: LayerOutline, index: int) -> Content:
        read = self._read.get(outline.diff_id)
        known = size(read.file_bytes) if read else "…"
        packed = outline.packed_size if read is None else None
        return Content.assemble(
            f"{index:>3} {right(known, 9)} ",
            "" if packed is None else f"{right(size(packed), 8)} packed  ",
            (self._origin(index), "bold"),
            (one_line(outline.created_by), "" if read else "$foreground 66%"),
        )

    def _origin(self, index: int) -> str:
        """The base or the line that a layer comes from, as far as it is told."""
        placed = self._placed
        if placed is None:
            return ""
        if index < placed.base_layers:
            return f"base {visible(placed.base)}  " if placed.base and not index else "base  "
        line = placed.lines[index] if index < len(placed.lines) else None
        return "" if line is None else f"L{line}  "

    def _base(self, row: LayerRow, report: ImageReport, width: int, edge: str) -> Content:
        owners: Counter[str] = Counter()
        for layer in report.layers[: row.fold]:
            owners.update(layer.owners)
        name = report.image.base.name if report.image.base else None
        layers = "1 layer" if row.fold == 1 else f"{row.fold} layers"
        return Content.assemble(
            f"  {'▼' if row.open else '▶'}",
            (edge, "bold $text-accent"),
            f"{right(size(owners.total()), 9)} ",
            self._bar(owners, report, width),
            ("base ", "bold"),
            visible(name or "image"),
            (f" ({layers})", "$foreground 66%"),
        )

    def _layer(self, layer: LayerReport, report: ImageReport, width: int, edge: str) -> Content:
        line = f"L{layer.line}" if layer.line is not None else ""
        style = "$foreground 66%" if layer.base or not layer.file_bytes else ""
        return Content.assemble(
            (f"{layer.index:>3}", style),
            (edge, "bold $text-accent"),
            (f"{right(size(layer.file_bytes), 9)} ", style),
            self._bar(layer.owners, report, width),
            (f"{line:<4}" if line else "", "$text-accent"),
            (one_line(layer.instruction or layer.created_by), style),
        )

    def _bar(self, owners: Mapping[str, int], report: ImageReport, width: int) -> Content:
        """The owners' bytes on one scale for all rows; nothing where there is no room for it."""
        if width < ROOM_FOR_BARS:
            return Content("")
        base = sum(layer.file_bytes for layer in report.layers if layer.base)
        most = max(base, *(layer.file_bytes for layer in report.layers))
        return measured(owners, most, BAR + (width - ROOM_FOR_BARS) // GROWS).append(" ")
