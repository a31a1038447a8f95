"""The images that uvdive builds: their names, and how they are listed and removed.

They are known by their tags alone. A label would be part of the config, which must
stay equal to the original's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from uvdive.base.errors import EngineError
from uvdive.base.files.foreign import real
from uvdive.build.events import Role
from uvdive.image.answers import IMAGE, IMAGES, INFO, answer, asking
from uvdive.image.endpoint import EngineKind, build_source, connect, endpoint_of, podman_endpoint
from uvdive.image.reaching.address import Endpoint
from uvdive.image.reference import REGISTRY, is_ours

if TYPE_CHECKING:
    from docker import DockerClient

_CONTAINERD = "io.containerd.snapshotter.v1"
"""Docker's driver type where images lie in containerd (``docker info``)."""


@dataclass(frozen=True, slots=True)
class BuiltImage:
    """One tag of ours. ``size`` is the engine's figure in bytes, ``created`` is RFC 3339."""

    tag: str
    id: str
    size: int
    created: str
    engine: EngineKind = "docker"


@dataclass(frozen=True, slots=True)
class Removal:
    """What became of one tag: ``kept`` says why the engine keeps it, empty where it is gone."""

    image: BuiltImage
    kept: str = ""


def image_tag(context: Path, dockerfile: Path | None, role: Role | Literal["timed", "again"]) -> str:
    """``uvdive.local/NAME-ID:role``; the same folder and Dockerfile always give the same tag."""
    folder = real(context)
    file = real(dockerfile or folder / "Dockerfile")
    digest = hashlib.sha256(f"{folder}\0{file}".encode("utf-8", "surrogateescape")).hexdigest()
    name = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-")[:40].strip("-")
    return f"{REGISTRY}/{name or 'root'}-{digest[:10]}:{role}"


@contextmanager
def engine_client(engine: EngineKind | None = None) -> Iterator[DockerClient]:
    """The engine through the docker SDK; None for the one that builds where none is named.

    Raises:
        EngineError: no engine answers, it stops answering, or it refuses.
    """
    client = connect(endpoint_of(engine or build_source()))
    try:
        with asking():
            yield client
    finally:
        client.close()


def find_image(tag: str, engine: EngineKind | None = None) -> str | None:
    """The id of the image that carries ``tag``, or None."""
    from docker.errors import ImageNotFound

    with engine_client(engine) as client:
        api: Any = client.api
        try:
            return str(answer(api.inspect_image(tag), IMAGE, "image")["Id"])
        except ImageNotFound:
            return None


def bases_at_hand(references: Iterable[str], engine: EngineKind) -> dict[str, str] | None:
    """The ids of images that a build takes something from, by their references.

    None where a build would not take these: one is not there and is fetched, or brings instructions
    of its own (ONBUILD), or the engine asks the registry each time (docker's with containerd's store).

    Raises:
        EngineError: no engine answers.
    """
    from docker.errors import ImageNotFound

    found: dict[str, str] = {}
    with engine_client(engine) as client:
        api: Any = client.api
        kinds = [row[-1] for row in answer(client.info(), INFO, "info").get("DriverStatus") or () if row]
        if _CONTAINERD in kinds:
            return None
        for reference in references:
            try:
                image = answer(api.inspect_image(reference), IMAGE, "image")
            except ImageNotFound:
                return None
            if (image.get("Config") or {}).get("OnBuild"):
                return None
            found[reference] = image["Id"]
    return found


def list_images() -> tuple[BuiltImage, ...]:
    """Every tag that uvdive made in any engine of this machine, by name."""
    return tuple(
        sorted((image for engine in engines() for image in _listed(engine)), key=lambda image: image.tag)
    )


def engines() -> tuple[EngineKind, ...]:
    """The engine that builds, and podman beside docker's, where its service answers too."""
    first = build_source()
    if first == "podman" or not _answers(podman_endpoint()):
        return (first,)
    return first, "podman"


def _answers(endpoint: Endpoint) -> bool:
    try:
        connect(endpoint).close()
    except EngineError:
        return False
    return True


def _listed(engine: EngineKind) -> Iterator[BuiltImage]:
    with engine_client(engine) as client:
        # podman matches no pattern that ends in a star.
        for image in answer(client.api.images(), IMAGES, "images"):
            for tag in image.get("RepoTags") or ():
                if is_ours(tag):
                    size, created = image.get("Size") or 0, _created(image.get("Created") or 0)
                    yield BuiltImage(tag, image["Id"], size, created, engine)


def _created(seconds: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).isoformat()


def remove_images(images: Iterable[BuiltImage]) -> tuple[Removal, ...]:
    """Take these tags away; the engine frees an image with its last tag.

    What a container still uses is kept, and the Removal says why.
    """
    from docker.errors import APIError, ImageNotFound

    removals = []
    for image in images:
        kept = ""
        with engine_client(image.engine) as client:
            try:
                client.images.remove(image.tag)
            except ImageNotFound:
                pass  # somebody else was faster: it is gone, as wanted
            except APIError as error:
                kept = str(error.explanation or error)
        removals.append(Removal(image, kept))
    return tuple(removals)


def remove_untagged(image_id: str, engine: EngineKind | None = None) -> bool:
    """Remove an image that lost its tag to a newer build, unless anything else uses it."""
    from docker.errors import APIError, ImageNotFound

    with engine_client(engine) as client:
        api: Any = client.api
        try:
            image = answer(api.inspect_image(image_id), IMAGE, "image")
            if image.get("RepoTags") or image.get("RepoDigests"):
                return False
            client.images.remove(image_id)
        except ImageNotFound:
            return False
        except APIError as error:
            if error.status_code != 409:  # in use, by a container or by an image made from it
                raise EngineError(f"The engine can't remove an old image: {error.explanation}.") from error
            return False
    return True


def restore_tag(tag: str, image_id: str | None, engine: EngineKind | None = None) -> None:
    """Give ``tag`` back to the image that had it before a build that was stopped, or to none.

    The engine may have named the image in the moment in which the build was stopped.
    """
    now = find_image(tag, engine)
    if now is None or now == image_id:
        return
    with engine_client(engine) as client:
        if image_id is None:
            client.images.remove(tag)
        else:
            name, _, role = tag.rpartition(":")
            client.api.tag(image_id, name, role)
    if image_id is not None:
        remove_untagged(now, engine)
