"""Somebody else's text made fit for a terminal: nothing in it steers, hides or turns around."""

from __future__ import annotations

import unicodedata

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories without a glyph of their own, or that turn the text around."""


UNSURE = "".join(
    chr(code)
    for first, last in ((0xFE00, 0xFE0F), (0x1F3FB, 0x1F3FF), (0x20E3, 0x20E3), (0xE0100, 0xE01EF))
    for code in range(first, last + 1)
)
"""What makes the character before it wider in some terminals and not in others: variation selectors, tones
of skin, the keycap. A line with one of these would shift all that stands right of it."""


def visible(raw: bytes | str, keep: str = "", *, tab: str = " ") -> str:
    r"""Write every character that is not for display as an escape (``\x1b``, ``\u202e``).

    Args:
        raw: text, or bytes of which those that are not UTF-8 become ``\xff``.
        keep: control characters to leave alone, such as the line end of a command.
        tab: what stands for a tab.
    """
    text = raw.decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else raw
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(char, keep, tab) for char in text)


_UNSURE = frozenset(UNSURE)


def _escape(char: str, keep: str, tab: str) -> str:
    if char in keep or (unicodedata.category(char) not in _HIDDEN and char not in _UNSURE):
        return char
    if char == "\t":
        return tab
    # A byte that could not be decoded comes as a lone surrogate from argv or os.fsdecode.
    if 0xDC80 <= ord(char) <= 0xDCFF:
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode()
