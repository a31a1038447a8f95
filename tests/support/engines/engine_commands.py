"""Commands about a small project before an engine that may go away."""

from __future__ import annotations

import gc
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from engines.cut_requests import How, going_away
from engines.small_project import FILES, small_project
from engines.stand_in_engine import StandInEngine, stand_in_engine
from uvdive.build.images import image_tag
from uvdive.cli.main import main

SILENCE = 1
"""Seconds after which an engine that says nothing is given up here (``DOCKER_CLIENT_TIMEOUT``)."""

COMMANDS = {
    "report": ["{image}", "--report"],
    "build": ["build", "{project}", "--report"],
    "compare": ["compare", "{image}", "python:3.13-slim"],
    "clean": ["clean", "--yes"],
    "rewrite": ["rewrite", "{project}"],
    "rewrite --verify --start": ["rewrite", "{project}", "--verify", "--start"],
    "rewrite --write": ["rewrite", "{project}", "--write", "--report-problem", "{folder}/problem"],
}


@dataclass(frozen=True)
class Ran:
    """How a command ended, what it said, and what it asked the engine."""

    code: int
    out: str
    err: str
    requests: list[str]
    whole: bool = False
    """Was the answer at which the engine went away complete?"""

    @property
    def told(self) -> bool:
        """Does it tell of the engine, what to do, and nothing of Python?"""
        first = next((line for line in self.err.splitlines() if line.startswith("uvdive: ")), "")
        return "engine" in first and not self.err.endswith(first) and self.calm

    @property
    def calm(self) -> bool:
        """Is there no traceback and no bug?"""
        return "Traceback" not in self.err and "went wrong inside" not in self.err


class Desk:
    """The project, the engine and the folders that a command works in."""

    def __init__(self, folder: Path, engine: StandInEngine) -> None:
        self.folder, self.engine = folder, engine
        self.project = small_project(folder / "project")
        self.image = image_tag(self.project, self.project / "Dockerfile", "before")
        self.scratch = folder / "scratch"
        self.environ = os.environ | {
            "PATH": f"{folder}/bin:{os.environ['PATH']}", "TMPDIR": str(self.scratch),
            "XDG_STATE_HOME": str(folder / "state"), "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_CONFIG_HOME": str(folder / "config"), "DOCKER_CLIENT_TIMEOUT": str(SILENCE),
        }  # fmt: skip
        self.environ.pop("DOCKER_CONTEXT", None)
        self.reset()

    def reset(self) -> None:
        """The project as it was, its image in the engine, nothing else."""
        self.scratch.mkdir(exist_ok=True)
        for path in [*self.project.iterdir(), *self.scratch.iterdir(), *self.folder.glob("problem")]:
            path.unlink()
        for name, text in FILES.items():
            (self.project / name).write_text(text)
        self.engine.containers.clear()
        for note in (self.folder / "state" / "uvdive" / "running").glob("*"):
            note.unlink()
        self.engine.tag(self.engine.images["before"], self.image)

    def command(self, name: str) -> list[str]:
        """The arguments of a command of ``COMMANDS``, or of one that is written out."""
        names = {"image": self.image, "project": str(self.project), "folder": str(self.folder)}
        return [
            sys.executable,
            "-m",
            "uvdive",
            *(word.format(**names) for word in COMMANDS.get(name) or name.split()),
        ]

    def run(self, name: str, at: int = 0, how: How = "before") -> Ran:
        """Run a command before an engine that goes away at a request (0 for never)."""
        real = self.folder / "real.sock"
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
        with going_away(self.folder, at, how, str(real)) as proxy, pytest.MonkeyPatch.context() as patch:
            for key, value in (self.environ | {"DOCKER_HOST": proxy.url}).items():
                patch.setenv(key, value)
            patch.delenv("DOCKER_CONTEXT", raising=False)
            patch.setattr(tempfile, "tempdir", str(self.scratch))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = main(self.command(name)[3:])
            gc.collect()  # what is not closed is closed now, not in another test
            told = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
            return Ran(code, *told, list(proxy.requests), proxy.whole)

    @property
    def noted(self) -> set[str]:
        """What the next start would tell of."""
        notes = self.folder / "state" / "uvdive" / "running"
        return {path.name.partition("-")[2] for path in notes.glob("*")}

    def left(self) -> list[str]:
        """What is there that was not: files beside the user's, and in the temporary folder."""
        known = {*FILES, "Dockerfile.orig"} if self.changed else set(FILES)
        beside = [path.name for path in self.project.iterdir() if path.name not in known]
        return [*beside, *(path.name for path in self.scratch.iterdir())]

    @property
    def changed(self) -> bool:
        """Is the Dockerfile another one?"""
        return (self.project / "Dockerfile").read_text() != FILES["Dockerfile"]


def kind(request: str) -> str:
    """A request without what names one image or container."""
    return re.sub(r"sha256:[0-9a-f]{64}|uvdive-[0-9a-f]{16}|uvdive\.local/[^/ ?]+|\?\S*", "*", request)


@contextmanager
def desk_in(folder: Path) -> Iterator[Desk]:
    """Such a desk, as long as the block lasts."""
    with stand_in_engine(folder) as engine:
        yield Desk(folder, engine)
