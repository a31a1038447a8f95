"""Layers that kill what lower ones hold: bytes that every pull pays and no container sees."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from uvdive.distro.places import is_written_anew
from uvdive.ledger.findings.facts import MOST_PATHS, Facts, finding
from uvdive.ledger.marks.components import text
from uvdive.ledger.report import Finding, LayerReport, Waste

TRIFLE = 10_000
"""Less than this many bytes are what package managers leave at any run, and not worth a word."""
_REMOVES = re.compile(r"\brm\b|\bpurge\b|\b(?:auto)?remove\b|\bdel\b|\bunlink\b|\bclean\b|\bdelete\b")
_CHANGES = re.compile(r"\b(?:chown|chmod|chgrp|setfacl|touch)\b")
_CHANGED = "A change of owner or mode stores every file again: use COPY --chown, or do it in the RUN before."
_REPEATED = "Write the same files once: copy or install them in one instruction only."

_MANIFESTS = re.compile(
    rb"/(?:uv\.lock|pyproject\.toml|setup\.(?:py|cfg)|poetry\.lock|Pipfile(?:\.lock)?|requirements[\w.-]*\.txt"
    rb"|README[\w.]*|\.python-version|package(?:-lock)?\.json|pnpm-lock\.yaml|yarn\.lock)$"
)
"""What is rightly copied before the rest, so that the layer with the packages stays cached."""


def deleted_later(facts: Facts) -> Iterator[Finding]:
    """Removals of what a lower layer wrote."""
    for layer, rows in _killed(facts, "deleted"):
        # Upgrades and the usual rm of apt's lists hit the base too; only who names more meant to save.
        wanted = _REMOVES.search(layer.instruction) is not None
        mine = [
            row for row in rows if not facts.layers[row.layer].base or (wanted and not _is_systems(row.path))
        ]
        yield from _finding(
            layer,
            mine,
            "deleted-later",
            f"Files of lower layers are removed by: {layer.instruction or 'a later layer'}",
            "A removal in a later layer frees nothing: remove them in the RUN that wrote them.",
        )


def rewritten_later(facts: Facts) -> Iterator[Finding]:
    """The same content written once more: ``chown -R``, ``chmod -R``, a repeated install or COPY."""
    for layer, rows in _killed(facts, "rewritten"):
        yield from _finding(
            layer,
            [row for row in rows if not _is_systems(row.path) and not _MANIFESTS.search(row.path)],
            "rewritten-later",
            f"The same content is written again by: {layer.instruction or 'a later layer'}",
            _CHANGED if _CHANGES.search(layer.instruction) else _REPEATED,
        )


def _is_systems(path: bytes) -> bool:
    """Do package managers and packages' scripts write it anew at each run? No instruction asked for it."""
    name = path.decode("utf-8", "surrogateescape")
    return name == "/etc" or name.startswith("/etc/") or is_written_anew(name)


def _killed(facts: Facts, cause: str) -> Iterator[tuple[LayerReport, list[Waste]]]:
    """What each of the image's own layers killed in the layers below it, by layer, the largest first.

    What only uv's cache still names counts as killed: nothing that runs reads it there.
    """
    by_layer: dict[int, list[Waste]] = {}
    rows: Iterable[Waste] = facts.waste
    if facts.kept_by_cache:
        rows = sorted((*rows, *facts.kept_by_cache), key=lambda row: (-row.bytes, row.path))
    for row in rows:
        if row.cause == cause and row.killed_by != row.layer:
            by_layer.setdefault(row.killed_by, []).append(row)
    for layer in facts.layers:
        if layer.index in by_layer and not layer.base:
            yield layer, by_layer[layer.index]


def _finding(
    layer: LayerReport, rows: Sequence[Waste], name: str, title: str, advice: str
) -> Iterator[Finding]:
    total = sum(row.bytes for row in rows)
    if total >= TRIFLE:
        paths = [text(row.path) for row in rows[:MOST_PATHS]]
        yield finding(name, title, advice, count=total, line=layer.line, paths=paths)
