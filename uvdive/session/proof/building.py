"""The use case: build an image; and what a build of a rewrite needs around it."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from uvdive.base.errors import BuildError, disk_full
from uvdive.base.files.foreign import leads_into
from uvdive.base.files.scratch import scratch_folder
from uvdive.base.progress import CancelToken, OnEvent, ignore
from uvdive.build.events import BuildBegan, BuildEnded, BuildRequest, BuildResult, Role
from uvdive.build.images import image_tag
from uvdive.build.replacing import build_tagged
from uvdive.build.space import check_space
from uvdive.image.endpoint import EngineKind
from uvdive.ledger.report import ImageReport
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


def engine_of(report: ImageReport) -> EngineKind | None:
    """The engine in which an image's rewrite is built: its own; an archive's where everything is."""
    source = report.image.source
    return "podman" if source == "podman" else None


def check_built(result: BuildResult, report: ImageReport) -> None:
    """Is an image that was read by its tag the one that was built?

    A tag tells a path, so that the next build takes its place, and many machines may build at one
    path with one engine: then a proof would be of somebody else's image.

    Raises:
        BuildError: another build has taken the tag.
    """
    image = report.image
    known = (image.id, image.config_digest)
    if result.named and not (result.image_id == image.id and result.named in known):
        raise BuildError(
            f"{result.tag} is another image than the one that was just built.",
            "Another uvdive builds at the same path with the same engine: let it end, then try again.",
        )


def target_of(result: BuildResult) -> str:
    """A built image as a TARGET."""
    return f"{result.engine}://{result.tag or result.image_id}"


@contextlib.contextmanager
def context_with(context: Path, files: tuple[FileChange, ...]) -> Iterator[Path]:
    """The folder to build: the user's own, or where files are to be others, a copy with them."""
    seen = [change for change in files if change.in_context]
    if not seen:
        yield context
        return
    with copied(context) as copy:
        for change in seen:
            target = copy / change.path
            if not leads_into(target.parent, copy):
                raise BuildError(f"{change.path} lies behind a link out of the build context.")
            target.parent.mkdir(parents=True, exist_ok=True)
            # A link in the copy may lead to a file of the user's.
            if target.is_symlink():
                target.unlink()
            target.write_bytes(change.text.encode("utf-8", "surrogateescape"))
        yield copy


@contextlib.contextmanager
def copied(context: Path) -> Iterator[Path]:
    """A copy of a build context; it goes away with the block.

    What this user may not read, and what is no file, is left out: where a COPY wants it, the
    build of the original has failed before.

    Raises:
        BuildError: the context can't be copied.
        OutputError: there is no room for the copy.
    """
    with scratch_folder("context") as folder:
        copy = folder / "context"
        try:
            shutil.copytree(context, copy, symlinks=True, ignore=_unreadable, copy_function=_copy)
        except shutil.Error as error:
            said = tuple(f"{source}: {why}" for source, _, why in error.args[0])
            raise BuildError(f"{context} can't be copied to {copy}.", "", said[:20]) from error
        yield copy


def _unreadable(folder: str, names: list[str]) -> set[str]:
    """Folders that can't be listed; ``os.access`` asks with the rights that count."""
    paths = {name: Path(folder) / name for name in names}
    return {
        name
        for name, path in paths.items()
        if path.is_dir() and not path.is_symlink() and not os.access(path, os.R_OK | os.X_OK)
    }


def _copy(source: str, target: str) -> None:
    try:
        shutil.copy2(source, target, follow_symlinks=False)
    except (PermissionError, shutil.SpecialFileError):
        return
    except OSError as error:
        # copytree would go on with the next file.
        if (full := disk_full(error)) is not None:
            raise full from error
        raise
