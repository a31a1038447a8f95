"""Events of reading in words, one line each, on standard error."""

from __future__ import annotations

from uvdive.base.progress import Note
from uvdive.base.units import size
from uvdive.cli.telling.console import Console
from uvdive.image.events import ImageFound, LayerRead, LayersPlaced
from uvdive.output.plain import count


class Narrator:
    """An OnEvent that tells a console what happens while an image is read."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = ""
        self._layers: list[str] = []
        self._told: set[str] = set()

    def __call__(self, event: object) -> None:
        """Take one event."""
        self._console.note(repr(self._console.hidden(event)))
        line = self.line(event)
        if line and line != self._last:
            self._console.progress(line)
            self._last = line

    def line(self, event: object) -> str:
        """An event in words; empty where it is not worth any."""
        if isinstance(event, Note):
            return event.text
        if isinstance(event, ImageFound):
            self._layers = [layer.diff_id for layer in event.layers]
            self._told.clear()
            packed = [layer.packed_size for layer in event.layers if layer.packed_size is not None]
            weight = f", {size(sum(packed), self._console.units)} packed" if packed else ""
            return f"{event.reference}: {count(len(event.layers), 'layer')}{weight}"
        if isinstance(event, LayersPlaced):
            layers = count(event.base_layers, "layer")
            return f"Base: {event.base or 'unknown'}, {layers}" if event.base_layers else ""
        return self._layer(event) if isinstance(event, LayerRead) else ""

    def _layer(self, event: LayerRead) -> str:
        # Where one way to the layers breaks off, the next one begins anew.
        if event.diff_id in self._told:
            return ""
        self._told.add(event.diff_id)
        # Layers arrive in any order; the number is the one that the report gives.
        number = f" {self._layers.index(event.diff_id)}" if event.diff_id in self._layers else ""
        files = count(event.files, "file")
        return f"Layer{number}: {size(event.file_bytes, self._console.units)} in {files}"
