"""What is worth doing, with measured bytes. Ids are stable and never reused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from uvdive.ledger.report import Finding, LayerReport, OwnerReport, Waste

Severity = Literal["high", "medium", "low"]
_MEDIUM = 1_000_000
_HIGH = 10_000_000


def severity(count: int) -> Severity:
    """How much a number of bytes matters."""
    return "high" if count >= _HIGH else "medium" if count >= _MEDIUM else "low"


def find(
    owners: Sequence[OwnerReport], layers: Sequence[LayerReport], waste: Sequence[Waste]
) -> tuple[Finding, ...]:
    """Every finding that costs bytes, largest first."""
    by_name = {owner.owner: owner for owner in owners}
    found = [
        *_uv_left(by_name["uv"]),
        *_cache_left(by_name["uv-cache"]),
        *_apt_lists(by_name["caches"]),
        *_waste(layers, waste),
    ]
    return tuple(sorted(found, key=lambda finding: -finding.bytes))


def _make(
    name: str, count: int, title: str, advice: str, paths: Sequence[str], line: int | None = None
) -> list[Finding]:
    if count <= 0:
        return []
    return [Finding(name, severity(count), title, count, line, tuple(paths), advice)]


def _uv_left(owner: OwnerReport) -> list[Finding]:
    return _make(
        "uv-in-image",
        owner.live_bytes,
        "uv is in the final image",
        "Install with uv in a first stage and copy only the environment into the last one.",
        [component.path for component in owner.components if component.live_bytes and component.path],
    )


def _cache_left(owner: OwnerReport) -> list[Finding]:
    return _make(
        "uv-cache-in-image",
        owner.live_bytes,
        "uv's cache is in the final image",
        "Mount it (RUN --mount=type=cache), pass --no-cache, or leave it behind in a first stage.",
        [component.path for component in owner.components if component.live_bytes],
    )


def _apt_lists(owner: OwnerReport) -> list[Finding]:
    lists = [c for c in owner.components if c.live_bytes and c.name.startswith("apt")]
    return _make(
        "apt-lists-in-image",
        sum(component.live_bytes for component in lists),
        "apt's lists or archives are in the final image",
        "Remove /var/lib/apt/lists in the same RUN that ran apt-get update.",
        [component.path for component in lists],
    )


def _waste(layers: Sequence[LayerReport], waste: Sequence[Waste]) -> list[Finding]:
    found = []
    for layer in layers:
        killed = [row for row in waste if row.killed_by == layer.index and row.layer != layer.index]
        deleted = [row for row in killed if row.cause == "deleted"]
        found += _make(
            "deleted-later",
            sum(row.bytes for row in deleted),
            f"Files of lower layers are removed by: {layer.instruction or 'a later layer'}",
            "A removal in a later layer frees nothing: remove them in the RUN that wrote them.",
            [row.path.decode("utf-8", "replace") for row in deleted[:10]],
            layer.line,
        )
        rewritten = [row for row in killed if row.cause == "rewritten"]
        found += _make(
            "rewritten-later",
            sum(row.bytes for row in rewritten),
            f"The same content is written again by: {layer.instruction or 'a later layer'}",
            "chown and chmod copy every file: use COPY --chown, or do it in the RUN that wrote them.",
            [row.path.decode("utf-8", "replace") for row in rewritten[:10]],
            layer.line,
        )
    return found
