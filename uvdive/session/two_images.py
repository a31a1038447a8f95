"""Two images, compared, and both kept at hand for their files' contents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from uvdive.base.errors import ImageError
from uvdive.base.progress import CancelToken, OnEvent
from uvdive.image.table import NONE, Kind
from uvdive.session.atdesk import compare_at_desk
from uvdive.session.desk import Desk, Held, open_desk
from uvdive.session.opening.options import ReadOptions
from uvdive.verify.checks import Comparison

NOT_HELD = ImageError(
    "A saved report holds no contents of files.", "Compare the images themselves to see what changed in them."
)


@dataclass(frozen=True, slots=True)
class Part:
    """A file's first bytes, and how many it has; ``data`` is None for what is no file, as ``kind`` says."""

    size: int
    data: bytes | None
    kind: str = "file"


class Openable(Protocol):
    """An image that can be made ready and opened."""

    dockerfile: Path | None
    reading: ReadOptions

    def open(self, *, on_event: OnEvent, cancel: CancelToken | None) -> Desk:
        """Build if need be, and load into a process of its own."""

    def ready(self, on_event: OnEvent, cancel: CancelToken | None) -> str:
        """Build if need be; the name of the image."""


class TwoImages:
    """Compares two images, and reads a path of both as long as it is not closed.

    ``open_image`` opens the second one by its name, which only a look into a file needs.
    """

    def __init__(
        self, before: Openable, after: Openable, open_image: Callable[..., Desk] = open_desk
    ) -> None:
        self._sources = before, after
        self._open_image = open_image
        self._before: Desk | None = None
        self._after: Desk | None = None
        self._name = ""

    def compare(self, on_event: OnEvent, cancel: CancelToken) -> Comparison:
        """Read both and compare them; all as ``compare_images`` says."""
        before, after = self._sources
        self.close()
        self._before = before.open(on_event=on_event, cancel=cancel)
        self._name = after.ready(on_event, cancel)
        return self._before.run(
            compare_at_desk, self._name, after.dockerfile, after.reading, on_event=on_event, cancel=cancel
        )

    def read(
        self, path: bytes, most: int, on_event: OnEvent, cancel: CancelToken, old: bytes | None = None
    ) -> tuple[Part | None, Part | None]:
        """A path in both images, None where it is not there; ``old`` is where the first one has it.

        Raises:
            ImageError: the contents can't be read.
        """
        assert self._before is not None
        if self._after is None:
            source = self._sources[1]
            self._after = self._open_image(
                self._name, dockerfile=source.dockerfile, options=source.reading, on_event=on_event,
                cancel=cancel,
            )  # fmt: skip
        one = self._before.ask(read_part, old or path, most, cancel=cancel)
        return one, self._after.ask(read_part, path, most, cancel=cancel)

    def close(self) -> None:
        """Let go of both."""
        for desk in (self._before, self._after):
            if desk is not None:
                desk.close()
        self._before = self._after = None


def read_part(held: Held, path: bytes, most: int) -> Part | None:
    """A path of the final image, where it is held; None where it is not there.

    Raises:
        ImageError: it can't be read.
    """
    table = held.report.files
    node = table.find(path)
    entry = None if node is None else table.visible(node)
    if entry is None:
        return None
    kind = Kind(table.entry_kind[entry])
    if kind != Kind.FILE or table.entry_inode[entry] == NONE:
        return Part(0, None, kind.name.lower().replace("_", " "))
    if held.store is None:
        raise NOT_HELD
    return Part(table.entry_size[entry], held.store.read(table.entry_inode[entry], most))
