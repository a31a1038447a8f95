"""What an ELF file needs of the system, from its headers alone; nothing is executed.

Sources: System V ABI, "Dynamic Linking"; ld.so(8); LSB "Symbol Versioning".
"""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from uvdive.ledger.reading.elf_usual import NEEDED, SEARCH, UnusualError, Usual

MAGIC = b"\x7fELF"
_MOST = 4096  # a damaged count must not run for hours
_MOST_NAMES = 1 << 20
_ALLOC = 0x2  # SHF_ALLOC
_WEAK = 0x2  # VER_FLG_WEAK: the loader only warns


@dataclass(frozen=True, slots=True)
class Elf:
    """One dynamic ELF file.

    ``search`` are the folders of RPATH and RUNPATH with their ``$ORIGIN``, and
    ``versions`` are pairs of a library's name and a symbol version that it must have.
    """

    machine: str
    needed: tuple[str, ...]
    search: tuple[str, ...]
    interpreter: str | None
    versions: tuple[tuple[str, str], ...]


def _damage() -> tuple[type[Exception], ...]:
    """What pyelftools raises for damaged files: it trusts the offsets and sizes in them."""
    from elftools.common.exceptions import ELFError
    from elftools.construct import ConstructError

    plain = (ValueError, LookupError, AttributeError, TypeError, ArithmeticError, AssertionError)
    read = (OSError, EOFError, struct.error, zlib.error)
    return ELFError, ConstructError, *plain, *read, RecursionError, MemoryError


def read_elf(file: IO[bytes]) -> Elf | None:
    """Read a file's ELF headers; None where it is no ELF file, is damaged, or is not dynamic."""
    if file.read(len(MAGIC)) != MAGIC:
        return None
    try:
        return _usual(file)
    except (UnusualError, OSError):
        return read_exactly(file)


def _usual(file: IO[bytes]) -> Elf | None:
    elf = Usual(file)
    interpreter, tags = elf.segments()
    if tags is None:
        return None
    search = [folder for tag, text in tags if tag in SEARCH for folder in text.split(":") if folder]
    needed = tuple(text for tag, text in tags if tag == NEEDED)
    return Elf(elf.machine, needed, tuple(search), interpreter, tuple(elf.needed_versions()))


def read_exactly(file: IO[bytes]) -> Elf | None:
    """As ``read_elf``, whatever is in the file."""
    from elftools.elf.elffile import ELFFile

    file.seek(0)
    try:
        return _read(ELFFile(file))
    except _damage():
        return None


def _read(elf: Any) -> Elf | None:
    from elftools.elf.dynamic import DynamicSegment
    from elftools.elf.segments import InterpSegment

    needed: list[str] = []
    search: list[str] = []
    interpreter = None
    dynamic = False
    for segment in elf.iter_segments():
        if isinstance(segment, InterpSegment):
            interpreter = segment.get_interp_name()
        elif isinstance(segment, DynamicSegment):
            dynamic = True
            tag: Any
            for tag in islice(segment.iter_tags(), _MOST):
                if tag.entry.d_tag == "DT_NEEDED":
                    needed.append(tag.needed)
                elif tag.entry.d_tag in ("DT_RPATH", "DT_RUNPATH"):
                    text = tag.rpath if tag.entry.d_tag == "DT_RPATH" else tag.runpath
                    search += [folder for folder in text.split(":") if folder]
    if not dynamic:
        return None
    return Elf(str(elf["e_machine"]), tuple(needed), tuple(search), interpreter, _versions(elf))


def _versions(elf: Any) -> tuple[tuple[str, str], ...]:
    """The versions of symbols that the file needs, by library (DT_VERNEED)."""
    from elftools.elf.gnuversions import GNUVerNeedSection

    found = []
    for section in elf.iter_sections(type="SHT_GNU_verneed"):
        if isinstance(section, GNUVerNeedSection):
            for library, names in islice(section.iter_versions(), _MOST):
                found += [
                    (str(library.name), name.name) for name in names if not name.entry.vna_flags & _WEAK
                ]
    return tuple(found)


def offered(file: IO[bytes]) -> frozenset[str]:
    """The symbol versions that a library defines (DT_VERDEF); empty where it cannot be told."""
    try:
        return frozenset(Usual(file).defined_versions())
    except (UnusualError, OSError):
        return offered_exactly(file)


def offered_exactly(file: IO[bytes]) -> frozenset[str]:
    """As ``offered``, whatever is in the file."""
    from elftools.elf.elffile import ELFFile
    from elftools.elf.gnuversions import GNUVerDefSection

    file.seek(0)
    try:
        return frozenset(
            name.name
            for section in ELFFile(file).iter_sections(type="SHT_GNU_verdef")
            if isinstance(section, GNUVerDefSection)
            for _, names in islice(section.iter_versions(), _MOST)
            for name in names
        )
    except _damage():
        return frozenset()


def debug_bytes(file: IO[bytes]) -> int | None:
    """The bytes of an ELF file's sections for debuggers alone; None where it is no such file or damaged.

    Only its headers are read (System V ABI, "Sections"): a library may have hundreds of megabytes.
    """
    head = file.read(64)
    if head[:6] != MAGIC + b"\x02\x01" or len(head) < 64:
        return 0 if head[:4] == MAGIC else None
    start, width, count, names = *struct.unpack_from("<Q", head, 40), *struct.unpack_from("<HHH", head, 58)
    if width < 64 or not count or names >= count:
        return 0
    file.seek(start)
    table = file.read(width * count)
    if len(table) < width * count:
        return None
    rows = [struct.unpack_from("<I20xQQ", table, width * number) for number in range(count)]
    file.seek(rows[names][1])
    text = file.read(min(rows[names][2], _MOST_NAMES))
    return sum(int(size) for name, _, size in rows if text.startswith((b".debug", b".zdebug"), name))


def same_when_loaded(one: IO[bytes], other: IO[bytes]) -> bool:
    """Do two ELF files differ in nothing that is loaded, but for the build's id?

    A compiler notes the folder that it worked in for debuggers, and builds in folders
    with names by chance give files that are otherwise the same.
    """
    from elftools.elf.elffile import ELFFile

    try:
        pairs = itertools.zip_longest(_loaded(ELFFile(one)), _loaded(ELFFile(other)))
        return all(first == second for first, second in pairs)
    except _damage():
        return False


def _loaded(elf: Any) -> Iterator[tuple[str, bytes]]:
    found = 0
    for section in islice(elf.iter_sections(), _MOST):
        if section["sh_flags"] & _ALLOC and section.name != ".note.gnu.build-id":
            found += 1
            yield section.name, b"" if section["sh_type"] == "SHT_NOBITS" else section.data()
    if not found:
        raise ValueError("an ELF file without sections says nothing of what is loaded")
