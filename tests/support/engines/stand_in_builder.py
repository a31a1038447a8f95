"""A stand-in for the engine's builds: what is built is noted, and images are what a test made up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_images import hand_made
from made_images import layers as make
from made_images import pairs_of_images as pairs

from uvdive.build.events import BuildRequest, BuildResult
from uvdive.image.config import HistoryEntry
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.opening.images import Loaded
from uvdive.session.opening.options import DEFAULTS, ReadOptions
from uvdive.session.proof import built_before, original, own_builds, proving, second_build
from uvdive.session.proof.proving import Proof, prove

ORIGINAL = "FROM python:3.13-slim\nRUN one\nCOPY x /x\nRUN two\nRUN three\n"


class Builder:
    """Notes what it is asked to build; ``results`` are the images in their order, or errors."""

    def __init__(self, *results: ImageReport | Exception) -> None:
        self.results = list(results)
        self.requests: list[BuildRequest] = []
        self.contexts: list[dict[str, str]] = []
        self.needed: list[int] = []
        self.loaded: list[str] = []
        self.texts: list[str] = []
        self.built: list[ImageReport] = []

    def build(self, request: BuildRequest, *, needed: int = 0, **_: object) -> BuildResult:
        self.requests.append(request)
        self.needed.append(needed)
        files = (path for path in request.context.rglob("*") if path.is_file())
        self.contexts.append({path.name: path.read_text() for path in files})
        result = self.results.pop(0)
        if isinstance(result, Exception):
            raise result
        self.built.append(result)
        return BuildResult("sha256:1", request.tag, float(len(self.requests)))

    def load(self, target: str, *, options: ReadOptions = DEFAULTS, **_: object) -> Loaded:
        self.loaded.append(target)
        self.texts.append(options.built_text)
        return Loaded(self.built[-1], None)


def image(tmp_path: Path, *, two: bytes = b"at 1", x: bytes = b"x") -> ImageReport:
    """What the Dockerfile makes; what its second RUN writes may be another each time."""
    return hand_made.image(
        tmp_path, ORIGINAL,
        [make.file("app/one", b"1")], [make.file("x", x)], [make.file("app/two", two)],
        [make.file("app/three", b"3")],
    )  # fmt: skip


def use(monkeypatch: pytest.MonkeyPatch, builder: Builder) -> None:
    for module in (built_before, original, proving, second_build):
        monkeypatch.setattr(module, "build_image", builder.build)
    # Whether an image is there that was made of the same, and which engine builds, one would be asked.
    monkeypatch.setattr(built_before, "made_of", lambda _: None)
    monkeypatch.setattr(built_before, "build_source", lambda: "docker")
    monkeypatch.setattr(own_builds, "load_image", builder.load)

    class Kept:
        def __init__(self, *_: object) -> None: ...
        def __enter__(self) -> None: ...
        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(second_build, "removed_after", Kept)


PLAN = RewritePlan("rewritten", "image", "Dockerfile", ORIGINAL, "FROM a\nRUN new\n", "")


def proof(context: Path, before: ImageReport, plan: RewritePlan = PLAN, **more: object) -> Proof:
    plan = replace(plan, dockerfile=str(context / "Dockerfile"))
    return prove(plan, before, context=context, build_args=("--build-arg", "A=1"), **more)  # type: ignore[arg-type]


def resolved(tmp_path: Path, version: str, *, created: str = "") -> ImageReport:
    site = "app/.venv/lib/python3.13/site-packages"
    files = pairs.installed(site, "idna", version, {"idna.py": b"x"})
    report = pairs.read(tmp_path / f"{version}.tar", pairs.python(), pairs.application() | files)
    history = (HistoryEntry("RUN /bin/sh -c uv sync # buildkit", created=created or None),)
    return replace(report, history=history)


MOMENT = "2026-01-02T03:04:05Z"
STAGES = replace(PLAN, text="FROM a AS build\nRUN uv sync\nFROM a\n")
