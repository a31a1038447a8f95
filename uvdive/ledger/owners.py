"""Who bytes belong to (``docs/numbers.md``, "Owners")."""

from __future__ import annotations

OWNERS = (
    "uv",
    "venv",
    "uv-cache",
    "caches",
    "python",
    "base-os",
    "os-packages",
    "app",
    "other",
)
"""All owners, in the order in which every view shows them."""
