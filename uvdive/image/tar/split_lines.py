"""The lines of a ``tar-split.json.gz``, as the parts of the tar that they stand for.

Each line is a JSON object (https://github.com/vbatts/tar-split, ``tar/storage``): a segment with
raw bytes in base64, or a file by its name and size. Nearly all are pairs of a segment and the file
behind it, in exactly the form that Go's encoder writes: these are taken apart by one expression, all
others by the general parser, which gives the same of each.
"""

from __future__ import annotations

import base64
import json
import re
from binascii import a2b_base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pybase64 import b64decode

_FILE, _SEGMENT = 1, 2
_MARK = b'\n{"type":2'
"""Before the line of a segment: parts that belong together are not divided there."""

_TEXT = 1 << 18
_LONGEST, _MOST = 64 << 20, 1 << 62
"""More bytes than a line or a file has."""

_NUMBER = rb'"position":(?:0|[1-9][0-9]{0,17})\}\n'
_PAIRS = re.compile(
    rb'\{"type":2,"payload":"((?s:.{684})[^"]*+)",' + _NUMBER + rb'\{"type":1,"name":"([^"]++)",'
    rb'(?:"size":([1-9][0-9]{0,17}),)?"payload":(?:null|"[A-Za-z0-9+/]{11}="),' + _NUMBER + rb"|[^\n]++"
).findall
"""Payload, name and size of each pair; any other line has no name.

A segment has a header at least, of 684 characters, which are passed over at once: whether they are
base64 is told when they are decoded.
"""

_SPECIAL = bytes(range(32)) + b"\\"
"""What a text in JSON has in an escape alone, or as its beginning."""

BROKEN = (
    *(ValueError, LookupError, TypeError, AttributeError),
    *(OverflowError, RecursionError, MemoryError),
)
"""What reading damaged lines raises: errors of gzip and JSON, and those of values of another type."""

Read = Callable[[int], bytes]
"""Gives the next bytes of the text, at most so many."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of a tar: segments, and behind each a file by its name and its size in bytes, 0 for none."""

    segments: list[bytes]
    names: list[bytes]
    sizes: list[int]


def parts_of(lines: bytes) -> Parts:
    """What some whole lines stand for; the last needs no end.

    Raises:
        BROKEN: they are not as they should be.
    """
    found = _pairs(lines)
    return _general(lines) if found is None else found


def _pairs(lines: bytes) -> Parts | None:
    """The parts, if all lines are pairs in the usual form."""
    found = _PAIRS(lines)
    if not found:
        return None
    payloads, names, numbers = map(list, zip(*found, strict=True))
    if not all(names):
        return None
    text = b"".join(names)
    if len(text.translate(None, _SPECIAL)) != len(text):
        return None
    try:
        if not lines.isascii():
            lines.decode()
        segments = [*map(b64decode, payloads)]
    except ValueError:
        return None
    # Base64 that leaves nothing out has exactly this length.
    if [*map(len, payloads)] != [(len(segment) + 2) // 3 * 4 for segment in segments]:
        return None
    return Parts(segments, names, [int(number or 0) for number in numbers])


def _general(lines: bytes) -> Parts:
    parts = Parts([], [], [])
    for value in _values(lines):
        if value["type"] == _SEGMENT:
            _add(parts, a2b_base64(value["payload"]), b"", 0)
        elif value["type"] == _FILE and value.get("size"):
            _add(parts, b"", _name(value), _size(value["size"]))
    return parts


def _add(parts: Parts, segment: bytes, name: bytes, size: int) -> None:
    parts.segments.append(segment)
    parts.names.append(name)
    parts.sizes.append(size)


def _values(lines: bytes) -> list[dict[str, Any]]:
    whole: list[dict[str, Any]] = json.loads(b"[%b]" % b",".join(filter(None, lines.split(b"\n"))))
    return whole


def _size(value: object) -> int:
    """The number of a file's bytes.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < _MOST:
        raise ValueError(f"{value!r} is no size")
    return value


def _name(part: dict[str, Any]) -> bytes:
    """The tar's name of a file; one that is no UTF-8 is kept in base64."""
    raw = part.get("name_raw")
    if raw:
        return base64.b64decode(raw)
    name = part["name"]
    if not isinstance(name, str):
        raise TypeError("a name is no text")
    return name.encode("utf-8", "surrogateescape")


class Lines:
    """The lines of a text in pieces, mostly cut before the line of a segment; the last may have no end.

    Args:
        read: gives the text.
        begin: the first line is that of the first segment which begins behind so many bytes of the text.
        end: the last line is the one before such a segment; None for the text's last.

    ``start`` and ``stop`` are where they turn out to begin and end, in bytes of the text, once the first
    and the last piece were given; ``before`` is the line in front of them, without its end.

    Raises:
        ValueError: a line has no end, or none begins there.
    """

    def __init__(self, read: Read, begin: int = 0, end: int | None = None) -> None:
        self._read, self._begin, self._end = read, begin, end
        self.before = b""
        self.start = 0
        self.stop: int | None = None

    def __iter__(self) -> Iterator[bytes]:
        first, rest = self._first() if self._begin else b"", b""
        at = self.start
        # A long line is asked for in ever longer pieces, so that each of its bytes is looked at a few times.
        while data := first or self._read(max(_TEXT, len(rest))):
            first = b""
            before = max(0, len(rest) - len(_MARK))
            rest += data
            if self._end is not None and (cut := rest.find(_MARK, max(before, self._end - at))) >= 0:
                self.stop = at + cut + 1
                yield rest[: cut + 1]
                return
            cut = rest.rfind(_MARK, before)
            if cut < 0:
                cut = rest.rfind(b"\n", before)
            if cut >= 0:
                yield rest[: cut + 1]
                rest = rest[cut + 1 :]
                at += cut + 1
            elif len(rest) > _LONGEST:
                raise ValueError("a line has no end")
        if rest:
            yield rest

    def _first(self) -> bytes:
        """Pass over what comes before; the beginning of the lines."""
        kept, at = b"", 0
        while data := self._read(_TEXT):
            if at + len(kept) + len(data) > self._begin:
                text = kept + data
                cut = text.find(_MARK, max(0, self._begin - at))
                if cut >= 0:
                    self.start = at + cut + 1
                    self.before = text[:cut].rpartition(b"\n")[2]
                    return text[cut + 1 :]
            at += len(kept)
            kept = data
        raise ValueError(f"no segment begins behind {self._begin} bytes")
