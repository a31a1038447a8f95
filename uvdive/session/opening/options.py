"""How to read an image: what the front ends ask for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uvdive.image.sources import Via


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read an image.

    ``platform`` picks one of several, ``verify_digests`` hashes plain layers of archives
    too, ``duplicates`` looks for equal content, ``layer_cache`` lets the engine's layers
    come from the cache, and ``via`` says how an engine hands its images over: by its
    ``save`` stream, from its own ``storage``, or ``auto``: from storage where it may be read;
    ``registry`` asks the registry and no engine. ``insecure`` are registries that may be asked
    without TLS.
    ``pull`` fetches an image that the engine lacks from its registry first.
    ``look_in`` is a folder where the image's Dockerfile is looked for if none is named.
    ``built_text`` is the Dockerfile of an image that uvdive built itself, up to the stage that
    was built: it tells which layers came with FROM, and nothing else.
    """

    platform: str | None = None
    verify_digests: bool = False
    duplicates: bool = False
    layer_cache: bool = True
    via: Via = "auto"
    look_in: Path | None = None
    pull: bool = False
    built_text: str = ""
    insecure: tuple[str, ...] = ()


DEFAULTS = ReadOptions()
"""How an image is read when nothing is asked for."""
