"""Collects the names of the shop's modules, as Django does with static files."""

from pathlib import Path

static = Path("static")
static.mkdir()
(static / "index.txt").write_text(" ".join(sorted(path.name for path in Path("shop").glob("*.py"))))
