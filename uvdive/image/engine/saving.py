"""The engine's archive of an image as it comes (Docker API, "ImageGet")."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from uvdive.base.errors import EngineError, ImageError
from uvdive.base.progress import BytesRead, Note, OnEvent
from uvdive.image.answers import TRY_AGAIN, asking

_PIECE = 1 << 19


def saved(api: Any, image_id: str, on_event: OnEvent) -> Iterator[bytes]:
    """The pieces of ``docker save``.

    The engine may take its time before the first; afterwards it is given up where it says
    nothing for as long as any other answer may take.

    Args:
        api: the SDK's low-level client.
        image_id: which image.
        on_event: gets a Note and BytesRead.

    Raises:
        EngineError: it stopped sending.
        ImageError: it will not send.
    """
    from docker.errors import APIError

    done = ready = 0
    pieces: list[bytes] = []
    try:
        with asking():
            answer = api.get(
                f"{api.base_url}/v{api.api_version}/images/{image_id}/get", stream=True, timeout=None
            )
            with contextlib.closing(answer):
                api._raise_for_status(answer)  # noqa: SLF001 - what the SDK does with each answer
                for piece in answer.iter_content(_PIECE):
                    if not done:
                        on_event(Note("Reading"))
                        _be_impatient(api, answer)
                    pieces.append(piece)
                    done += len(piece)
                    ready += len(piece)
                    # Engines send little at a time; more is parsed at less cost for each byte.
                    if ready >= _PIECE:
                        on_event(BytesRead(done))
                        yield b"".join(pieces)
                        pieces.clear()
                        ready = 0
    except EngineError as error:
        if isinstance(error.__cause__, APIError):
            raise ImageError(f"The engine does not save the image: {' '.join(error.log)}.") from error
        what = f"The container engine went away: it stopped sending the image after {done} bytes."
        raise EngineError(what, TRY_AGAIN) from error
    on_event(BytesRead(done))
    yield b"".join(pieces)


def _be_impatient(api: Any, answer: Any) -> None:
    """From the first byte on an engine works: silence means that it is gone."""
    try:
        sock: Any = api._get_raw_response_socket(answer)  # noqa: SLF001 - it knows all ways to an engine
    except AttributeError:
        return  # all of it has come already
    for each in filter(None, (sock, getattr(sock, "_sock", None))):
        if hasattr(each, "settimeout"):
            each.settimeout(api.timeout)
