"""The long text of each finding, shipped beside this module: one page for each id."""

from __future__ import annotations

from uvdive.base.errors import UsageError

_PAGES = "pages"


def ids() -> tuple[str, ...]:
    """The ids of all findings, in order."""
    from importlib.resources import files

    names = (page.name for page in files(__package__).joinpath(_PAGES).iterdir())
    return tuple(sorted(name.removesuffix(".md") for name in names if name.endswith(".md")))


def explain(name: str) -> str:
    """The page of a finding, in Markdown.

    Raises:
        UsageError: there is no finding with this id.
    """
    from importlib.resources import files

    known = ids()
    if name in known:
        return files(__package__).joinpath(_PAGES, f"{name}.md").read_text(encoding="utf-8")
    import difflib

    close = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    raise UsageError(
        f"There is no finding {name}.",
        f"Did you mean {' or '.join(close)}?" if close else f"There are: {', '.join(known)}.",
    )
