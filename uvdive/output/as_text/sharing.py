"""What several images share, as plain text."""

from __future__ import annotations

from collections.abc import Sequence

from uvdive.base.units import Units, size
from uvdive.output.check.forms.inert import quiet
from uvdive.output.plain import folded, one_line, table, visible
from uvdive.output.words.sharing import MOST, headline, held_by, layer_words, place, versions
from uvdive.verify.several.sharing import Fleet

_NAME = 48


def sharing_text(
    fleet: Fleet,
    unread: Sequence[tuple[str, str]] = (),
    notes: Sequence[str] = (),
    units: Units = "si",
    width: int = 100,
) -> str:
    """One table of the images, then the layers, contents and packages that several hold.

    Args:
        fleet: the images that could be read.
        unread: names of the others, and why.
        notes: what could not be looked into.
        units: of the sizes.
        width: of a line.
    """
    parts = [
        _images(fleet, unread, units),
        folded(headline(fleet, units), width) if fleet.images else [],
        _layers(fleet, units, width),
        _contents(fleet, units, width),
        _packages(fleet, units, width),
        [line for note in notes for line in folded(f"Note: {visible(note)}", width)],
    ]
    return quiet("\n\n".join("\n".join(part) for part in parts if part)) + "\n"


def _images(fleet: Fleet, unread: Sequence[tuple[str, str]], units: Units) -> list[str]:
    rows: list[tuple[str, ...]] = [("image", "platform", "size", "its own", "shared", "pull size")]
    for image, own in zip(fleet.images, fleet.own_bytes, strict=True):
        packed = image.compressed_bytes
        rows.append(
            (
                one_line(image.name, _NAME),
                visible(image.platform),
                size(image.file_bytes, units),
                size(own, units),
                size(image.file_bytes - own, units),
                "" if packed is None else size(packed, units),
            )
        )
    rows += [(one_line(name, _NAME), "unreadable", "", "", "", "") for name, _ in unread]
    return table(rows, frozenset({2, 3, 4, 5}))


def _more(shown: int, there: int) -> list[str]:
    return [f"  and {there - shown} more (--json has all)"] if there > shown else []


def _layers(fleet: Fleet, units: Units, width: int) -> list[str]:
    rows = [
        (
            f"  {size(each.saved_bytes, units)}",
            size(each.layer.file_bytes, units),
            held_by(len(each.images), fleet),
            one_line(layer_words(each), max(30, width - 45)),
        )
        for each in fleet.layers[:MOST]
    ]
    head = ("Shared layers", "size", "images", "")
    return table([head, *rows], frozenset({0, 1})) + _more(len(rows), len(fleet.layers)) if rows else []


def _contents(fleet: Fleet, units: Units, width: int) -> list[str]:
    rows = [
        (
            f"  {size(each.repeated_bytes, units)}",
            size(each.bytes, units),
            str(len(each.layers)),
            held_by(len(each.images), fleet),
            one_line(place(each), max(30, width - 52)),
        )
        for each in fleet.contents[:MOST]
    ]
    if not rows:
        return []
    head = ("The same again", "size", "layers", "images", "")
    # There may be more than the fleet remembers, so nobody says how many.
    more = ["  and more (--json has the 100 largest)"] if len(fleet.contents) > MOST else []
    return table([head, *rows], frozenset({0, 1, 2})) + more


def _packages(fleet: Fleet, units: Units, width: int) -> list[str]:
    several = [each for each in fleet.packages if len(each.versions) > 1]
    rows = [
        (
            f"  {size(each.bytes, units)}",
            each.kind,
            held_by(each.images, fleet),
            one_line(f"{visible(each.name)}  {versions(each)}", max(30, width - 40)),
        )
        for each in several[:MOST]
    ]
    head = ("In several versions", "", "images", "")
    return table([head, *rows], frozenset({0})) + _more(len(rows), len(several)) if rows else []
