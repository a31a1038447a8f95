"""The strip of an image's growth: each instruction's bytes stacked by owner, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from uvdive.base.units import size
from uvdive.ledger.view.growth import Growth
from uvdive.tui.frame.theme import glyph
from uvdive.tui.widgets.bars import shares, stacked
from uvdive.tui.words.headline import fit


class GrowthStrip(Widget):
    """What the selected instruction adds in words, the strip, and below it which part is whose."""

    DEFAULT_CSS = """
    GrowthStrip { height: 3; padding: 0 1; }
    """

    class Clicked(Message):
        """An instruction's part of the strip was clicked; ``step`` is its place."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, steps: Sequence[Growth], id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.steps = tuple(steps)
        self.selected: int | None = None

    def select(self, layer: int | None) -> None:
        """Mark the instruction that made a layer; none for a line without one."""
        self.selected = next((place for place, step in enumerate(self.steps) if layer in step.layers), None)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Tell which instruction is under the mouse."""
        x = event.x - self.gutter.left
        for place, wide in enumerate(self._widths()):
            if 0 <= x < wide:
                self.post_message(self.Clicked(place))
                return
            x -= wide

    def _widths(self) -> list[int]:
        return shares([step.bytes for step in self.steps], self.content_size.width)

    def render(self) -> Content:
        """Three lines."""
        widths = self._widths()
        parts = list(enumerate(zip(self.steps, widths, strict=True)))
        strip = Content.assemble(*(stacked(step.owners, wide) for _, (step, wide) in parts if wide))
        labels = Content.assemble(*(self._label(place, step, wide) for place, (step, wide) in parts if wide))
        return Content("\n").join([self._words(), strip, labels])

    def _label(self, place: int, step: Growth, wide: int) -> tuple[str, str]:
        """What a part of the strip is of, as far as it fits; the first cell marks where it begins."""
        chosen = place == self.selected
        name = short_name(step)
        texts = (f"└{name} {size(step.bytes)}", f"└{name}", "└")
        text = next((text for text in texts if len(text) < wide), "╵" if wide < 2 else "└")
        if chosen and wide < 2:
            text = "▲"
        return text.ljust(
            wide
        ), "bold reverse" if chosen and wide > 1 else "bold" if chosen else "$foreground 66%"

    def _words(self) -> Content:
        total = self.steps[-1].after if self.steps else 0
        width = self.content_size.width
        if self.selected is None:
            made = sum(1 for step in self.steps if step.bytes)
            parts = [
                f"{size(total)} by {made} instruction{'' if made == 1 else 's'}",
                "← → walk through them",
            ]
            return fit(Content.styled("Growth", "bold"), map(Content, parts), width)
        step = self.steps[self.selected]
        owners = sorted(((n, name) for name, n in step.owners.items() if n), reverse=True)
        return fit(
            Content.styled(f"{long_name(step)} adds {size(step.bytes)}", "bold"),
            [
                Content(f"{size(step.before)} → {size(step.after)} of {size(total)}"),
                Content.styled(f"{size(step.dead_bytes)} of it is hidden later", "$text-warning")
                if step.dead_bytes
                else Content(""),
                *(Content.assemble(glyph(name), f" {name} {size(count)}") for count, name in owners),
            ],
            width,
        )


def short_name(step: Growth) -> str:
    """Which instruction it is: ``base``, ``L12``, or its layer where no line is known."""
    if step.base:
        return "base"
    return f"L{step.line}" if step.line is not None else f"layer {step.layers[0]}"


def long_name(step: Growth) -> str:
    """The same in a sentence."""
    if step.base:
        return "The base image"
    return f"Line {step.line}" if step.line is not None else f"Layer {step.layers[0]}"
