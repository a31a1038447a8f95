"""What the image's findings tell of a file that is otherwise finished, rule by rule (R45)."""

from __future__ import annotations

from uvdive.base.units import size
from uvdive.rewrite.improve.work import Work

_RULES = {
    "console-scripts-dead": "R7",
    "interpreter-dangling": "R1",
    "editable-source-missing": "R12",
    "rewritten-later": "R29",
    "deleted-later": "R43",
    "build-tools-in-image": "R33",
    "dev-packages-in-image": "R33",
    "apt-lists-in-image": "R33",
    "second-environment": "R9",
    "host-environment-copied": "R40",
    "git-folder-in-image": "R40",
    "secrets-in-image": "R39",
    "uv-in-image": "R45",
    "uv-cache-in-image": "R45",
    "dev-group-in-image": "R14",
}
"""The findings that speak of something to mend, and the rule that each belongs to."""


def tell_findings(work: Work) -> None:
    """Warn of each finding that no change makes good, and that nothing else told."""
    for finding in work.report.findings if work.report is not None else ():
        rule = _RULES.get(finding.id)
        if rule is None or finding.severity == "info":
            continue
        if {(finding.id, finding.line), (finding.id, None)} & work.mended:
            continue
        worth = f" ({size(finding.bytes)})" if finding.bytes else ""
        title = finding.title if finding.title.endswith(".") else f"{finding.title}{worth}."
        work.notes.warn(rule, finding.line, f"{title} {finding.advice}", finding.bytes)
