"""The keys of an image's history."""

from __future__ import annotations

from typing import Any

from uvdive.tui.frame.actions import Action, can_leave, leaving, moving


def _selected(screen: Any) -> str:
    return "" if screen.selected is not None else "Nothing is listed."


def _can_compare(screen: Any) -> str:
    return str(screen.compare_problem)


def _several(screen: Any) -> str:
    return "" if len(screen.all_series) > 1 else "All reports are of one image."


GROWTH = (
    Action(
        "growth.compare",
        "c",
        "Compare",
        "Compare the report with the one before it. Enter does too.",
        _can_compare,
        footer=True,
    ),
    Action("growth.open", "i", "Open", "Explore the report.", _selected, footer=True),
    Action("growth.filter", "slash", "Filter", "List only what contains some words.", footer=True),
    Action("growth.sort", "s", "Sort", "Order by date, change or size.", footer=True),
    Action("growth.image", "v", "Image", "Show the next image's history.", _several, footer=True),
    Action("growth.copy", "y", "Copy", "Copy the commit, or the report's file.", _selected),
    *moving("growth", ("Reports", "Go to the reports."), ("Details", "Go to what made the step.")),
    *leaving("growth", "End the filter, the zoom.", can_leave, footer=False, quit_in_footer=True),
)
