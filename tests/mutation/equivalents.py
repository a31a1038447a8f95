"""Mutants that behave as the original does, each with the reason, so that nobody looks at them twice."""

from __future__ import annotations

import tomllib
from pathlib import Path

FILE = Path(__file__).with_name("equivalent.toml")


def read(path: Path = FILE) -> dict[str, str]:
    """Reasons by the mutants' names.

    Raises:
        ValueError: an entry has no name or no reason.
    """
    entries = tomllib.loads(path.read_text()).get("mutant", [])
    reasons = {entry.get("name", ""): entry.get("reason", "").strip() for entry in entries}
    if not all(name and reason for name, reason in reasons.items()):
        raise ValueError(f"{path}: each mutant needs a name and a reason")
    return reasons
