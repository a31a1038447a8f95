"""What the original has of its base, where the new image stands on another one."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from uvdive.ledger.report import ImageReport
from uvdive.verify.files.whose import package_of


class OldBase:
    """The original's base beside a new image."""

    def __init__(self, before: ImageReport, after: ImageReport) -> None:
        self._before, self._after = before, after

    @cached_property
    def changed(self) -> bool:
        """Do the images stand on different bases? Where none is known, their first layers tell."""
        base = [layer.diff_id for layer in self._before.layers if layer.base]
        base = base or [layer.diff_id for layer in self._before.layers[:1]]
        return [layer.diff_id for layer in self._after.layers[: len(base)]] != base

    @cached_property
    def _layers(self) -> frozenset[int]:
        """The base's layers of the old image; where none is known, its first."""
        return frozenset(layer.index for layer in self._before.layers if layer.base) or frozenset({0})

    @property
    def name(self) -> str:
        """What people call the base."""
        base = self._before.image.base
        return base.name if base is not None and base.name else "its first layer"

    def holds(self, layer: int) -> bool:
        """Is a layer of the old image its base's?"""
        return layer in self._layers

    def entry(self, path: bytes) -> int | None:
        """The entry of the old image that a path has in its base; None for nothing."""
        node = self._before.files.find(path)
        return None if node is None else self._before.files.visible(node, max(self._layers))

    def brought(self, entry: int) -> bool:
        """Is an entry of the old image its base's, and the new image's base another one?"""
        return self.changed and self._before.files.entry_layer[entry] in self._layers

    def brought_of(self, names: Collection[str]) -> frozenset[str]:
        """Of OS packages those that have files of the old base, where another base is new.

        Where the new image has all these files, nothing but the book of its package manager lacks them.
        apk's virtual packages (``.python-rundeps``) have none and are names for others.
        """
        if not self.changed:
            return frozenset()
        asked, found = frozenset(names), {name for name in names if name.startswith(".")}
        for entry in self._before.files.live_entries() if asked else ():
            package = package_of(self._before, entry)
            if package is not None and package.name in asked and self.brought(entry):
                found.add(package.name)
        return frozenset(found)
