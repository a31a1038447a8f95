"""Columns as bytes: arrays of numbers, little-endian, and lists of byte strings."""

from __future__ import annotations

import sys
from array import array
from itertools import accumulate, pairwise

TYPES = {"B": "u1", "H": "u2", "I": "u4", "Q": "u8", "b": "i1", "h": "i2", "i": "i4", "q": "i8"}
"""An array's type code, and its name in files."""

_CODES = {name: code for code, name in TYPES.items()}


def pack(column: array[int]) -> bytes:
    """An array's numbers, little-endian whatever the machine."""
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    return column.tobytes()


def unpack(kind: str, blob: bytes | memoryview) -> array[int]:
    """The array of a type (``u4``, ``i8`` …) from its bytes.

    Raises:
        KeyError: there is no such type.
        ValueError: the bytes are no whole number of items.
    """
    column = array(_CODES[kind])
    column.frombytes(blob)
    if sys.byteorder == "big":
        column.byteswap()
    return column


def pack_texts(texts: list[bytes]) -> bytes:
    """Byte strings: four bytes of length for each, then all of them."""
    return pack(array("I", map(len, texts))) + b"".join(texts)


def unpack_texts(count: int, blob: memoryview) -> list[bytes]:
    """The ``count`` byte strings that pack_texts wrote.

    Raises:
        ValueError: the lengths do not fit the bytes.
    """
    lengths = unpack("u4", blob[: 4 * count])
    if len(lengths) != count or sum(lengths) != len(blob) - 4 * count:
        raise ValueError("the texts of a column have other lengths than it says")
    data = bytes(blob[4 * count :])
    return [data[start:end] for start, end in pairwise(accumulate(lengths, initial=0))]
