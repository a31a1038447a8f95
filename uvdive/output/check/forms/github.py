"""A check as annotations of GitHub Actions: one command a line, which nothing in it breaks out of."""

from __future__ import annotations

from uvdive.base.units import Units
from uvdive.output.check.forms.inert import inert
from uvdive.output.check.issues import Issue, issues
from uvdive.output.check.results import Check

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def check_github(check: Check, units: Units = "si") -> str:
    """A line for each remark; empty where there is none."""
    return "".join(f"{_annotation(issue)}\n" for issue in issues(check, units))


def _annotation(issue: Issue) -> str:
    properties = {"title": f"uvdive {issue.name}"}
    if issue.path is not None:
        properties = {"file": issue.path, **({"line": str(issue.line)} if issue.line else {}), **properties}
    told = ",".join(f"{name}={_escaped(value, _PROPERTY)}" for name, value in properties.items())
    text = f"{issue.image}: {issue.text} {issue.advice}".strip()
    return f"::{_COMMANDS[issue.level]} {told}::{_escaped(text, _DATA)}"


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(char, char) for char in inert(text))
