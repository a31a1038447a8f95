"""The use case: build an image; and what a build of a rewrite needs around it."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from uvdive.base.progress import CancelToken, OnEvent, ignore
from uvdive.build.events import BuildBegan, BuildEnded, BuildRequest, BuildResult, Role
from uvdive.build.images import image_tag
from uvdive.build.replacing import build_tagged
from uvdive.build.space import check_space
from uvdive.rewrite.plan import FileChange


def build_image(
    request: BuildRequest,
    *,
    role: Role = "before",
    needed: int = 0,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> BuildResult:
    """Build an image and load it into the engine.

    Without a tag of its own the request gets ``uvdive.local/…:before`` (or ``:after``); the
    image that had the tag until then is removed unless something else uses it. Emits
    BuildBegan, the events of the build and BuildEnded. ``needed`` are the bytes that the
    image will take.

    Raises:
        EngineError: no docker client, no engine, or no right to use it.
        BuildError: no buildx plugin, no room on the engine's disk, or the build failed:
            ``log`` has its last lines.
        UsageError: the builder does not take one of the arguments.
        CancelledError: ``cancel`` was set; the tag is as it was before.
    """
    if request.tag is None:
        request = replace(request, tag=image_tag(request.context, request.dockerfile, role))
    check_space(needed, request.engine)
    on_event(BuildBegan(role))
    result = build_tagged(request, on_event=on_event, cancel=cancel)
    on_event(BuildEnded(role, result))
    return result


def target_of(result: BuildResult) -> str:
    """A built image as a TARGET."""
    return f"{result.engine}://{result.tag or result.image_id}"


@contextlib.contextmanager
def context_with(context: Path, files: tuple[FileChange, ...]) -> Iterator[Path]:
    """The folder to build: the user's own, or where files are to be others, a copy with them."""
    if not files:
        yield context
        return
    with copied(context) as copy:
        for change in files:
            target = copy / change.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(change.text, encoding="utf-8", newline="")
        yield copy


@contextlib.contextmanager
def copied(context: Path) -> Iterator[Path]:
    """A copy of a build context; it goes away with the block."""
    with tempfile.TemporaryDirectory(prefix="uvdive-context-") as folder:
        copy = Path(folder) / "context"
        shutil.copytree(context, copy, symlinks=True)
        yield copy
