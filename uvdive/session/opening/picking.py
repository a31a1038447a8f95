"""What there is to open: the engine's images, and archives, reports and Dockerfiles of a folder."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from uvdive.base.dockerfile_names import names_dockerfile
from uvdive.base.errors import UvdiveError
from uvdive.base.processes import worker
from uvdive.base.progress import CancelToken, Note, OnEvent, ignore
from uvdive.image.endpoint import DOCKER_SOCKET, EngineKind, docker_endpoint, is_there, podman_endpoint
from uvdive.image.engine.engine import Engine
from uvdive.image.reaching.address import Endpoint
from uvdive.image.reference import is_ours

ChoiceKind = Literal["image", "podman", "by uvdive", "archive", "report", "Dockerfile", "layout"]
"""``podman`` are images of podman beside those of docker, ``by uvdive`` those that uvdive built."""

_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.zst")


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to open: ``target`` as on the command line; bytes; seconds since 1970.

    ``layers`` says of an image how many of its layers other images of the engine have too, and how
    many it has.
    """

    kind: ChoiceKind
    name: str
    target: str
    size: int | None
    created: int | None
    layers: tuple[int, int] | None = None


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
    podman = _beside_docker()
    try:
        found: tuple[Choice, ...] = _images(docker_endpoint(), "docker")
    except UvdiveError as error:
        return Choices((*podman, *files), None if podman and _without_docker() else error)
    return Choices((*found, *podman, *files))


def _without_docker() -> bool:
    """Does nobody ask for docker: is it neither named nor at its place?"""
    try:
        endpoint = docker_endpoint()
    except UvdiveError:
        return False
    return endpoint.url == DOCKER_SOCKET and not is_there(endpoint)


def _beside_docker() -> tuple[Choice, ...]:
    """Podman's images, where its service answers beside docker's and is not the same."""
    endpoint = podman_endpoint()
    try:
        there = is_there(endpoint) and endpoint.url != docker_endpoint().url
        return _images(endpoint, "podman") if there else ()
    except UvdiveError:
        return ()  # nobody asked for podman


def _images(endpoint: Endpoint, engine: EngineKind) -> tuple[Choice, ...]:
    """An engine's images under each of their names.

    Raises:
        EngineError: it does not answer.
    """
    images = Engine(endpoint).local_images()
    having = Counter(layer for image in images for layer in set(image.diff_ids))
    kind: ChoiceKind = "image" if engine == "docker" else "podman"
    return tuple(
        Choice(
            "by uvdive" if is_ours(name) else kind,
            name,
            f"{engine}://{name}",
            image.size,
            image.created,
            (sum(having[layer] > 1 for layer in image.diff_ids), len(image.diff_ids)),
        )
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
