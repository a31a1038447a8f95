"""What there is to open: the engine's images, and archives, reports and Dockerfiles of a folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from uvdive.base import worker
from uvdive.base.dockerfile_names import names_dockerfile
from uvdive.base.errors import UvdiveError
from uvdive.base.progress import CancelToken, Note, OnEvent, ignore
from uvdive.image.endpoint import docker_endpoint
from uvdive.image.engine.engine import Engine

ChoiceKind = Literal["image", "archive", "report", "Dockerfile", "layout"]

_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.zst")


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to open: ``target`` as on the command line; bytes; seconds since 1970."""

    kind: ChoiceKind
    name: str
    target: str
    size: int | None
    created: int | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What was found, and why the engine has no part in it, where it has none."""

    found: tuple[Choice, ...]
    problem: UvdiveError | None = None


def choices(folder: Path, *, on_event: OnEvent = ignore, cancel: CancelToken | None = None) -> Choices:
    """Look for everything, the engine's images in a worker process.

    Raises:
        CancelledError: ``cancel`` was set.
    """
    return worker.call(find_choices, folder, on_event=on_event, cancel=cancel)


def find_choices(folder: Path, *, on_event: OnEvent) -> Choices:
    """Look for everything; an engine that does not answer is no error here."""
    files = _files(folder)
    on_event(Note("Asking the engine for its images"))
    try:
        return Choices((*_images(), *files))
    except UvdiveError as error:
        return Choices(files, error)


def _images() -> tuple[Choice, ...]:
    images = Engine(docker_endpoint()).local_images()
    return tuple(
        Choice("image", name, f"docker://{name}", image.size, image.created)
        for image in images
        for name in image.names
    )


def _files(folder: Path) -> tuple[Choice, ...]:
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            kind = _kind(entry)
            if kind is None:
                continue
            about = entry.stat()
            size = None if kind == "layout" else about.st_size
            path = f"./{entry.name}"
            target = f"dockerfile:{path}" if kind == "Dockerfile" else path
            found.append(Choice(kind, path, target, size, int(about.st_mtime)))
    return tuple(sorted(found, key=lambda choice: choice.name))


def _kind(entry: os.DirEntry[str]) -> ChoiceKind | None:
    name = entry.name
    if entry.is_dir():
        return "layout" if Path(entry.path, "oci-layout").is_file() else None
    if not entry.is_file():
        return None
    if name.endswith(".uvdive"):
        return "report"
    if name.endswith(_ARCHIVES):
        return "archive"
    return "Dockerfile" if names_dockerfile(name) else None
