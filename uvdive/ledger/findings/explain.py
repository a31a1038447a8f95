"""The long text of each finding, shipped beside this module: one page for each id."""

from __future__ import annotations

from uvdive.base.files.pages import Pages

PAGES = Pages("finding", __package__, "pages")


def ids() -> tuple[str, ...]:
    """The ids of all findings, in order."""
    return PAGES.ids()


def explain(name: str) -> str:
    """The page of a finding, in Markdown.

    Raises:
        UsageError: there is no finding with this id.
    """
    return PAGES.page(name)
