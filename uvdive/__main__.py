"""``python -m uvdive``: the same as ``uvdive``."""

from __future__ import annotations

from uvdive.cli import run

if __name__ == "__main__":
    run()
