"""Panes of a screen: going from one to the next, one at a time where the terminal is narrow."""

from __future__ import annotations

from typing import ClassVar, cast

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Static

WIDE = 90
"""From so many columns on all panes are shown at once."""


class Panes(Screen[None]):
    """A screen with numbered panes; ``PANES`` are the ids of their widgets, in order.

    It composes a ``Static`` with the id ``tabs``, which names them where one is shown at a time.
    """

    PANES: ClassVar[tuple[str, ...]] = ()
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - as Textual declares it
        (0, "-tiny"),
        (60, "-narrow"),
        (WIDE, "-wide"),
    ]
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - as above
        (0, "-low"),
        (16, "-tall"),
    ]

    current = ""
    """The pane with the focus."""
    subject = ""
    """The pane whose selection the details are about."""

    def __init__(self) -> None:
        super().__init__()
        self._titles: dict[str, tuple[str | Content, ...]] = {}

    @property
    def panes(self) -> tuple[str, ...]:
        """The panes that can be gone to now."""
        return self.PANES

    def pane(self, name: str) -> Widget:
        """The widget of a pane."""
        return self.query_one(f"#{name}")

    def focus_target(self, pane: str) -> Widget:
        """The widget that takes a pane's keys."""
        return self.pane(pane)

    def pane_title(self, name: str) -> str:
        """A pane's name in words."""
        return name.capitalize()

    def name_panes(self) -> None:
        """Write number and name on each pane's border."""
        for name in self.PANES:
            pane = self.pane(name)
            pane.add_class("pane")
            pane.ALLOW_MAXIMIZE = True  # type: ignore[misc]  # a pane that only holds others too
            self.entitle(name)

    def entitle(self, name: str, *words: str | Content) -> None:
        """Write number and name on a pane's border, and these words about what it shows."""
        self._titles[name] = words
        self._write_title(name)

    def _write_title(self, name: str) -> None:
        words = self._titles[name]
        if not self._has_tabs:
            words = (f"{self.number(name)} {self.pane_title(name)}", *words)
        parts = [word if isinstance(word, Content) else Content(word) for word in words if word]
        self.pane(name).border_title = cast("str", Content(" · ").join(parts))

    @property
    def _has_tabs(self) -> bool:
        """Does the line above the panes name them already?"""
        return any(tabs.display for tabs in self.query("#tabs"))

    def number(self, name: str) -> int:
        """The key that goes to a pane."""
        return self.PANES.index(name) + 1

    def tabs(self) -> Content:
        """The panes in one line, for narrow terminals."""
        return Content("  ").join(
            Content.styled(
                f" {self.number(name)} {self.pane_title(name)} ",
                "reverse bold" if name == self.current else "",
            ).stylize(Style.from_meta({"@click": f"screen.pane({self.number(name)})"}))
            for name in self.panes
        )

    def pane_changed(self) -> None:
        """Another pane has the focus."""
        self.query_one("#tabs", Static).update(self.tabs())

    def resized(self) -> None:
        """The screen has another size: what is fitted to its width is to be drawn anew."""

    def on_resize(self) -> None:
        """Wait for the size to be known to all, then draw."""
        self.call_after_refresh(self._fit_to_size)

    def _fit_to_size(self) -> None:
        if not self.is_attached or not self.children:
            return  # left meanwhile
        for name in self._titles:
            self._write_title(name)
        self.resized()

    def go_to(self, name: str) -> None:
        """Show a pane and give it the keys."""
        if self.maximized is not None:
            self.minimize()
        self._mark(name)
        # At once, unlike Widget.focus: the next key may be on its way already.
        self.set_focus(self.focus_target(name))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Know which pane has the keys, however they got there."""
        for node in event.widget.ancestors_with_self:
            if isinstance(node, Widget) and node.id in self.panes:
                self._mark(node.id)
                return

    def _mark(self, name: str) -> None:
        if name == self.current:
            return
        for other in self.PANES:
            self.pane(other).set_class(other == name, "-current")
        for column in self.query(".column"):
            column.set_class(bool(column.query(f"#{name}")), "-holds")
        self.current = name
        if name != "details":
            self.subject = name
        self.pane_changed()

    def action_pane(self, number: int) -> None:
        """Go to a pane by its number."""
        if number <= len(self.panes):
            self.go_to(self.panes[number - 1])

    def action_next(self) -> None:
        """Go to the next pane."""
        self._step(1)

    def action_previous(self) -> None:
        """Go to the pane before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        panes = self.panes
        place = panes.index(self.current) if self.current in panes else 0
        self.go_to(panes[(place + by) % len(panes)])

    def action_zoom(self) -> None:
        """Give a pane the whole screen, or give it back."""
        if self.maximized is not None:
            self.minimize()
        elif self.current:
            self.maximize(self.pane(self.current), container=False)
