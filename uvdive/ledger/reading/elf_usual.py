"""ELF headers as nearly every library has them, read with a few short reads.

What is unusual in any way (another class or byte order, an odd section, a name that is not ASCII,
an offset that leads out of the file) is left to ``elf``, which reads with pyelftools; what this
module tells is what that one would.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

_HEADER = struct.Struct("<4sBBB9xHHIQQQIHHHHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_TAG = struct.Struct("<QQ")
_NEED, _NEED_AUX = struct.Struct("<HHIII"), struct.Struct("<IHHII")
_DEF, _DEF_AUX = struct.Struct("<HHHHIII"), struct.Struct("<II")
_MACHINES = {62: "EM_X86_64", 183: "EM_AARCH64"}
_LOAD, _DYNAMIC, _INTERP = 1, 2, 3
_STRTAB, _SYMTAB, _RELA, _HASH, _DYN, _NOTE, _NOBITS, _DYNSYM, _RELR = 3, 2, 4, 5, 6, 7, 8, 11, 19
_GNU_HASH, _VERDEF, _VERNEED, _VERSYM = 0x6FFFFFF6, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF
_KNOWN = frozenset({
    *(0, 1, _NOTE, _NOBITS, 14, 15, 16, 0x70000001), *(_STRTAB, _SYMTAB, _RELA, _HASH, _DYN, _DYNSYM, _RELR),
    *(_GNU_HASH, _VERDEF, _VERNEED, _VERSYM),
})  # fmt: skip
"""Kinds of sections: contents, arrays of functions and unwinding, into which nobody looks, and the others."""
_ENTRIES = {_SYMTAB: 24, _DYNSYM: 24, _RELA: 24, _RELR: 8}
"""The size of an entry of those that are tables of such."""
NEEDED = 1
"""The tag of a library that is needed."""
SEARCH = (15, 29)
"""The tags of folders to look in: RPATH and RUNPATH."""
_TEXTS = (NEEDED, 14, *SEARCH)
_WEAK = 0x2
_COMPRESSED = 0x800
_MOST_HEADERS, _MOST_TAGS, _MOST_VERSIONS, _MOST_BYTES = 256, 1024, 1024, 1 << 20


class UnusualError(Exception):
    """It takes the exact reader."""


@dataclass(frozen=True, slots=True)
class Section:
    """What a section's header says."""

    kind: int
    flags: int
    start: int
    size: int
    link: int
    info: int
    entry: int


class Usual:
    """One file's headers.

    Raises:
        UnusualError: at any call, for what is not as it usually is.
        OSError: as reading the file does.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._end = file.seek(0, 2)
        self._strings: dict[int, bytes] = {}
        header = _HEADER.unpack(self._at(0, _HEADER.size))
        magic, size, order, version, _, machine, _, _, segments, sections, _, own, *counts = header
        self._segment_size, self._segment_count, self._section_size, count, names = counts
        if (magic, size, order, version, own) != (b"\x7fELF", 2, 1, 1, _HEADER.size) or not sections:
            raise UnusualError
        if machine not in _MACHINES or not 0 < count <= _MOST_HEADERS or self._section_size != _SECTION.size:
            raise UnusualError
        self.machine = _MACHINES[machine]
        self._segments = segments
        table = self._at(sections, count * _SECTION.size)
        self._sections = [
            Section(kind, flags, start, length, link, info, entry)
            for _, kind, flags, _, start, length, link, info, _, entry in _SECTION.iter_unpack(table)
        ]
        self._table_of(names)
        self._names = [name for name, *_ in _SECTION.iter_unpack(table)]
        for name, section in zip(self._names, self._sections, strict=True):
            self._check(section, self._string(names, name))

    def _at(self, start: int, size: int) -> bytes:
        if size > _MOST_BYTES or start + size > self._end:
            raise UnusualError
        self._file.seek(start)
        data = self._file.read(size)
        if len(data) != size:
            raise UnusualError
        return data

    def _check(self, section: Section, name: str) -> None:
        """See that the exact reader would make no difficulties about a section."""
        kind, within = section.kind, section.start + section.size <= self._end
        if section.flags & _COMPRESSED or not (within or kind == _NOBITS) or name == ".stab":
            raise UnusualError
        if kind in (_SYMTAB, _DYNSYM, _DYN, _VERDEF, _VERNEED):
            self._table_of(section.link)
        if kind in _ENTRIES and (section.entry != _ENTRIES[kind] or section.size % section.entry):
            raise UnusualError
        if kind in (_GNU_HASH, _HASH, _VERSYM) and self._kind_of(section.link) not in (_SYMTAB, _DYNSYM):
            raise UnusualError
        if kind not in _KNOWN:
            raise UnusualError

    def _kind_of(self, number: int) -> int:
        if not 0 <= number < len(self._sections):
            raise UnusualError
        return self._sections[number].kind

    def _table_of(self, number: int) -> Section:
        if self._kind_of(number) != _STRTAB:
            raise UnusualError
        return self._sections[number]

    def _string(self, table: int, at: int) -> str:
        if table not in self._strings:
            section = self._table_of(table)
            if section.size > _MOST_BYTES:
                return self._lone_string(section, at)
            self._strings[table] = self._at(section.start, section.size)
        data = self._strings[table]
        end = data.find(b"\0", at)
        if end < 0:
            raise UnusualError
        return _text(data[at:end])

    def _lone_string(self, section: Section, at: int) -> str:
        """A name of a large table, which is not read whole."""
        data = self._at(section.start + at, min(4096, section.size - at)) if at < section.size else b""
        found, ended, _ = data.partition(b"\0")
        if not ended:
            raise UnusualError
        return _text(found)

    def segments(self) -> tuple[str | None, list[tuple[int, str]] | None]:
        """The interpreter, and the tags with a text of the dynamic segment; None where there is none."""
        if not self._segment_count:
            return None, None
        if self._segment_size != _SEGMENT.size or not 0 < self._segment_count <= _MOST_HEADERS:
            raise UnusualError
        table = self._at(self._segments, self._segment_count * _SEGMENT.size)
        interpreter, tags = None, None
        for kind, _, start, _, _, size, _, _ in _SEGMENT.iter_unpack(table):
            if kind == _INTERP:
                if interpreter is not None or not size:
                    raise UnusualError
                found, ended, _ = self._at(start, size).partition(b"\0")
                if not ended:
                    raise UnusualError
                interpreter = _text(found)
            elif kind == _DYNAMIC:
                if tags is not None or not size:
                    raise UnusualError
                tags = list(self._tags(start, size))
        return interpreter, tags

    def _tags(self, start: int, size: int) -> Iterator[tuple[int, str]]:
        own = [each for each in self._sections if each.kind == _DYN and each.start == start]
        if len(own) != 1 or size % _TAG.size or size > _MOST_TAGS * _TAG.size:
            raise UnusualError
        for tag, value in _TAG.iter_unpack(self._at(start, size)):
            if tag in _TEXTS:
                yield tag, self._string(own[0].link, value)
            elif not tag:
                return
        raise UnusualError

    def needed_versions(self) -> Iterator[tuple[str, str]]:
        """The symbol versions that must be there, each behind its library's name."""
        for section in self._of_kind(_VERNEED):
            data, at = self._at(section.start, section.size), 0
            for _ in range(section.info):
                _, count, name, first, following = _unpacked(_NEED, data, at)
                library, aux = self._string(section.link, name), at + first
                for _ in range(_bounded(count)):
                    _, flags, _, text, after = _unpacked(_NEED_AUX, data, aux)
                    version = self._string(section.link, text)
                    if not flags & _WEAK:
                        yield library, version
                    aux += after
                at += following

    def defined_versions(self) -> Iterator[str]:
        """The symbol versions that the file defines."""
        for section in self._of_kind(_VERDEF):
            data, at = self._at(section.start, section.size), 0
            for _ in range(section.info):
                _, _, _, count, _, first, following = _unpacked(_DEF, data, at)
                aux = at + first
                for _ in range(_bounded(count)):
                    text, after = _unpacked(_DEF_AUX, data, aux)
                    yield self._string(section.link, text)
                    aux += after
                at += following

    def _of_kind(self, kind: int) -> list[Section]:
        found = [each for each in self._sections if each.kind == kind]
        if any(each.info > _MOST_VERSIONS for each in found):
            raise UnusualError
        return found


def _unpacked(form: struct.Struct, data: bytes, at: int) -> tuple[int, ...]:
    if at + form.size > len(data):
        raise UnusualError
    return form.unpack_from(data, at)


def _bounded(count: int) -> int:
    if not 0 < count <= _MOST_VERSIONS:
        raise UnusualError
    return count


def _text(data: bytes) -> str:
    if not data.isascii():
        raise UnusualError
    return data.decode("ascii")
