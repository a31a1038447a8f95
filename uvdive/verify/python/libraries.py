"""The check of the shared libraries: nothing needs what the new image lacks (R33, R46)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from uvdive.base.paths import raw
from uvdive.base.progress import Note, OnEvent, ignore
from uvdive.image.resolve import resolve
from uvdive.image.table import NONE, Kind
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.reading.contents import ContentPlace, Contents, UnreadableError
from uvdive.ledger.reading.linker import Linker
from uvdive.ledger.report import ImageReport
from uvdive.ledger.whose import is_apps
from uvdive.verify.checks import Check, Status, Want
from uvdive.verify.pairs import printable
from uvdive.verify.python.interpreter import needed

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
        node = resolve(table, raw(environment.interpreter)).node
        entry = None if node is None else table.visible(node)
        if node is not None and entry is not None and table.entry_inode[entry] != NONE:
            yield table.path(node), entry


def check_libraries(
    before: ImageReport,
    after: ImageReport,
    places: tuple[ContentPlace | None, ContentPlace | None],
    announced: frozenset[bytes] = frozenset(),
    *,
    on_event: OnEvent = ignore,
) -> Check:
    """No ELF file of the app, its environments or their Pythons needs what the new image lacks.

    What it lacked in the old image too does not count. Files that only the new image
    has belong to its base, but for the interpreters and for environments that the original
    makes at start: what these need must be there if the original has it. Files that it lost
    are the check of the files' to tell.

    Args:
        before: the original.
        after: the rewritten image.
        places: where the contents of the two can be read.
        announced: modules of Python itself of which the plan said that the new base lacks their libraries.
        on_event: gets a Note.

    Raises:
        EngineError: the engine went away.
    """
    if places[0] is None or places[1] is None:
        which = (before if places[0] is None else after).image.reference
        why = f"The files of {which} can't be read again from where it came."
        return Check("libraries", "skipped", why, unseen=(why,))
    on_event(Note("Looking for the libraries that are needed"))
    with Contents(before.files, places[0]) as ours, Contents(after.files, places[1]) as theirs:
        return _judge(before, after, Linker(before, ours), Linker(after, theirs), announced)


def _new(before: ImageReport, after: ImageReport, has: Iterable[bytes]) -> frozenset[bytes]:
    """The files of environments that only the new image has: the original installs them at start."""
    old = {environment.path for environment in before.environments}
    roots = tuple(raw(f"{environment.path}/") for environment in needed(after) if environment.path not in old)
    return frozenset(path for path in has if path.startswith(roots)) if roots else frozenset()


def _brought_python(after: ImageReport, has: Mapping[bytes, int]) -> frozenset[bytes]:
    """The files of a Python that the new image's own layers hold: no base answers for what they need."""
    base = frozenset(layer.index for layer in after.layers if layer.base)
    if not base:
        return frozenset()
    table = after.files
    return frozenset(
        path
        for path, entry in has.items()
        if table.entry_layer[entry] not in base and _of_python(after, entry)
    )


@dataclass(slots=True)
class _Found:
    """What the files need, so far.

    ``lacking`` is what a new environment needs and neither image has, and what was announced.
    """

    count: int = 0
    wrong: list[str] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    lacking: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def _of_python(report: ImageReport, entry: int) -> bool:
    """Is a file the interpreter's own, which comes with a base?"""
    return OWNERS[report.inode_owner[report.files.entry_inode[entry]]] == "python"


def _judge(
    before: ImageReport, after: ImageReport, old: Linker, new: Linker, announced: frozenset[bytes]
) -> Check:
    had, has = _live(before), _live(after)
    fresh = _new(before, after, has)
    brought = _brought_python(after, has)
    asked = {path: entry for path, entry in has.items() if path in had or path in fresh or path in brought}
    # A Python at another path, or another Python: what its modules found before they must find now.
    twins = {path.rpartition(b"/")[2]: entry for path, entry in had.items() if _of_python(before, entry)}
    found = _Found()
    for path, entry in sorted((asked | dict(_interpreters(after))).items()):
        try:
            elf = new.elf(entry)
            if elf is None:
                continue
            found.count += 1
            lost = new.lacks(entry)
            same = had.get(path, twins.get(path.rpartition(b"/")[2]) if path in brought else None)
            if lost and same is not None:
                lost -= old.lacks(same)
        except UnreadableError:
            found.unread.append(f"{printable(path)} could not be read")
            continue
        # Wheels name libraries that the host brings (a driver's): the original would lack them too.
        nowhere = {name for name in lost if " " not in name and old.find(elf, path, name) is None}
        if lost and path in announced and path in brought:
            found.lacking.append(f"{printable(path)} needs {', '.join(sorted(lost))}, as the plan said")
            continue
        if path in fresh and nowhere:
            lost -= nowhere
            found.lacking.append(f"{printable(path)} needs {', '.join(sorted(nowhere))}, as in the original")
        if lost and path in announced and _of_python(after, entry) and _of_python(before, had[path]):
            found.lacking.append(f"{printable(path)} needs {', '.join(sorted(lost))}, as the plan said")
            continue
        if lost:
            found.wrong.append(f"{printable(path)} needs {', '.join(sorted(lost))}")
            found.missing |= lost
    return _verdict(found)


def _verdict(found: _Found) -> Check:
    unseen = tuple(found.unread)
    also = f" {len(unseen)} files could not be read." if unseen else ""
    if found.wrong:
        # A symbol version or the loader is the base's, which no package mends.
        wants = tuple(Want("library", name) for name in sorted(found.missing) if " " not in name)
        detail = f"{len(found.wrong)} of {found.count} ELF files need what the new image lacks.{also}"
        return Check("libraries", "failed", detail, tuple(found.wrong), wants, unseen)
    if not found.count:
        why = (
            "No ELF file could be read."
            if unseen
            else "There is no ELF file in the app and its environments."
        )
        return Check("libraries", "skipped", f"{why}{also}", unseen=unseen)
    detail = f"All {found.count} ELF files find the libraries that they found before.{also}"
    status: Status = "announced" if found.lacking else "passed"
    return Check("libraries", status, detail, tuple(found.lacking), unseen=unseen)
