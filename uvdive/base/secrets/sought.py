"""An expression that is compiled when a text has what each of its matches holds.

Together they take 30 ms, and most of them no image and no file ever needs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Sought:
    """An expression, and needles in small letters: no text without one of them has a match."""

    source: str
    needles: tuple[str, ...] = ("",)
    flags: int = re.IGNORECASE

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The expression."""
        return re.compile(self.source, self.flags)

    def may_be_in(self, lowered: str) -> bool:
        """Has a text, in small letters, one of the needles?"""
        return any(needle in lowered for needle in self.needles)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """The match of a whole text."""
        return self.pattern.fullmatch(text)
