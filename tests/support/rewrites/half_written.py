"""A rewrite of several files, and the texts before and after it: nothing in between may stay."""

from __future__ import annotations

from pathlib import Path

from uvdive.rewrite.plan import FileChange, RewritePlan

OLD, NEW = "FROM a\nRUN b\n", "FROM a AS builder\nRUN b\nFROM c\n"
BEFORE = {"Dockerfile": OLD, "start.sh": "uv run x\n"}
AFTER = {
    "Dockerfile": NEW,
    "Dockerfile.orig": OLD,
    "start.sh": "x\n",
    "start.sh.orig": "uv run x\n",
    ".dockerignore": ".venv\n",
}


def plan_in(folder: Path) -> RewritePlan:
    folder.mkdir()
    for name, text in BEFORE.items():
        (folder / name).write_text(text)
    files = (FileChange("start.sh", "x\n", ""), FileChange(".dockerignore", ".venv\n", ""))
    return RewritePlan("rewritten", "image", str(folder / "Dockerfile"), OLD, NEW, "", files=files)


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}
