"""What several images share, in words: for text and Markdown."""

from __future__ import annotations

from uvdive.base.units import Units, percent, size
from uvdive.output.plain import count, visible
from uvdive.verify.several.sharing import Fleet, Repeated, SharedLayer, SharedPackage

MOST = 20
"""So many rows of each kind are shown; the JSON has all."""


def headline(fleet: Fleet, units: Units = "si") -> str:
    """How much they come to alone, and how much is stored once."""
    saved = fleet.images_bytes - fleet.stored_bytes
    told = (
        f"{count(len(fleet.images), 'image')}: {size(fleet.images_bytes, units)} one by one, "
        f"{size(fleet.stored_bytes, units)} stored, as shared layers save {size(saved, units)} "
        f"({percent(saved, fleet.images_bytes)})"
    )
    if fleet.repeated_bytes is None:
        return f"{told}."
    again = f"{size(fleet.repeated_bytes, units)} ({percent(fleet.repeated_bytes, fleet.stored_bytes)})"
    return f"{told}. {again} of what is stored are the same files again, in layers that are not the same."


def held_by(number: int, fleet: Fleet) -> str:
    """How many of the images hold something."""
    return "all" if number == len(fleet.images) else f"{number} of {len(fleet.images)}"


def layer_words(shared: SharedLayer) -> str:
    """A layer by what made it."""
    layer = shared.layer
    return layer.instruction or layer.created_by or layer.diff_id


def versions(package: SharedPackage) -> str:
    """A package's versions, each with how many images hold it where there are several."""
    if len(package.versions) == 1:
        return visible(package.versions[0].version)
    return ", ".join(f"{visible(each.version)} ({len(each.images)})" for each in package.versions)


def place(repeated: Repeated) -> bytes | str:
    """Where a content lies, in one of the images."""
    return repeated.path if repeated.path is not None else "(a small file)"
