"""Events of reading in words, one line each."""

from __future__ import annotations

from collections.abc import Callable

from uvdive.base.progress import Note
from uvdive.base.units import Units, size
from uvdive.image.events import ImageFound, LayerRead, LayersPlaced
from uvdive.output.plain import count


class ReadingWords:
    """Words what happens while an image is read; a layer that was told is not told again.

    Args:
        units: gives those of sizes.
        clean: takes secrets out of what others say, before it is cut.
    """

    def __init__(self, units: Callable[[], Units] = lambda: "si", clean: Callable[[str], str] = str) -> None:
        self.clean = clean
        self._units = units
        self._layers: list[str] = []
        self._told: set[str] = set()

    def line(self, event: object) -> str:
        """An event in words; empty where it is not worth any."""
        if isinstance(event, Note):
            return event.text
        if isinstance(event, ImageFound):
            return self._image(event)
        if isinstance(event, LayersPlaced):
            layers = count(event.base_layers, "layer")
            return f"Base: {event.base or 'unknown'}, {layers}" if event.base_layers else ""
        return self._layer(event) if isinstance(event, LayerRead) else ""

    def _image(self, event: ImageFound) -> str:
        self._layers = [layer.diff_id for layer in event.layers]
        self._told.clear()
        packed = [layer.packed_size for layer in event.layers if layer.packed_size is not None]
        weight = f", {size(sum(packed), self._units())} packed" if packed else ""
        return f"{event.reference}: {count(len(event.layers), 'layer')}{weight}"

    def _layer(self, event: LayerRead) -> str:
        # Where one way to the layers breaks off, the next one begins anew.
        if event.diff_id in self._told:
            return ""
        self._told.add(event.diff_id)
        # Layers arrive in any order; the number is the one that the report gives.
        number = f" {self._layers.index(event.diff_id)}" if event.diff_id in self._layers else ""
        files = count(event.files, "file")
        return f"Layer{number}: {size(event.file_bytes, self._units())} in {files}"
