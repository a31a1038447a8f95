"""What the old base's files and the new base's differ in: announced, never passed over (R26, R46)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from uvdive.base.units import size
from uvdive.image.table import Kind
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.notes import Notes

BaseLookup = Callable[[str], ImageReport | None]
"""The report of an image that is at hand, by its reference; None where it is not (R60)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The topmost nodes of the original that a base lacks, and files that have another size there."""

    lost: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()


@dataclass(slots=True)
class KnownBases:
    """The reports of bases, and what each lacks of the original: looked up once, however many drafts ask.

    ``files`` are the original's; None without an image.
    """

    files: Files | None
    lookup: BaseLookup
    _reports: dict[str, ImageReport | None] = field(default_factory=dict)
    _differences: dict[str, Difference] = field(default_factory=dict)

    def report(self, reference: str) -> ImageReport | None:
        """The report of an image; None where it is not at hand."""
        if reference not in self._reports:
            self._reports[reference] = self.lookup(reference)
        return self._reports[reference]

    def difference(self, reference: str) -> Difference:
        """How an image differs from the original's base; nothing where one of them is not known."""
        base = self.report(reference)
        if self.files is None or base is None:
            return Difference()
        if reference not in self._differences:
            self._differences[reference] = _compare(self.files, Files(base, len(base.layers)))
        return self._differences[reference]


def announce_base_files(files: Files, difference: Difference, line: int, notes: Notes) -> None:
    """Name the paths of the old base that the new one lacks or has with another size.

    uv's own files are not named: that they go is the purpose.
    """
    lost = difference.lost
    notes.allowed.paths.update(files.path(node) for node in [*lost, *difference.changed])
    if lost:
        names = ", ".join(files.path(node) for node in sorted(lost, key=files.path)[:5])
        total = size(sum(files.bytes_by_owner(lost).values()))
        notes.decide(
            "base-files",
            "R26",
            line,
            f"Not in the new base: {len(lost)} {'path' if len(lost) == 1 else 'paths'} ({total})",
            f"They came with the image that had uv: {names}{' …' if len(lost) > 5 else ''}.",
        )


def _compare(files: Files, new: Files) -> Difference:
    lost: list[int] = []
    changed: list[int] = []
    pending = [0]
    while pending:
        for child in files.children(pending.pop()):
            if files.layer(child) >= files.base_layers and files.kind(child) != Kind.DIRECTORY:
                continue
            there = new.at(files.path(child))
            if there is None:
                if files.in_base(child) and not _only_uv(files, child):
                    lost.append(child)
            elif files.kind(child) == Kind.DIRECTORY:
                pending.append(child)
            elif _size(files, child) != _size(new, there):
                changed.append(child)
    return Difference(tuple(lost), tuple(changed))


def _only_uv(files: Files, node: int) -> bool:
    owners = {files.owner(below) for below in files.walk(node) if files.kind(below) == Kind.FILE}
    return bool(owners) and owners <= {"uv", "uv-cache"}


def _size(files: Files, node: int) -> int:
    entry = files.entry(node)
    return 0 if entry is None else files.table.entry_size[entry]
