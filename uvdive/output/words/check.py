"""What people read for the outcome of a check; the JSON keeps its status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from uvdive.verify.checks import Check, Status

STATUS_WORDS: dict[Status, str] = {
    "passed": "passed",
    "failed": "failed",
    "skipped": "skipped",
    "repaired": "fixed by the rewrite",
    "announced": "expected change",
}
UNPROVEN = "not proven"
"""Of a check that did not fail, but could not look at everything."""


def outcome_words(check: Check) -> str:
    """The outcome of one check."""
    return UNPROVEN if check.unseen and check.status != "failed" else STATUS_WORDS[check.status]


def counted(checks: Iterable[Check]) -> str:
    """How many checks came to what: ``4 passed, 2 expected changes``."""
    plurals = {STATUS_WORDS["announced"]: "expected changes"}
    counts = Counter(outcome_words(check) for check in checks)
    return ", ".join(
        f"{number} {words if number == 1 else plurals.get(words, words)}" for words, number in counts.items()
    )
