"""What a rewrite did to files of its own base: another base explains none of it."""

from __future__ import annotations

from functools import cached_property

from uvdive.image.table import ALIVE, Kind
from uvdive.ledger.report import ImageReport
from uvdive.verify.pairs import changes

_CERTAIN = ("image", "dockerfile")
"""How the base is known where its layers are surely the base's: by an image's diff ids, or by FROM."""


class NewBase:
    """The base of a new image, and what the layers on top of it took away or changed."""

    def __init__(self, after: ImageReport) -> None:
        base = after.image.base
        self._table = after.files
        self._layers = base.layers if base is not None and base.by in _CERTAIN else 0

    @cached_property
    def known(self) -> bool:
        """Is it known which layers are the base's?"""
        return self._layers > 0

    def entry(self, path: bytes) -> int | None:
        """What the new base has at a path: an entry of the new image's table; None for nothing."""
        node = self._table.find(path) if self.known else None
        return None if node is None else self._table.visible(node, self._layers - 1)

    def touched(self, path: bytes) -> bool:
        """Had the new base a path that a layer of the rewrite removed or changed?"""
        table, was = self._table, self.entry(path)
        if was is None:
            return False
        now = table.visible(table.entry_node[was], ALIVE - 1)
        if now is None or now == was:
            return now is None
        # What a layer writes into a folder brings the folder along; of a file only what changed it.
        return table.entry_kind[was] != Kind.DIRECTORY or bool(changes(table, was, table, now))
