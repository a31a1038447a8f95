"""The one way from paths, commands and logs to the screen: nothing of them is markup or control.

A name such as ``x[/y].py`` would end a Textual app from inside, and an escape
sequence in a log would reach the terminal. Every text of others goes through here.
"""

from __future__ import annotations

import unicodedata

from textual.content import Content

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Unicode categories that have no glyph of their own, or that turn the text around."""


def visible(raw: bytes | str, keep: str = "") -> str:
    r"""Write every character that is not for display as an escape (``\x1b``, ``\u202e``).

    Args:
        raw: text, or bytes of which those that are not UTF-8 become ``\xff``.
        keep: control characters to leave alone, such as the line end of a command.
    """
    text = raw.decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else raw
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(char, keep) for char in text)


def _escape(char: str, keep: str) -> str:
    if char == "\t":
        return "    "
    if char in keep or unicodedata.category(char) not in _HIDDEN:
        return char
    # A byte that could not be decoded reaches us as a lone surrogate from argv or os.fsdecode.
    if 0xDC80 <= ord(char) <= 0xDCFF:
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode()


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
