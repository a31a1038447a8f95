"""Which layers the files on the screen are of, and where in them a path is."""

from __future__ import annotations

from dataclasses import dataclass

from uvdive.ledger.view.tree import Mode


@dataclass(frozen=True, slots=True)
class Span:
    """Which layers the files are of; ``first`` counts in the mode ``range`` only."""

    layer: int
    mode: Mode
    first: int = 0

    def words(self, layers: int) -> str:
        """As the title says it, of an image with so many layers."""
        if self.mode == "layer":
            return f"what layer {self.layer} changed"
        if self.mode == "range":
            return f"net effect of layers {self.first}–{self.layer}"
        return "the whole image" if self.layer == layers - 1 else f"everything up to layer {self.layer}"


@dataclass(frozen=True, slots=True)
class Place:
    """A path in the state that shows it."""

    node: int
    span: Span
