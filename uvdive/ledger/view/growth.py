"""How an image grew, instruction by instruction: the layers of one line of the Dockerfile are one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from uvdive.ledger.report import LayerReport


@dataclass(frozen=True, slots=True)
class Growth:
    """What one instruction added. Sizes in bytes; over all steps they sum to the image's.

    ``layers`` are indexes; ``line`` is that of the instruction, None where no line is known. The
    layers of the base image are one step, ``base``. ``before`` is what all steps below came to;
    ``owners`` sums to ``bytes``, in the order of the layers' own owners.
    """

    layers: tuple[int, ...]
    line: int | None
    base: bool
    before: int
    bytes: int
    dead_bytes: int
    owners: Mapping[str, int]

    @property
    def after(self) -> int:
        """What the image came to with it."""
        return self.before + self.bytes


def growth_of(layers: Iterable[LayerReport]) -> tuple[Growth, ...]:
    """The steps in the order of the layers, those without bytes included.

    Layers that follow each other are one step where they are the base's, or have one line.
    """
    groups: list[list[LayerReport]] = []
    for layer in layers:
        last = groups[-1][-1] if groups else None
        if last is not None and _same_step(last, layer):
            groups[-1].append(layer)
        else:
            groups.append([layer])
    steps, before = [], 0
    for group in groups:
        step = _step(group, before)
        steps.append(step)
        before = step.after
    return tuple(steps)


def _same_step(one: LayerReport, other: LayerReport) -> bool:
    if one.base or other.base:
        return one.base and other.base
    return one.line is not None and one.line == other.line


def _step(group: list[LayerReport], before: int) -> Growth:
    owners: Counter[str] = Counter()
    for layer in group:
        owners.update(layer.owners)
    first = group[0]
    return Growth(
        layers=tuple(layer.index for layer in group),
        line=first.line,
        base=first.base,
        before=before,
        bytes=sum(layer.file_bytes for layer in group),
        dead_bytes=sum(layer.dead_bytes for layer in group),
        owners=dict(owners),
    )
