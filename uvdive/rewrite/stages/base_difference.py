"""What the old base's files and the new base's differ in: announced, never passed over (R26, R46)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from uvdive.base.units import size
from uvdive.image.table import Kind
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.system.beyond_base import BeyondBase
from uvdive.rewrite.evidence.system.os_needs import Need, SystemFacts
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.stages.bases import Bases

_LOCK = "/etc/.pwd.lock"
"""What the tools that make users lock; in a base without them nobody does."""

_OF_SYSTEM = ("base-os", "os-packages", "python")

BaseLookup = Callable[[str], ImageReport | None]
"""The report of an image that is at hand, by its reference; None where it is not (R60)."""


class Beyond(Protocol):
    """Reads what the built image and bases hold, where contents are at hand (R63)."""

    def system(self) -> SystemFacts | None:
        """What the app needs of every OS package, those of the base at the bottom too."""

    def base(
        self, base: ImageReport, built_on: ImageReport | None, loads: tuple[Need, ...]
    ) -> BeyondBase | None:
        """What a base lacks; ``built_on`` is what the build starts from, where that is another image.

        ``loads`` are the needs of packages whose libraries a program loads by name.
        """

    def at_hand(self, reference: str) -> ImageReport | None:
        """The report of an image, where nothing has to be fetched for it."""


class Nothing:
    """No contents are at hand, so that nothing can be told."""

    def system(self) -> None:
        """Not known."""

    def base(self, base: ImageReport, built_on: ImageReport | None, loads: tuple[Need, ...]) -> None:
        """Not known."""

    def at_hand(self, reference: str) -> None:
        """None is."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The topmost nodes of the original that a base lacks, and files that have another size there."""

    lost: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()


@dataclass(slots=True)
class KnownBases:
    """The reports of bases, and what each lacks of the original: looked up once, however many drafts ask.

    ``files`` are the original's; None without an image. ``reader`` reads what files hold.
    """

    files: Files | None
    lookup: BaseLookup
    reader: Beyond = field(default_factory=Nothing)
    _reports: dict[str, ImageReport | None] = field(default_factory=dict)
    _differences: dict[str, Difference] = field(default_factory=dict)
    _beyond: dict[tuple[str, str | None], BeyondBase | None] = field(default_factory=dict)

    def offers(self, reference: str) -> bool:
        """Is an image at hand that somebody may want, though nobody asked for it yet?"""
        return self.reader.at_hand(reference) is not None

    def whole(self) -> SystemFacts | None:
        """What the app needs of every OS package; None where nobody can tell."""
        return self.reader.system()

    def beyond(self, reference: str, built_on: str | None) -> BeyondBase | None:
        """What a base lacks of what the app needs; None where nobody can tell."""
        if (reference, built_on) not in self._beyond:
            base, other = self.report(reference), self.report(built_on) if built_on is not None else None
            facts = self.whole()
            loads = tuple(need for need in facts.needs if need.how == "loads") if facts else None
            known = base is not None and loads is not None and (built_on is None or other is not None)
            found = self.reader.base(base, other, loads) if known and base and loads is not None else None
            self._beyond[reference, built_on] = found
        return self._beyond[reference, built_on]

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


def announce_old_base(known: KnownBases, bases: Bases, line: int, notes: Notes) -> None:
    """Name what the new base lacks of the old one, or has otherwise; nothing where one is not known."""
    if known.files is None or known.report(bases.runner) is None:
        return
    difference = known.difference(bases.runner)
    if bases.bare is not None:
        _announce_left(known.files, difference, bases, line, notes)
    else:
        _announce_base_files(known.files, difference, line, notes)


def _announce_base_files(files: Files, difference: Difference, line: int, notes: Notes) -> None:
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


def _announce_left(files: Files, difference: Difference, bases: Bases, line: int, notes: Notes) -> None:
    """Say how much of the old base a bare one lacks; the judge knows what the system's own files are (R63).

    Paths that nobody of the system owns are named to it. What is copied is not counted.
    """
    lost = [node for top in difference.lost for node in files.walk(top) if not files.is_folder(node)]
    foreign = [node for node in lost if files.owner(node) not in (*_OF_SYSTEM, None)]
    notes.allowed.paths.update(files.path(node) for node in foreign)
    notes.allowed.paths.add(_LOCK)
    bare = bases.bare
    gone = [node for node in lost if bare is None or not bare.gives(files.path(node))]
    if gone:
        total = size(sum(files.bytes_by_owner(gone).values()))
        has = (
            "does without them"
            if bare is not None and bare.shell
            else ("has no shell, no package manager and no tools")
        )
        notes.decide(
            "base-files",
            "R63",
            line,
            f"Not in the new base: {len(gone)} {'path' if len(gone) == 1 else 'paths'} ({total})",
            f"{bases.runner} {has}.",
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
