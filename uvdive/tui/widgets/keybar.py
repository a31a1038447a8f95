"""The line of keys at the bottom.

Textual's own footer makes a widget of every key and all of them anew whenever the focus
moves, some 25 ms of work; one line of text is drawn in one.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from uvdive.tui.frame.host import host_of

HELP = "help"
"""The action that stays where there is no room for all, and that ends the line."""


@dataclass(frozen=True, slots=True)
class Item:
    """A key in the line: what it is called, what it does, and where it stands."""

    key: str
    shown: str
    label: str
    action: str
    enabled: bool
    tooltip: str
    spare: bool = False

    @property
    def width(self) -> int:
        """Cells with the gap behind it."""
        return Content(f" {self.shown} {self.label} ").cell_length


class KeyBar(Widget):
    """As many of the screen's keys as fit whole; a click presses one, greyed ones too, which say why."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {"keybar--key", "keybar--greyed"}  # noqa: RUF012 - as Textual declares it
    DEFAULT_CSS = """
    KeyBar {
        dock: bottom;
        height: 1;
        color: $footer-description-foreground;
        background: $footer-background;
        text-wrap: nowrap;
        & > .keybar--key { color: $footer-key-foreground; text-style: bold; }
        & > .keybar--greyed { text-style: dim; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._items: list[Item] = []

    def on_mount(self) -> None:
        """Follow the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        if not self.is_attached or screen is not self.screen:
            return
        found: dict[str, Item] = {}
        spare = {action.call for action in getattr(screen, "ACTIONS", ()) if action.spare}
        for _, binding, enabled, tooltip in screen.active_bindings.values():
            if binding.show and binding.action not in found:
                shown = self.app.get_key_display(binding)
                found[binding.action] = Item(
                    binding.key, shown, binding.description, binding.action, enabled, tooltip,
                    binding.action in spare,
                )  # fmt: skip
        # What is only shown where room is left goes first where there is none.
        items = sorted(found.values(), key=lambda item: item.spare)
        if items != self._items:
            self._items = items
            self.refresh()

    def shown(self) -> list[Item]:
        """The keys that there is room for; of those for spare room the ones that do something now."""
        items = [item for item in self._items if item.enabled or not item.spare]
        room = self.size.width - self._mark.cell_length
        while items and sum(item.width for item in items) > room:
            places = [place for place, item in enumerate(items) if item.action != HELP]
            items.pop(places[-1] if places else -1)
        return sorted(items, key=lambda item: item.action == HELP)

    @property
    def _mark(self) -> Content:
        """What stands at the right end, on every screen."""
        mark = host_of(self).mark
        return Content(f" {mark} ") if mark else Content("")

    def render(self) -> Content:
        """One line."""
        key, greyed = self.get_visual_style("keybar--key"), self.get_visual_style("keybar--greyed")
        parts = []
        for item in self.shown():
            part = Content.assemble((f" {item.shown} ", key), f"{item.label} ")
            parts.append(part if item.enabled else part.stylize(greyed))
        line, mark = Content("").join(parts), self._mark
        gap = self.size.width - line.cell_length - mark.cell_length
        return Content.assemble(line, " " * gap, mark.stylize("reverse")) if mark and gap >= 0 else line

    def _at(self, x: int) -> Item | None:
        for item in self.shown():
            if x < item.width:
                return item
            x -= item.width
        return None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Tell about the key under the mouse."""
        item = self._at(event.x)
        tooltip = item.tooltip if item is not None else None
        if tooltip != self.tooltip:
            self.tooltip = tooltip

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Press the key under the mouse."""
        item = self._at(event.x)
        if item is not None:
            self.app.simulate_key(item.key)
