"""What the multi-stage form would save, told from the image alone, where no Dockerfile is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from uvdive.ledger.report import ImageReport

WASTED = "wasted bytes of others"
"""Dead bytes of all owners that are not counted by themselves."""

_LEFT_BEHIND = ("uv", "uv-cache")
_CACHES = "caches"


def saving_alone(report: ImageReport) -> Mapping[str, int]:
    """Bytes by owner (and WASTED) that a final stage would not carry, the largest first; none are left out.

    uv and its cache stay behind wholly, caches and dead bytes as far as the image's own
    layers hold them: those of the base may be in the final stage's base too. Compilers
    and headers are not counted, as nothing but a rewrite finds out which are needed.
    """
    owners = {owner.owner: owner for owner in report.owners}
    own = [layer for layer in report.layers if not layer.base]
    found = Counter({name: owners[name].bytes for name in _LEFT_BEHIND if name in owners})
    found[_CACHES] = sum(layer.owners.get(_CACHES, 0) for layer in own)
    dead = sum(layer.dead_bytes for layer in own)
    counted = sum(owners[name].dead_bytes for name in (*_LEFT_BEHIND, _CACHES) if name in owners)
    found[WASTED] = max(0, dead - counted)
    return {name: count for name, count in found.most_common() if count}
