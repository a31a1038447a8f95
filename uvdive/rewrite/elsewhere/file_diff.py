"""The diff of a text whose edits are known, in the time that its length takes.

`difflib` compares lines that are alike with each other, which thousands of alike services make endless.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from uvdive.rewrite.elsewhere.yaml_places import Edit, with_edits

_AROUND = 3


@dataclass(slots=True)
class _Piece:
    """Whole lines that change: from one index up to another, and what comes there."""

    first: int
    last: int
    new: list[str]


def diff_of_edits(old: str, edits: Sequence[Edit], path: str) -> str:
    """The unified diff that ``plan.unified_diff`` would give for these edits, which must not overlap."""
    lines = old.splitlines(keepends=True)
    pieces: list[_Piece] = []
    for piece in _pieces(old, lines, edits):
        if pieces and piece.first == pieces[-1].last:
            pieces[-1].last = piece.last
            pieces[-1].new += piece.new
        elif lines[piece.first : piece.last] != piece.new:
            pieces.append(piece)
    if not pieces:
        return ""
    out = [f"--- {path}\n", f"+++ {path} (rewritten)\n"]
    shift = 0
    for group in _groups(pieces):
        start, end = max(0, group[0].first - _AROUND), min(len(lines), group[-1].last + _AROUND)
        body, at = [], start
        for piece in group:
            body += [f" {line}" for line in lines[at : piece.first]]
            body += [f"-{line}" for line in lines[piece.first : piece.last]]
            body += [f"+{line}" for line in piece.new]
            at = piece.last
        body += [f" {line}" for line in lines[at:end]]
        more = sum(len(piece.new) - (piece.last - piece.first) for piece in group)
        out.append(f"@@ -{_range(start, end)} +{_range(start + shift, end + shift + more)} @@\n")
        out += [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in body]
        shift += more
    return "".join(out)


def _range(start: int, end: int) -> str:
    count = end - start
    return f"{start + 1}" if count == 1 else f"{start + 1 if count else start},{count}"


def _pieces(old: str, lines: Sequence[str], edits: Sequence[Edit]) -> Iterator[_Piece]:
    """The edits as whole lines; those that share a line are one piece."""
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    index = 0
    waiting: list[Edit] = []
    first = last = -1
    for edit in sorted(edits):
        while index + 1 < len(lines) and starts[index + 1] <= edit[0]:
            index += 1
        end = index
        while end + 1 < len(lines) and starts[end + 1] < edit[1]:
            end += 1
        if waiting and index <= last:
            waiting.append(edit)
            last = max(last, end)
            continue
        if waiting:
            yield _piece(old, starts, first, last, waiting)
        waiting, first, last = [edit], index, end
    if waiting:
        yield _piece(old, starts, first, last, waiting)


def _piece(old: str, starts: Sequence[int], first: int, last: int, edits: Sequence[Edit]) -> _Piece:
    begin, end = starts[first], max(starts[last + 1], *(edit[1] for edit in edits))
    while starts[last + 1] < end:
        last += 1
    end = starts[last + 1]
    new = with_edits(old[begin:end], [(a - begin, b - begin, text) for a, b, text in edits])
    return _trimmed(old[begin:end].splitlines(keepends=True), new.splitlines(keepends=True), first)


def _trimmed(old: list[str], new: list[str], first: int) -> _Piece:
    """Without the lines that are alike at its ends."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return _Piece(first + head, first + len(old) - tail, new[head : len(new) - tail])


def _groups(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """Pieces whose surroundings touch make one hunk."""
    group = [pieces[0]]
    for piece in pieces[1:]:
        if piece.first - group[-1].last > 2 * _AROUND:
            yield group
            group = []
        group.append(piece)
    yield group
