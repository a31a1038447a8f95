"""What the old base's files and the new base's differ in: announced, never passed over (R26, R46)."""

from __future__ import annotations

from typing import cast

from uvdive.base.units import size
from uvdive.image.table import Kind
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.evidence.image_files import Files
from uvdive.rewrite.notes import Notes


def announce_base_files(files: Files, base: ImageReport, line: int, notes: Notes) -> None:
    """Name the paths of the old base that the new one lacks or has with another size.

    uv's own files are not named: that they go is the purpose.
    """
    key = ("base", base.image.reference, base.image.id)
    if key not in files.memo:
        files.memo[key] = _compare(files, Files(base, len(base.layers)))
    lost, changed = cast("tuple[list[int], list[int]]", files.memo[key])
    notes.allowed.paths.update(files.path(node) for node in [*lost, *changed])
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


def _compare(files: Files, new: Files) -> tuple[list[int], list[int]]:
    """The topmost nodes that the new base lacks, and the files that have another size there."""
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
    return lost, changed


def _only_uv(files: Files, node: int) -> bool:
    owners = {files.owner(below) for below in files.walk(node) if files.kind(below) == Kind.FILE}
    return bool(owners) and owners <= {"uv", "uv-cache"}


def _size(files: Files, node: int) -> int:
    entry = files.entry(node)
    return 0 if entry is None else files.table.entry_size[entry]
