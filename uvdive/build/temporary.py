"""Images that are needed for a moment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from uvdive.base.errors import EngineError
from uvdive.base.files.remains import gone, note
from uvdive.build.images import engine_client
from uvdive.image.endpoint import EngineKind


@contextlib.contextmanager
def removed_after(tag: str, engine: EngineKind | None) -> Iterator[None]:
    """Remove the image with this tag at the end, whatever happens; what is in use stays."""
    from docker.errors import ImageNotFound

    note(tag)
    try:
        yield
    finally:
        # Where the engine is gone, that is told already; uvdive clean removes the image.
        with contextlib.suppress(EngineError), engine_client(engine) as client:
            with contextlib.suppress(ImageNotFound):
                client.images.remove(tag)
            gone(tag)
