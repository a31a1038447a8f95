"""The actions of the first build, and why one may not apply."""

from __future__ import annotations

from typing import Any

from uvdive.tui.frame.actions import Action, leaving, moving


def _running(screen: Any) -> str:
    return "" if screen.running else "Nothing is running; r builds again."


def _ended(screen: Any) -> str:
    return "The build is running; x stops it." if screen.running else ""


def _can_back(screen: Any) -> str:
    return "" if screen.can_back else "There is nothing to go back to; q leaves."


BUILD = (
    Action("build.stop", "x", "Stop", "Stop the build; no image is made.", _running, footer=True),
    Action(
        "build.again",
        "r",
        "Build again",
        "Build again, after a stop or a failure.",
        _ended,
        footer=True,
    ),
    Action("build.copy", "y", "Copy", "Copy the log, or why it failed.", footer=True),
    *moving("build", ("Steps", "Go to the steps."), ("Log", "Go to what they print.")),
    *leaving("build", "End the zoom; then back to the picker.", _can_back, footer=False, quit_in_footer=True),
)
