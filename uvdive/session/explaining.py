"""Explain what uvdive says: a finding, a rule of the rewrite, or a choice, by its id."""

from __future__ import annotations

from uvdive.base.files.pages import page_of
from uvdive.ledger.findings.explain import PAGES as FINDINGS
from uvdive.rewrite.rules.explain import CHOICE_PAGES, RULE_PAGES
from uvdive.verify.start.explain import PAGES as OBSERVATIONS

LIST = "list"
"""What is asked for instead of an id to see all of them."""

_SHELVES = {
    "Findings: what is worth doing about an image": FINDINGS,
    "Observations: what a proof with --start sees, and decides nothing by": OBSERVATIONS,
    "Rules: why a rewrite does what it does": RULE_PAGES,
    "Choices: what --choose ID=VALUE may change in a rewrite": CHOICE_PAGES,
}


def explain(name: str) -> str:
    """The page of an id in Markdown, or a line for each id where ``name`` is ``list``.

    A choice may be named with a value, as in ``--choose`` (``python=managed``).

    Raises:
        UsageError: nothing has this id; names the nearest ones.
    """
    if name == LIST:
        return "\n".join(_listed())
    return page_of(name.partition("=")[0], tuple(_SHELVES.values()))


def _listed() -> list[str]:
    lines = []
    for heading, pages in _SHELVES.items():
        ids = pages.ids()
        width = max(map(len, ids))
        lines += [heading, *(f"  {each:{width}}  {pages.title(each)}" for each in ids), ""]
    return lines
