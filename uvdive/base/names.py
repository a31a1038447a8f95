"""Names of Python distributions."""

from __future__ import annotations

import re

_RUNS = re.compile(r"[-_.]+")


def normal_name(name: str) -> str:
    """A distribution's, extra's or group's name as PEP 503 compares it."""
    return _RUNS.sub("-", name).lower()
