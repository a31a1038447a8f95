"""The check of the shared libraries: nothing needs what the new image lacks (R33, R46)."""

from __future__ import annotations

from collections.abc import Iterator

from uvdive.base.progress import Note, OnEvent, ignore
from uvdive.image.resolve import resolve
from uvdive.image.table import NONE, Kind
from uvdive.ledger.reading.contents import ContentPlace, Contents, UnreadableError
from uvdive.ledger.reading.linker import Linker
from uvdive.ledger.report import ImageReport
from uvdive.ledger.whose import is_apps
from uvdive.verify.checks import Check, Want
from uvdive.verify.interpreter import needed
from uvdive.verify.pairs import printable

_LEAST = 64  # bytes of an ELF header


def _live(report: ImageReport) -> dict[bytes, int]:
    """The app's live regular files that may be ELF files, by path.

    The system's own are apt's work, but for those that these lead to.
    """
    table, mine = report.files, is_apps(report)
    found = {}
    for entry in table.live_entries():
        if table.entry_kind[entry] != Kind.FILE or table.entry_size[entry] < _LEAST:
            continue
        if b".so" not in table.names[table.entry_node[entry]] and not table.entry_mode[entry] & 0o111:
            continue
        if mine(table.entry_inode[entry]):
            found[table.path(table.entry_node[entry])] = entry
    return found


def _interpreters(report: ImageReport) -> Iterator[tuple[bytes, int]]:
    table = report.files
    for environment in needed(report):
        node = resolve(table, environment.interpreter.encode("utf-8", "surrogateescape")).node
        entry = None if node is None else table.visible(node)
        if node is not None and entry is not None and table.entry_inode[entry] != NONE:
            yield table.path(node), entry


def check_libraries(
    before: ImageReport,
    after: ImageReport,
    places: tuple[ContentPlace | None, ContentPlace | None],
    *,
    on_event: OnEvent = ignore,
) -> Check:
    """No ELF file of the app, its environments or their Pythons needs what the new image lacks.

    What it lacked in the old image too does not count. Files that only the new image
    has belong to its base, but for the interpreters; files that it lost are the check
    of the files' to tell.

    Args:
        before: the original.
        after: the rewritten image.
        places: where the contents of the two can be read.
        on_event: gets a Note.

    Raises:
        EngineError: the engine went away.
    """
    if places[0] is None or places[1] is None:
        which = (before if places[0] is None else after).image.reference
        return Check("libraries", "skipped", f"The files of {which} can't be read again from where it came.")
    on_event(Note("Looking for the libraries that are needed"))
    with Contents(before.files, places[0]) as ours, Contents(after.files, places[1]) as theirs:
        return _judge(before, after, Linker(before, ours), Linker(after, theirs))


def _judge(before: ImageReport, after: ImageReport, old: Linker, new: Linker) -> Check:
    had, has = _live(before), _live(after)
    interpreters = dict(_interpreters(after))
    wrong: list[str] = []
    missing: set[str] = set()
    unread = count = 0
    for path, entry in sorted(
        {path: e for path, e in has.items() if path in had}.items() | interpreters.items()
    ):
        try:
            if new.elf(entry) is None:
                continue
            count += 1
            lost = new.lacks(entry)
            if lost and path in had:
                lost -= old.lacks(had[path])
        except UnreadableError:
            unread += 1
            continue
        if lost:
            wrong.append(f"{printable(path)} needs {', '.join(sorted(lost))}")
            missing |= lost
    # A symbol version or the loader is the base's, which no package mends.
    wants = tuple(Want("library", name) for name in sorted(missing) if " " not in name)
    return _verdict(count, unread, tuple(wrong), wants)


def _verdict(count: int, unread: int, wrong: tuple[str, ...], wants: tuple[Want, ...]) -> Check:
    also = f" {unread} files could not be read." if unread else ""
    if wrong:
        detail = f"{len(wrong)} of {count} ELF files need what the new image lacks.{also}"
        return Check("libraries", "failed", detail, wrong, wants)
    if unread and not count:
        return Check("libraries", "skipped", f"No ELF file could be read.{also}")
    if not count:
        return Check("libraries", "skipped", "There is no ELF file in the app and its environments.")
    return Check(
        "libraries", "passed", f"All {count} ELF files find the libraries that they found before.{also}"
    )
