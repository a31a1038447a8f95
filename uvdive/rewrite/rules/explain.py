"""The long text of each rule and each choice, shipped beside this module: one page for each id."""

from __future__ import annotations

from uvdive.base.files.pages import Pages, page_of

RULE_PAGES = Pages("rule", __package__, "pages")
CHOICE_PAGES = Pages("choice", __package__, "choices", open_id="package-NAME")


def explain(name: str) -> str:
    """The page of a rule (``R34``) or of a choice (``python``), in Markdown.

    Raises:
        UsageError: there is no rule and no choice with this id.
    """
    return page_of(name, (RULE_PAGES, CHOICE_PAGES))
