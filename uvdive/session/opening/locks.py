"""The ``uv.lock`` files that belong to an image: beside its Dockerfile, and in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from uvdive.base.errors import ImageError, UvdiveError
from uvdive.base.files.foreign import read_file
from uvdive.session.opening.images import Loaded

_NAME = "uv.lock"
_MOST = 32
_MAX_BYTES = 8 << 20


def lock_texts(image: Loaded, dockerfile: Path | None) -> Iterator[str]:
    """The text of each lock; a saved report has none of the image's.

    Args:
        image: the image, with its contents where they are at hand.
        dockerfile: the file beside which one may lie.
    """
    if dockerfile is not None:
        with contextlib.suppress(OSError, UvdiveError):  # the project has none
            yield read_file(dockerfile.parent / _NAME, _MAX_BYTES).decode("utf-8", "replace")
    if image.store is None:
        return
    table = image.report.files
    nodes = (node for node, name in enumerate(table.names) if name == _NAME.encode())
    for node in islice(nodes, _MOST):
        entry = table.visible(node)
        if entry is None or table.entry_size[entry] > _MAX_BYTES:
            continue
        try:
            yield image.store.read(table.entry_inode[entry]).decode("utf-8", "replace")
        except ImageError:
            continue  # the source does not hold it any more
