"""What an engine's history tells of an image's layers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from uvdive.image.config import Manifest
from uvdive.image.events import LayerOutline
from uvdive.image.raw_image import layer_history

_NO_LAYER = re.compile(
    r"(?:/bin/sh -c #\(nop\)\s+)?"
    r"(?:ENV|CMD|ENTRYPOINT|LABEL|EXPOSE|USER|VOLUME|STOPSIGNAL|ARG|HEALTHCHECK|SHELL|ONBUILD|MAINTAINER)\b"
)


def first_outline(diff_ids: list[str], history: list[dict[str, Any]]) -> tuple[LayerOutline, ...]:
    """The layers as far as they can be told before the config has come."""
    filled = [
        entry
        for entry in history
        if entry.get("Size") or not _NO_LAYER.match(str(entry.get("CreatedBy") or ""))
    ]
    fits = len(filled) == len(diff_ids)
    return tuple(
        LayerOutline(
            diff_id,
            str(filled[number].get("CreatedBy") or "") if fits else "",
            filled[number].get("Size") if fits else None,
        )
        for number, diff_id in enumerate(diff_ids)
    )


def engine_sizes(manifest: Manifest, history: Sequence[dict[str, Any]]) -> tuple[int | None, ...]:
    """For each layer the size that the engine's history has for it, in bytes."""
    places = layer_history(manifest)
    if len(history) != len(manifest.history):
        return (None,) * len(places)
    return tuple(None if place is None else history[place].get("Size") for place in places)
