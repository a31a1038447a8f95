"""What the engine says of an image's size, and what makes the difference to ours, in words."""

from __future__ import annotations

from uvdive.base.units import Units, size
from uvdive.ledger.engine_sizes import Explanation, explain
from uvdive.ledger.report import ImageReport


def engine_lines(report: ImageReport, units: Units = "si") -> list[str]:
    """One line for each figure of the engine; none where no engine was asked."""
    client = "podman" if report.image.source == "podman" else "docker"
    return [
        f"{client} {_VERBS[item.name]} says {size(item.figure, units)}: {_reason(item, units)}"
        for item in explain(report)
    ]


_VERBS = {"inspect": "inspect", "list": "images"}


def _reason(item: Explanation, units: Units) -> str:
    if not item.difference:
        return "the same"
    apart = f"{abs(item.difference)} bytes {'more' if item.difference > 0 else 'less'}"
    if item.basis == "files":
        layers = "layer" if len(item.link_layers) == 1 else "layers"
        where = ", ".join(map(str, item.link_layers))
        return f"{apart}, as it counts the symlinks of {layers} {where} by their length"
    if item.basis == "tars":
        return f"{apart}, as it counts the layers' tars and {item.metadata} bytes of metadata"
    if item.basis == "blobs" and item.unpacked:
        return f"the blobs and {size(item.unpacked, units)} of unpacked layers, in disk blocks"
    if item.basis == "blobs":
        return f"the layers' blobs as they are stored and {item.metadata} bytes of metadata"
    return f"{apart}, counted in another way"
