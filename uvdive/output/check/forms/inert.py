"""Somebody else's text made inert for a CI's log: no line of it is taken for a command of the runner."""

from __future__ import annotations

import re

from uvdive.base.text import visible

_ANYWHERE = re.compile(r"#(?=#\w{0,40}\[)")
"""What GitHub, Azure and TeamCity take for a command anywhere in a line: ``##[error]``, ``##vso[…]``."""

_AT_START = re.compile(r"^([ \t]{0,200}):(?=:)", re.MULTILINE)
"""What GitHub takes for one at a line's beginning."""


def inert(raw: bytes | str) -> str:
    """Text of a stranger on one line, without control characters, that no runner takes for a command."""
    return quiet(visible(raw))


def quiet(text: str) -> str:
    """Lines of ours with the same done to what they came to, whatever stands first in them."""
    return _AT_START.sub(r"\1\\x3a", _ANYWHERE.sub(r"\\x23", text))
