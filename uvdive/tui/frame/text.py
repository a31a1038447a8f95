"""The one way from paths, commands and logs to the screen: nothing of them is markup or control.

A name such as ``x[/y].py`` would end a Textual app from inside, and an escape
sequence in a log would reach the terminal. Every text of others goes through here.
"""

from __future__ import annotations

from textual.content import Content

from uvdive.base import text as base_text


def visible(raw: bytes | str, keep: str = "") -> str:
    """As ``uvdive.base.text`` says, with tabs as wide as in code."""
    return base_text.visible(raw, keep, tab="    ")


def one_line(raw: str) -> str:
    """An instruction on one line: the blanks that its continuation lines began with are one."""
    return visible(" ".join(raw.split()))


def plain(raw: bytes | str, style: str = "") -> Content:
    """One line of somebody else's text as content in one style."""
    return Content.styled(visible(raw), style)


def paragraph(raw: bytes | str, style: str = "") -> Content:
    """Text of several lines as content in one style; its line ends stay."""
    return Content.styled(visible(raw, keep="\n"), style)


def right(text: str, width: int) -> str:
    """Put text at the right edge of a column."""
    return text.rjust(width)[:width] if len(text) <= width else text[: width - 1] + "…"


def keep_end(text: str, width: int) -> str:
    """Cut a path in front, where it says least: ``…/site-packages/flask``; by cells, about."""
    return text if len(text) <= width else "…" + text[len(text) - width + 1 :]
