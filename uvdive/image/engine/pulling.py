"""Pull an image into the engine, because somebody said so (R60)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from uvdive.base.errors import ImageError
from uvdive.base.progress import Note, OnEvent


def pull(api: Any, reference: str, platform: str | None, on_event: OnEvent) -> None:
    """Let the engine fetch an image from its registry; credentials are those of the docker client.

    Args:
        api: the SDK's low-level client.
        reference: the image's name, with tag or digest.
        platform: which one of several; None is the engine's own.
        on_event: gets a Note whenever a layer is there.

    Raises:
        ImageError: the registry has no such image, refuses it, or cannot be reached.
    """
    from docker.errors import APIError

    on_event(Note(f"Pulling {reference}"))
    try:
        _follow(api.pull(reference, stream=True, decode=True, platform=platform), reference, on_event)
    except APIError as error:
        raise _failed(reference, str(error.explanation or error)) from error


def _follow(messages: Iterable[Mapping[str, Any]], reference: str, on_event: OnEvent) -> None:
    """Read the engine's messages to the end: it pulls as long as somebody listens."""
    layers: dict[str, bool] = {}
    for message in messages:
        if "error" in message:
            raise _failed(reference, str(message["error"]))
        status, layer = str(message.get("status", "")), str(message.get("id", ""))
        if status == "Pulling fs layer":
            layers.setdefault(layer, False)
        elif status in ("Pull complete", "Already exists"):
            layers[layer] = True
            on_event(Note(f"Pulling {reference}: {sum(layers.values())} of {len(layers)} layers"))


def _failed(reference: str, why: str) -> ImageError:
    return ImageError(
        f"{reference} cannot be pulled: {why.strip().rstrip('.')}.",
        "Check its name, the network, and whether `docker login` is needed.",
    )
