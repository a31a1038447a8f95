"""uv itself, its cache, and the tags it is brought in by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from uvdive.base.units import size
from uvdive.ledger.findings.facts import Facts, finding, heaviest
from uvdive.ledger.findings.rewrites import TRIFLE
from uvdive.ledger.report import Finding
from uvdive.uv.images import Reference

if TYPE_CHECKING:
    from uvdive.ledger.findings.recipe import Recipe


def uv_in_image(facts: Facts) -> Iterator[Finding]:
    """The programs of uv in the final state; not in an image that has nothing but uv to start."""
    numbers = [
        number
        for number, component in enumerate(facts.components)
        if component.owner == "uv" and component.kind != "tool" and component.live_bytes
    ]
    by_layer = facts.live_by_layer(numbers)
    if not numbers or _is_uvs_own(facts):
        return
    parts = sorted((facts.components[number] for number in numbers), key=lambda part: -part.live_bytes)
    programs = [part for part in parts if part.kind == "binary"]
    if not programs and not any(part.kind == "distribution" for part in parts):
        return
    yield finding(
        "uv-in-image",
        "uv is in the final image",
        "Install with uv in a first stage and copy only the environment into the last one.",
        count=sum(by_layer.values()),
        line=facts.line(heaviest(by_layer)),
        paths=[part.path for part in parts if part.path and (part.kind == "binary" or not programs)],
    )


def _is_uvs_own(facts: Facts) -> bool:
    """Is uv what the image is for: it starts it bare, and holds no environment?"""
    start = [*(facts.config.entrypoint or ()), *(facts.config.cmd or ())]
    bare = len(start) == 1 and start[0].rpartition("/")[2] == "uv"
    return bare and not any(part.owner == "venv" and part.live_bytes for part in facts.components)


def cache_in_image(facts: Facts) -> Iterator[Finding]:
    """What uv's cache costs beside the files that an environment links to."""
    numbers = [n for n, part in enumerate(facts.components) if part.owner == "uv-cache" and part.live_bytes]
    by_layer = facts.live_by_layer(numbers)
    parts = sorted((facts.components[number] for number in numbers), key=lambda part: -part.live_bytes)
    if sum(by_layer.values()):
        yield finding(
            "uv-cache-in-image",
            "uv's cache is in the final image",
            "Mount it (RUN --mount=type=cache), pass --no-cache, or leave it behind in a first stage."
            + _kept(facts),
            count=sum(by_layer.values()),
            line=facts.line(heaviest(by_layer)),
            paths=list(dict.fromkeys(part.path for part in parts if part.path)),
        )


def _kept(facts: Facts) -> str:
    """What of the cache a mount alone does not save: it would be dead instead."""
    by_layer: dict[int, int] = {}
    for row in facts.kept_by_cache:
        by_layer[row.killed_by] = by_layer.get(row.killed_by, 0) + row.bytes
    killer = heaviest(by_layer)
    total = sum(by_layer.values())
    if killer is None or total < TRIFLE:
        return ""
    line = facts.line(killer)
    where = "a later layer" if line is None else f"line {line}"
    return (
        f" {size(total)} of it are files that an environment had until {where} replaced or removed them: "
        "they go only where that is fixed as well."
    )


def unpinned_tag(facts: Facts) -> Iterator[Finding]:
    """An image of uv by a tag without a version: the next build may bring another uv."""
    return unpinned_tags(facts.recipe)


def unpinned_tags(recipe: Recipe | None) -> Iterator[Finding]:
    """The same, which the text alone tells."""
    for line, image in _tags(recipe):
        if not image.is_versioned and not image.is_frozen:
            yield finding(
                "uv-tag-unpinned",
                f"The tag does not say which uv it brings: {image.text}",
                "Name a version (ghcr.io/astral-sh/uv:X.Y.Z-…), so that the next build brings the same uv.",
                line=line,
                weight="info",
            )


def frozen_tag(facts: Facts) -> Iterator[Finding]:
    """An image of uv by a tag that looks as if it moved and does not any more."""
    return frozen_tags(facts.recipe)


def frozen_tags(recipe: Recipe | None) -> Iterator[Finding]:
    """The same, which the text alone tells."""
    for line, image in _tags(recipe):
        if not image.is_versioned and image.is_frozen:
            yield finding(
                "uv-tag-frozen",
                f"The tag is not published any more, and stays at an old uv: {image.text}",
                "Move to a tag that is still published (trixie, a newer Alpine), with a version in it.",
                line=line,
                weight="medium",
            )


def _tags(recipe: Recipe | None) -> Iterator[tuple[int, Reference]]:
    """Every image of uv that no digest pins, with its first line."""
    seen = set()
    for line, name in () if recipe is None else recipe.images():
        image = Reference.read(name)
        if image.is_uv and not image.digest and name not in seen:
            seen.add(name)
            yield line, image
