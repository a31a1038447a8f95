"""What hadolint says to a Dockerfile."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from uvdive.dockerfile.text.syntax import parse

HADOLINT = Path(sys.executable).parent / "hadolint"
_UNPINNED = frozenset({"DL3008", "DL3018"})
"""OS packages without versions: of one list of the author's each stage installs what it needs."""


def broken(text: str) -> Counter[str]:
    """hadolint's rules that a text breaks and how often, of all its levels; DL1000 is a parse error."""
    return Counter(code for code, _ in _findings(text))


def broken_anew(old: str, new: str) -> Counter[str]:
    """The rules that a new text breaks more often than the old one.

    What it says in the author's very words does not count a second time (`USER app` stands in both
    stages), nor that a part of their unpinned packages is installed in the other one.
    """
    before = broken(old)
    words = {instruction.source.strip() for instruction in parse(old).instructions}
    mine = Counter(code for code, source in _findings(new) if source not in words)
    theirs = Counter(code for code, source in _findings(new) if source in words)
    known = Counter({code: count - min(count, theirs[code]) for code, count in before.items()})
    return Counter({c: n for c, n in (mine - known).items() if c not in _UNPINNED & before.keys()})


def _findings(text: str) -> list[tuple[str, str]]:
    """Each rule with the source of the instruction that breaks it."""
    done = subprocess.run(
        [HADOLINT, "--no-fail", "-f", "json", "-"], input=text, capture_output=True, text=True, check=True
    )
    starts = {each.line: each.source.strip() for each in parse(text).instructions}
    found = []
    for each in json.loads(done.stdout):
        at = max((line for line in starts if line <= each["line"]), default=0)
        found.append((each["code"], starts.get(at, "")))
    return found
