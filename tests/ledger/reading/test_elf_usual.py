"""What is read with a few short reads is what pyelftools says, whole or damaged."""

from __future__ import annotations

import io
import random
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_images.elves import elf

from uvdive.ledger.reading.elf import offered, offered_exactly, read_elf, read_exactly
from uvdive.ledger.reading.elf_usual import UnusualError, Usual

LIBRARIES = sorted(Path(sysconfig.get_path("platlib")).rglob("*.so"), key=lambda path: path.stat().st_size)
MADE = elf(
    "libc.so.6",
    "libz.so.1",
    runpath="$ORIGIN/../lib:/opt/lib",
    interpreter="/lib64/ld-linux-x86-64.so.2",
    versions={"libc.so.6": ["GLIBC_2.34", "GLIBC_2.2.5"], "libz.so.1": ["ZLIB_1.2.9"]},
    offers=["MINE_1", "MINE_2"],
)


def usual(data: bytes) -> bool:
    try:
        found = Usual(io.BytesIO(data))
        found.segments()
        return bool([*found.needed_versions(), *found.defined_versions(), True])
    except UnusualError:
        return False


def agree(data: bytes) -> None:
    assert read_elf(io.BytesIO(data)) == read_exactly(io.BytesIO(data))
    assert offered(io.BytesIO(data)) == offered_exactly(io.BytesIO(data))


def test_libraries_are_read_as_pyelftools_reads_them_and_nearly_all_in_the_short_way() -> None:
    found = [path.read_bytes() for path in LIBRARIES[:60]]
    for data in found:
        agree(data)
    if all(data[:6] == b"\x7fELF\x02\x01" for data in found):
        assert sum(map(usual, found)) > len(found) * 0.9


def damaged(data: bytes, seed: int) -> Iterator[bytes]:
    """Bytes of the headers changed, and the end cut off."""
    chance = random.Random(seed)
    tables = int.from_bytes(data[40:48], "little")
    for _ in range(150):
        found = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 5))):
            near = chance.choice((0, 0, tables, len(data) // 2))
            found[min(len(found) - 1, near + chance.randrange(800))] = chance.choice(
                (0, 1, 255, chance.randrange(256))
            )
        yield bytes(found[: chance.randrange(len(found))] if chance.random() < 0.1 else found)


@pytest.mark.parametrize("seed", range(4))
def test_damage_is_read_as_pyelftools_reads_it(seed: int) -> None:
    data = MADE if seed % 2 else LIBRARIES[0].read_bytes()
    for each in damaged(data, seed):
        agree(each)


def test_what_is_no_usual_library_is_left_to_the_exact_reader() -> None:
    data = bytearray(LIBRARIES[0].read_bytes())
    assert not usual(b"\x7fELF")
    assert not usual(bytes(data[:4] + b"\x01" + data[5:]))
    assert not usual(bytes(data[:40] + bytes(8) + data[48:]))
