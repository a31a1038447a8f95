"""Small ELF files for tests: as much of one as a loader looks at (System V ABI, gABI 4 and 5)."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

_PT_LOAD, _PT_DYNAMIC, _PT_INTERP = 1, 2, 3
_DT_NEEDED, _DT_STRTAB, _DT_STRSZ, _DT_RUNPATH = 1, 5, 10, 29
_SHT_STRTAB, _SHT_VERDEF, _SHT_VERNEED = 3, 0x6FFFFFFD, 0x6FFFFFFE


class _Strings:
    def __init__(self) -> None:
        self.data = b"\0"

    def add(self, text: str) -> int:
        at = len(self.data)
        self.data += text.encode() + b"\0"
        return at


def _verneed(strings: _Strings, versions: Mapping[str, Sequence[str]], flags: int) -> bytes:
    data = b""
    for number, (library, names) in enumerate(versions.items(), 1):
        size = 16 + 16 * len(names)
        after = size if number < len(versions) else 0
        data += struct.pack("<HHIII", 1, len(names), strings.add(library), 16, after)
        for place, name in enumerate(names, 1):
            data += struct.pack(
                "<IHHII", 0, flags, place + 1, strings.add(name), 16 if place < len(names) else 0
            )
    return data


def _verdef(strings: _Strings, names: Sequence[str]) -> bytes:
    data = b""
    for number, name in enumerate(names, 1):
        data += struct.pack("<HHHHIII", 1, 0, number, 1, 0, 20, 28 if number < len(names) else 0)
        data += struct.pack("<II", strings.add(name), 0)
    return data


def elf(
    *needed: str,
    runpath: str = "",
    interpreter: str = "",
    versions: Mapping[str, Sequence[str]] | None = None,
    weak: bool = False,
    offers: Sequence[str] = (),
) -> bytes:
    """A 64-bit little-endian shared object of x86-64.

    ``needed`` are its DT_NEEDED, ``versions`` the symbol versions that it needs by
    library, ``offers`` those that it defines.
    """
    strings = _Strings()
    tags = [(_DT_NEEDED, strings.add(name)) for name in needed]
    if runpath:
        tags.append((_DT_RUNPATH, strings.add(runpath)))
    verneed = _verneed(strings, versions or {}, 0x2 if weak else 0)
    verdef = _verdef(strings, offers)
    path = interpreter.encode() + b"\0"
    at_path = 64 + 56 * 3
    at_strings = at_path + len(path)
    at_need = at_strings + len(strings.data)
    at_def = at_need + len(verneed)
    at_dynamic = at_def + len(verdef)
    tags += [(_DT_STRTAB, at_strings), (_DT_STRSZ, len(strings.data)), (0, 0)]
    dynamic = b"".join(struct.pack("<QQ", *tag) for tag in tags)
    at_sections = at_dynamic + len(dynamic)

    def segment(kind: int, offset: int, size: int) -> bytes:
        return struct.pack("<IIQQQQQQ", kind, 4, offset, offset, offset, size, size, 1)

    def section(kind: int, offset: int, size: int, info: int = 0) -> bytes:
        link = 1 if info else 0
        return struct.pack("<IIQQQQIIQQ", 0, kind, 0, offset, offset, size, link, info, 1, 0)

    sections = [bytes(64), section(_SHT_STRTAB, at_strings, len(strings.data))]
    if versions:
        sections.append(section(_SHT_VERNEED, at_need, len(verneed), len(versions)))
    if offers:
        sections.append(section(_SHT_VERDEF, at_def, len(verdef), len(offers)))
    total = at_sections + 64 * len(sections)
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    head += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, at_sections, 0, 64, 56, 3, 64, len(sections), 1)
    segments = segment(_PT_LOAD, 0, total) + segment(_PT_DYNAMIC, at_dynamic, len(dynamic))
    segments += segment(_PT_INTERP if interpreter else 0, at_path, len(path))
    return head + segments + path + strings.data + verneed + verdef + dynamic + b"".join(sections)
