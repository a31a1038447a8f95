"""The page of the gallery: each example project's Dockerfile, and what the rewrite makes of it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHOWN = ROOT / "tests" / "data" / "gallery"
sys.path.insert(0, str(ROOT / "tests" / "support"))

from rewrites.projects import BY_NAME

_HEAD = (
    "# Gallery\n\n"
    "Every example project of the tests: its Dockerfile, and the one that `uvdive rewrite` makes of it "
    "with the built image as evidence and no choice changed. The tests build, start and verify each of "
    "them (`tests/session/proving/test_rewritten_projects.py`), and hold that these texts are what comes "
    "out. The projects lie in `tests/data/projects`, the first one in `examples`.\n"
)


def page() -> str:
    """The whole page, in the order in which the tests list the projects."""
    shown = {path.name.partition(".")[0] for path in SHOWN.glob("*.Dockerfile")}
    parts = [_section(name) for name in BY_NAME if name in shown]
    return "\n".join([_HEAD, *parts])


def _section(name: str) -> str:
    project = BY_NAME[name]
    after = (SHOWN / f"{name}.Dockerfile").read_text()
    title = f"{name}: {project.kind}"
    return f"## {title}\n\nBefore:\n\n{_block(project.text())}\nAfter:\n\n{_block(after)}"


def _block(text: str) -> str:
    """A text between fences that are longer than any in it."""
    longest = max((len(found) for found in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}dockerfile\n{text.rstrip()}\n{fence}\n"
