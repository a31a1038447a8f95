"""The engine's archive of an image as it comes (Docker API, "ImageGet")."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

from uvdive.base.errors import EngineError, ImageError
from uvdive.base.progress import BytesRead, Note, OnEvent
from uvdive.image.answers import TRY_AGAIN, RefusedError, asking
from uvdive.image.engine.api import Api


class Saved:
    """What ``docker save`` gives; the engine prepares it from now on. The caller closes it.

    The engine may take its time before the first piece; afterwards it is given up where it says
    nothing for as long as any other answer may take.

    Args:
        api: who asks the engine.
        image_id: which image.
        on_event: gets a Note and BytesRead.

    Raises:
        EngineError: it is gone.
    """

    def __init__(self, api: Api, image_id: str, on_event: OnEvent) -> None:
        self._on_event = on_event
        with asking():
            self._saving = api.save(image_id)

    def pieces(self) -> Generator[bytes]:
        """Its pieces, once.

        Raises:
            EngineError: it stopped sending.
            ImageError: it will not send.
        """
        done = 0
        try:
            with asking(), contextlib.closing(self._saving.pieces()) as pieces:
                for piece in pieces:
                    if not done:
                        self._on_event(Note("Reading"))
                    done += len(piece)
                    self._on_event(BytesRead(done))
                    yield piece
        except EngineError as error:
            if isinstance(error.__cause__, RefusedError):
                raise ImageError(f"The engine does not save the image: {' '.join(error.log)}.") from error
            what = f"The container engine went away: it stopped sending the image after {done} bytes."
            raise EngineError(what, TRY_AGAIN) from error
        self._on_event(BytesRead(done))

    def close(self) -> None:
        """End it; nobody waits for a piece any more."""
        self._saving.close()
