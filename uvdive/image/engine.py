"""A container engine that speaks Docker's API: what it knows of images, and their save stream."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from uvdive.base.errors import EngineError, ImageError
from uvdive.base.progress import BytesRead, Note, OnEvent
from uvdive.image import archive
from uvdive.image.config import Manifest
from uvdive.image.events import ImageFound, LayerOutline
from uvdive.image.source import RawImage, layer_history
from uvdive.image.stream import ChunkStream
from uvdive.image.tarindex import Wanted

_PIECE = 1 << 20
_NO_LAYER = re.compile(
    r"(?:/bin/sh -c #\(nop\)\s+)?"
    r"(?:ENV|CMD|ENTRYPOINT|LABEL|EXPOSE|USER|VOLUME|STOPSIGNAL|ARG|HEALTHCHECK|SHELL|ONBUILD|MAINTAINER)\b"
)


@dataclass(frozen=True, slots=True)
class LocalImage:
    """An image that the engine has: its id, names and diff ids, bottom first."""

    id: str
    names: tuple[str, ...]
    diff_ids: tuple[str, ...]


def no_engine(error: Exception) -> EngineError:
    """The error for an engine that does not answer, by what went wrong."""
    where = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if "Permission denied" in str(error):
        return EngineError(
            f"You may not use the engine's socket ({where}).",
            "Add yourself to the group docker and log in again, or run uvdive with sudo.",
        )
    return EngineError(
        f"No container engine answers at {where}.",
        "Start Docker, set DOCKER_HOST, or open an archive that `docker save` wrote.",
    )


class Engine:
    """A connection to the engine that DOCKER_HOST names, or to the local one.

    Raises:
        EngineError: no engine answers, or its socket may not be used.
    """

    def __init__(self) -> None:
        import docker
        from docker.errors import DockerException
        from requests.exceptions import RequestException

        try:
            # Any: half of the SDK's methods have no types.
            self._api: Any = docker.from_env().api
            self._api.ping()
        except (DockerException, RequestException, OSError) as error:
            raise no_engine(error) from error

    def inspect(self, reference: str) -> dict[str, Any]:
        """What the engine says of an image.

        Raises:
            ImageError: it has no such image, or will not say.
        """
        from docker.errors import APIError, ImageNotFound, NullResource

        try:
            return dict(self._api.inspect_image(reference))
        except (ImageNotFound, NullResource) as error:
            raise ImageError(
                f"The engine has no image {reference}.",
                f"Build it, or pull it with `docker pull {reference}`.",
            ) from error
        except APIError as error:
            raise ImageError(f"The engine refuses {reference}: {error.explanation}.") from error

    def local_images(self) -> tuple[LocalImage, ...]:
        """Every named image of the engine."""
        from docker.errors import APIError

        found = []
        for listed in self._api.images():
            names = tuple(name for name in listed.get("RepoTags") or () if name != "<none>:<none>")
            if not names:
                continue
            try:
                attributes = self._api.inspect_image(listed["Id"])
            except APIError:
                continue  # removed since it was listed
            layers = (attributes.get("RootFS") or {}).get("Layers") or ()
            found.append(LocalImage(listed["Id"], names, tuple(layers)))
        return tuple(found)

    def read(self, reference: str, wanted: Wanted, on_event: OnEvent) -> RawImage:
        """Read an image from the engine's save stream as it arrives.

        Raises:
            ImageError: there is no such image, or its stream breaks or is damaged.
        """
        attributes = self.inspect(reference)
        image_id = str(attributes["Id"])
        history: list[dict[str, Any]] = list(self._api.history(image_id))
        history.reverse()
        diff_ids = [str(layer) for layer in (attributes.get("RootFS") or {}).get("Layers") or ()]
        on_event(ImageFound(reference, _first_outline(diff_ids, history)))
        on_event(Note("The engine prepares the archive"))
        members = archive.scan(ChunkStream(self._save(image_id, on_event)), wanted, on_event)
        chosen = archive.choose(members, None, reference=reference, source="docker")
        manifest = replace(
            chosen.manifest,
            reference=reference,
            image_id=image_id,
            inspect_size=attributes.get("Size"),
            listed_size=self._listed_size(image_id),
            engine_sizes=_engine_sizes(chosen.manifest, history),
        )
        return archive.from_scan(members, archive.Chosen(manifest, chosen.names))

    def _listed_size(self, image_id: str) -> int | None:
        sizes = (image.get("Size") for image in self._api.images() if image["Id"] == image_id)
        return next(sizes, None)

    def _save(self, image_id: str, on_event: OnEvent) -> Iterator[bytes]:
        from docker.errors import APIError
        from requests.exceptions import RequestException
        from urllib3.exceptions import HTTPError

        done = 0
        try:
            for piece in self._api.get_image(image_id, chunk_size=_PIECE):
                if not done:
                    on_event(Note("Reading"))
                done += len(piece)
                on_event(BytesRead(done))
                yield piece
        except (APIError, RequestException, HTTPError, OSError) as error:
            raise ImageError(
                f"The engine stopped sending the image after {done} bytes: {error}.",
                "See whether the engine still runs and has disk space, then try again.",
            ) from error


def _first_outline(diff_ids: list[str], history: list[dict[str, Any]]) -> tuple[LayerOutline, ...]:
    """The layers as far as they can be told before the config has come."""
    filled = [
        entry
        for entry in history
        if entry.get("Size") or not _NO_LAYER.match(str(entry.get("CreatedBy") or ""))
    ]
    fits = len(filled) == len(diff_ids)
    return tuple(
        LayerOutline(
            diff_id,
            str(filled[number].get("CreatedBy") or "") if fits else "",
            filled[number].get("Size") if fits else None,
        )
        for number, diff_id in enumerate(diff_ids)
    )


def _engine_sizes(manifest: Manifest, history: Sequence[dict[str, Any]]) -> tuple[int | None, ...]:
    """For each layer the size that the engine's history has for it, in bytes."""
    places = layer_history(manifest)
    if len(history) != len(manifest.history):
        return (None,) * len(places)
    return tuple(None if place is None else history[place].get("Size") for place in places)
