"""The cache of layers that were read, as the front ends show and clear it."""

from __future__ import annotations

from pathlib import Path

import xxhash

from uvdive.image.layers.cache import LayerCache, default_folder
from uvdive.ledger import wanted


def layer_cache() -> LayerCache:
    """The user's cache of layers; which contents ``wanted`` keeps is part of its keys."""
    rules = Path(wanted.__file__).read_bytes()
    return LayerCache(default_folder(), xxhash.xxh3_64_hexdigest(rules))
