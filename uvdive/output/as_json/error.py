"""An error as data: what a program reads where an image could not be built or read."""

from __future__ import annotations

from typing import Any

from uvdive.base.errors import BuildError, UvdiveError

SCHEMA = "uvdive.error/1"


def failed_report(error: UvdiveError) -> dict[str, Any]:
    """What stands in the place of a report or a comparison that there is none of."""
    return {"schema": SCHEMA, "outcome": "failed", "error": error_data(error)}


def error_data(error: UvdiveError) -> dict[str, Any]:
    """An error with the step that failed and the tail of its log."""
    return {
        "what": error.what,
        "do": error.do,
        "exit_code": int(error.code),
        "step": error.step if isinstance(error, BuildError) else "",
        "log": list(error.log),
    }
