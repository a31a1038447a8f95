"""What the shell scripts say that a container starts: `uv run` may stand there, not in the command."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from uvdive.base.paths import raw
from uvdive.image.resolve import resolve, which
from uvdive.image.table import Kind
from uvdive.ledger.reading.contents import ContentPlace, Contents, UnreadableError
from uvdive.ledger.report import ImageReport
from uvdive.verify.start.faithful import search_path
from uvdive.verify.start.same import SHELLS, Lines, words_of

_LIMIT = 1 << 20
"""Bytes of a script; who writes more than that writes no start script."""
_MOST = 20
_FIRST = re.compile(rb"#!\s*(?:\S*/env\s+(?:-S\s+)?)?(\S+)")


def started_scripts(report: ImageReport, command: Sequence[str], place: ContentPlace | None) -> Lines:
    """The lines of the shell scripts that ``command`` names, and of those that they name.

    What cannot be read, as there is no ``place`` for it, has none.

    Raises:
        EngineError: the engine went away.
    """
    if place is None:
        return ()
    found: list[tuple[str, ...]] = []
    with Contents(report.files, place) as contents:
        todo, seen = list(_files(report, command, first=True)), set[int]()
        while todo and len(seen) < _MOST:
            entry, named = todo.pop(0)
            if entry in seen:
                continue
            seen.add(entry)
            lines = _script(contents, entry, certain=named)
            found += lines
            for line in lines:
                todo += _files(report, line, first=False)
    return tuple(found)


def _files(report: ImageReport, command: Sequence[str], *, first: bool) -> Iterator[tuple[int, bool]]:
    """The small files that words name, and whether a shell stands before them."""
    table, home = report.files, report.config.working_dir or "/"
    words = words_of(command)
    for at, word in enumerate(words):
        before = posixpath.basename(words[at - 1]) if at else ""
        shell = before in SHELLS or before in (".", "source")
        if first and not at and "/" not in word:
            folders = [raw(folder) for folder in search_path(report.config)]
            node = which(table, raw(word), folders)
        elif shell or "/" in word:
            node = resolve(table, raw(posixpath.join(home, word))).node
        else:
            continue
        entry = None if node is None else table.visible(node)
        if entry is not None and table.entry_kind[entry] == Kind.FILE and table.entry_size[entry] <= _LIMIT:
            yield entry, shell


def _script(contents: Contents, entry: int, *, certain: bool) -> Lines:
    """The lines of a file that is a shell script: by its first line, or as a shell is told to read it."""
    try:
        with contents.open(entry) as file:
            data = file.read(_LIMIT)
    except UnreadableError:
        return ()
    shebang = _FIRST.match(data)
    shell = shebang is not None and posixpath.basename(shebang[1].decode("utf-8", "replace")) in SHELLS
    if not shell and not (certain and shebang is None and b"\0" not in data):
        return ()
    text = data.decode("utf-8", "surrogateescape").replace("\\\n", " ")
    lines = (line.strip() for line in text.splitlines())
    return tuple(("sh", "-c", line) for line in lines if line and not line.startswith("#"))
