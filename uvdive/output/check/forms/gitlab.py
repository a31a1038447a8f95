"""A check as GitLab's code quality report: a JSON array of issues, each at a line of a file."""

from __future__ import annotations

from uvdive.base.units import Units
from uvdive.output.as_json.text import json_list
from uvdive.output.check.forms.inert import inert
from uvdive.output.check.issues import issues
from uvdive.output.check.results import Check

_SEVERITIES = {"high": "critical", "medium": "major", "low": "minor", "info": "info"}
_NO_FILE = "Dockerfile"
"""An issue needs a file; where nobody knows one it is said to be here."""


def check_gitlab(check: Check, units: Units = "si") -> str:
    """The report's text."""
    return json_list(
        {
            "description": inert(f"{issue.image}: {issue.text} {issue.advice}".strip()),
            "check_name": inert(f"uvdive/{issue.name}"),
            "fingerprint": issue.fingerprint,
            "severity": _SEVERITIES.get(issue.severity, "info"),
            "location": {"path": inert(issue.path or _NO_FILE), "lines": {"begin": issue.line or 1}},
        }
        for issue in issues(check, units)
    )
