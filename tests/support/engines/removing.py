"""The images of a test's own folder go away with it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from uvdive.build.images import image_tag, list_images, remove_images


@contextlib.contextmanager
def removes_images_of(context: Path, dockerfile: Path | None = None) -> Iterator[None]:
    """Remove what uvdive built of a folder when the block ends."""
    try:
        yield
    finally:
        name = image_tag(context, dockerfile, "before").rpartition(":")[0]
        remove_images(image for image in list_images() if image.tag.rpartition(":")[0] == name)
