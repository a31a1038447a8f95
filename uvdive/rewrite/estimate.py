"""What the multi-stage form would save, told from the image alone, where no Dockerfile is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from uvdive.ledger.report import ImageReport

_LEFT_BEHIND = ("uv", "uv-cache")


def saving_alone(report: ImageReport) -> Mapping[str, int]:
    """Bytes by owner that a final stage would not carry, the largest first; owners with none are left out.

    uv and its cache stay behind wholly, caches and dead bytes as far as the image's own
    layers hold them: those of the base may be in the final stage's base too. Compilers
    and headers are not counted, as nothing but a rewrite finds out which are needed.
    """
    found: Counter[str] = Counter()
    for owner in report.owners:
        if owner.owner in _LEFT_BEHIND:
            found[owner.owner] = owner.bytes
    own = {layer.index for layer in report.layers if not layer.base}
    for index in own:
        found["caches"] += report.layers[index].owners.get("caches", 0)
    for waste in report.waste:
        if waste.layer in own and waste.owner not in (*_LEFT_BEHIND, "caches"):
            found[waste.owner] += waste.bytes
    return {owner: count for owner, count in found.most_common() if count}
