"""Libraries that a finished file's last stage lacks: what was built in one stage runs in another (R45)."""

from __future__ import annotations

from collections.abc import Iterator

from uvdive.base.paths import raw
from uvdive.base.progress import Note, OnEvent, ignore
from uvdive.base.words import first_of
from uvdive.image.table import Kind
from uvdive.ledger.reading.contents import ContentPlace, Contents, UnreadableError
from uvdive.ledger.reading.linker import Linker
from uvdive.ledger.report import VIRTUAL, ImageReport
from uvdive.rewrite.notes import Notes

Lacking = tuple[tuple[str, tuple[str, ...]], ...]
"""Files of environments, each with the libraries that it does not find."""

_LEAST_ELF = 64
_NAMED = 3


def read_lacking(report: ImageReport, place: ContentPlace, *, on_event: OnEvent = ignore) -> Lacking:
    """Look every library up that the environments' ELF files need; for the worker process.

    Raises:
        EngineError: the engine went away.
    """
    on_event(Note("Looking for the libraries that the environment needs"))
    found = []
    with Contents(report.files, place) as contents:
        linker = Linker(report, contents)
        for entry, path in libraries(report):
            try:
                lacks = linker.lacks(entry)
            except UnreadableError:
                continue
            if lacks:
                found.append((path.decode("utf-8", "backslashreplace"), tuple(sorted(lacks))))
    return tuple(found)


def libraries(report: ImageReport) -> Iterator[tuple[int, bytes]]:
    """The entries and paths of the environments' extension modules and libraries."""
    table = report.files
    roots = [f"{env.path}/" for env in report.environments if env.kind in VIRTUAL]
    folders = tuple(raw(root) for root in roots)
    for entry in table.live_entries():
        node = table.entry_node[entry]
        if b".so" not in table.names[node] or table.entry_kind[entry] != Kind.FILE:
            continue
        path = table.path(node)
        if path.startswith(folders) and table.entry_size[entry] >= _LEAST_ELF:
            yield entry, path


def warn_lacking(lacking: Lacking, line: int, notes: Notes) -> None:
    """Say what cannot be loaded in the last stage; ``line`` is its FROM."""
    by_library: dict[str, list[str]] = {}
    for path, libraries in lacking:
        for library in libraries:
            by_library.setdefault(library, []).append(path)
    for library, paths in sorted(by_library.items()):
        needs = "needs" if len(paths) == 1 else "need"
        notes.warn(
            "R45",
            line,
            f"The final image lacks {library}, which {first_of(paths, _NAMED)} {needs}. Install the "
            "package that holds it in the last stage too.",
        )
