"""The long text of what a proof sees beside its checks: one page for each id."""

from __future__ import annotations

from uvdive.base.files.pages import Pages

PAGES = Pages("observation", __package__, "pages")
