"""The input ``comment``: whether there is one, and which of several."""

from __future__ import annotations

import re

from uvdive_action.runner import Runner, WrongInputError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", re.ASCII)


def comment_name(runner: Runner) -> str | None:
    """The comment's name; empty for the only one, None where there shall be none.

    Raises:
        WrongInputError: it is no name.
    """
    wanted = runner.input("comment")
    if wanted.lower() in ("true", "false"):
        return "" if wanted.lower() == "true" else None
    if not _NAME.fullmatch(wanted):
        raise WrongInputError("The input comment is neither true nor false nor a name of letters and digits.")
    return wanted


def marker_of(name: str) -> str:
    """The first line of a comment, which nobody sees."""
    return f"<!-- uvdive check {name} -->" if name else "<!-- uvdive check -->"
