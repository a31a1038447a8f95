"""uv called from files that no instruction of the Dockerfile names: task files, compose, the app (R24)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from uvdive.rewrite.evidence.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.start.uv_run import UV

_COMPOSE = re.compile(r"(?:docker-)?compose[\w.-]*\.ya?ml\Z")
_COMMAND = re.compile(r"(?<![\w./-])uv\b[\s\"',]+(?:\S+[\s\"',]+)*?run\b|(?<![\w./-])uvx\b")
_IN_CODE = re.compile(r"""["']uvx?["']\s*,\s*["']""")
_SKIPPED = frozenset((".git", ".venv", "venv", "node_modules", "tests", "test", "__pycache__", ".github"))
_MOST_FILES, _MOST_BYTES = 2000, 256 << 10


def warn_elsewhere(evidence: Evidence, _files: Files | None, notes: Notes) -> None:
    """Name files of the build context that call uv, though this Dockerfile does not start them."""
    if evidence.context is None:
        return
    compose: list[str] = []
    code: list[str] = []
    for path in _texts(evidence.context):
        is_compose = _COMPOSE.match(path.name) is not None
        pattern = _COMMAND if is_compose else _IN_CODE
        try:
            text = path.read_text("utf-8", "replace") if path.stat().st_size < _MOST_BYTES else ""
        except OSError:
            continue
        lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        if any(UV.search(line) and pattern.search(line) for line in lines):
            (compose if is_compose else code).append(str(path.relative_to(evidence.context)))
    if compose:
        notes.warn(
            "R24",
            None,
            f"{', '.join(compose[:3])} starts a container with uv: the new image has none. Name the program "
            "there without `uv run`.",
        )
    if code:
        notes.warn(
            "R24",
            None,
            f"{', '.join(sorted(code)[:3])} calls uv as a program: the new image has none. See that it is "
            "not needed when the app runs.",
        )


def _texts(context: Path) -> Iterator[Path]:
    seen = 0
    for folder, folders, names in os.walk(context):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        for name in sorted(names):
            if name.endswith(".py") or (_COMPOSE.match(name) and Path(folder) == context):
                seen += 1
                if seen > _MOST_FILES:
                    return
                yield Path(folder, name)
