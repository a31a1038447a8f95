"""The formats of a check by name."""

from __future__ import annotations

from collections.abc import Callable

from uvdive.base.units import Units
from uvdive.output.check.results import Check

NAMES = ("text", "json", "markdown", "sarif", "github", "gitlab", "junit")
"""What ``--format`` and ``--output`` take."""


def written(name: str, check: Check, units: Units = "si", *, why: bool = False) -> str:
    """A check in a format; ``why`` shows in plain text what made each number."""
    if name == "text":
        from uvdive.output.check.forms.text import check_text
        from uvdive.output.look import Look

        return check_text(check, Look(units), why=why)
    if name == "json":
        from uvdive.output.as_json.text import json_text
        from uvdive.output.check.forms.as_json import check_data

        return json_text(check_data(check))
    return _writer(name)(check, units)


def _writer(name: str) -> Callable[[Check, Units], str]:
    # Each is imported where it is asked for: a commit hook waits for this command.
    if name == "markdown":
        from uvdive.output.check.forms.markdown import check_markdown

        return check_markdown
    if name == "sarif":
        from uvdive.output.check.forms.sarif import check_sarif

        return check_sarif
    if name == "github":
        from uvdive.output.check.forms.github import check_github

        return check_github
    if name == "gitlab":
        from uvdive.output.check.forms.gitlab import check_gitlab

        return check_gitlab
    from uvdive.output.check.forms.junit import check_junit

    return check_junit
