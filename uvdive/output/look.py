"""Where a report goes: how wide its lines may be, in which units, and what each is meant to look like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from uvdive.base.units import Units
from uvdive.output.plain import folded, visible

Style = Literal["head", "good", "bad", "warn", "faint", "plain"]
"""How a line is meant, for a terminal that has colours."""
Paint = Callable[[str, Style], str]


@dataclass(frozen=True, slots=True)
class Look:
    """Where a text goes: how wide lines may be (0: as wide as they are), units, and colours."""

    units: Units = "si"
    width: int = 0
    paint: Paint = lambda text, _style: text

    def part(self, lines: Sequence[str], style: Style = "plain") -> list[str]:
        """Lines folded, all in one style."""
        return [self.paint(each, style) for line in lines for each in folded(line, self.width)]

    def group(self, title: str, lines: Sequence[str], style: Style = "plain") -> list[str]:
        """Lines below a heading; nothing where there are none."""
        indented = [f"  {line}" for line in lines]
        return [self.paint(title, "head"), *self.part(indented, style)] if lines else []

    def diff(self, text: str) -> list[str]:
        """A difference; its lines are never folded, as what is copied from it shall apply."""
        styles: dict[str, Style] = {"+": "good", "-": "bad", "@": "faint"}
        lines = visible(text, keep="\n").rstrip("\n").split("\n") if text else []
        return [self.paint(line, styles.get(line[:1], "plain")) for line in lines]


PLAIN = Look()
