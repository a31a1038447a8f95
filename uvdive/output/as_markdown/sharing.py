"""What several images share, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from uvdive.base.units import Units, size
from uvdive.output.as_markdown.words import code, escaped, table
from uvdive.output.check.forms.inert import quiet
from uvdive.output.words.sharing import MOST, headline, held_by, layer_words, place, versions
from uvdive.verify.several.sharing import Fleet


def sharing_markdown(
    fleet: Fleet,
    unread: Sequence[tuple[str, str]] = (),
    notes: Sequence[str] = (),
    units: Units = "si",
) -> str:
    """One table of the images, then the layers, contents and packages that several hold.

    Args:
        fleet: the images that could be read.
        unread: names of the others, and why.
        notes: what could not be looked into.
        units: of the sizes.
    """
    parts = [
        [escaped(headline(fleet, units), 1000)] if fleet.images else [],
        _images(fleet, unread, units),
        _layers(fleet, units),
        _contents(fleet, units),
        _packages(fleet, units),
        [f"- {code(name)} can't be read: {escaped(why, 1000)}" for name, why in unread],
        [f"- {escaped(note, 1000)}" for note in notes],
    ]
    return quiet("\n\n".join("\n".join(part) for part in parts if part)) + "\n"


def _images(fleet: Fleet, unread: Sequence[tuple[str, str]], units: Units) -> list[str]:
    rows = [
        (
            code(image.name),
            escaped(image.platform),
            size(image.file_bytes, units),
            size(own, units),
            size(image.file_bytes - own, units),
            "" if image.compressed_bytes is None else size(image.compressed_bytes, units),
        )
        for image, own in zip(fleet.images, fleet.own_bytes, strict=True)
    ]
    rows += [(code(name), "**unreadable**", "", "", "", "") for name, _ in unread]
    return table(
        ("image", "platform", "size", "its own", "shared", "pull size"), rows, frozenset({2, 3, 4, 5})
    )


def _layers(fleet: Fleet, units: Units) -> list[str]:
    rows = [
        (
            size(each.saved_bytes, units),
            size(each.layer.file_bytes, units),
            held_by(len(each.images), fleet),
            code(layer_words(each)),
        )
        for each in fleet.layers[:MOST]
    ]
    return table(("saves", "size", "images", "shared layer"), rows, frozenset({0, 1})) if rows else []


def _contents(fleet: Fleet, units: Units) -> list[str]:
    rows = [
        (
            size(each.repeated_bytes, units),
            size(each.bytes, units),
            str(len(each.layers)),
            held_by(len(each.images), fleet),
            code(place(each)),
        )
        for each in fleet.contents[:MOST]
    ]
    head = ("repeated", "size", "layers", "images", "the same file in layers that differ")
    return table(head, rows, frozenset({0, 1, 2})) if rows else []


def _packages(fleet: Fleet, units: Units) -> list[str]:
    rows = [
        (
            escaped(each.name),
            each.kind,
            held_by(each.images, fleet),
            size(each.bytes, units),
            escaped(versions(each), 400),
        )
        for each in fleet.packages
        if len(each.versions) > 1
    ][:MOST]
    head = ("package", "", "images", "size", "versions (images)")
    return table(head, rows, frozenset({3})) if rows else []
