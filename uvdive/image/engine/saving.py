"""The engine's archive of an image as it comes (Docker API, "ImageGet")."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

from uvdive.base.errors import EngineError, ImageError
from uvdive.base.progress import BytesRead, Note, OnEvent
from uvdive.image.answers import TRY_AGAIN, RefusedError, asking
from uvdive.image.engine.api import Api


def saved(api: Api, image_id: str, on_event: OnEvent) -> Generator[bytes]:
    """The pieces of ``docker save``.

    The engine may take its time before the first; afterwards it is given up where it says
    nothing for as long as any other answer may take.

    Args:
        api: who asks the engine.
        image_id: which image.
        on_event: gets a Note and BytesRead.

    Raises:
        EngineError: it stopped sending.
        ImageError: it will not send.
    """
    done = 0
    try:
        with (
            asking(),
            contextlib.closing(api.save(image_id)) as archive,
            contextlib.closing(archive.pieces()) as pieces,
        ):
            for piece in pieces:
                if not done:
                    on_event(Note("Reading"))
                done += len(piece)
                on_event(BytesRead(done))
                yield piece
    except EngineError as error:
        if isinstance(error.__cause__, RefusedError):
            raise ImageError(f"The engine does not save the image: {' '.join(error.log)}.") from error
        what = f"The container engine went away: it stopped sending the image after {done} bytes."
        raise EngineError(what, TRY_AGAIN) from error
    on_event(BytesRead(done))
