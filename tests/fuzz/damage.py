"""Damage to the bytes of cases: what a careless disk, or a careful stranger, does to a right input."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cases import Case
from hypothesis import strategies as st

MOST = 64 << 10
"""How long one text of a case may grow, in bytes."""

_NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"255",
    b"65536",
    b"2147483648",
    b"4294967295",
    b"18446744073709551616",
    b"1e999",
)
_DIGITS = re.compile(rb"\d+")
_TEXTS = (
    b"\xff" * 8,
    b"\0",
    b"\0" * 512,
    b"\n",
    b"\r\n",
    b" ",
    b"/",
    b"../",
    b"\xed\xa0\x80",
    b"\x1b[2J",
    b"",
)

Blow = tuple[str, float, int, bytes]
"""What is done, where (from 0 to 1), to how many bytes or how often, and with which bytes."""

_KINDS = ("put", "over", "drop", "again", "swell", "move", "number", "end")


def blows(words: Sequence[bytes]) -> st.SearchStrategy[list[Blow]]:
    """Some damage; ``words`` are put in more often than anything else."""
    pieces = st.sampled_from((*words, *_TEXTS, *_NUMBERS)) | st.binary(max_size=12)
    one = st.tuples(
        st.sampled_from(_KINDS),
        st.floats(0, 1),
        st.sampled_from((1, 2, 3, 8, 16, 64, 512, 4096)),
        pieces,
    )
    return st.lists(one, min_size=1, max_size=5)


def struck(data: bytes, damage: Sequence[Blow]) -> bytes:
    """The bytes with the damage done, ``MOST`` at most."""
    for kind, where, count, piece in damage:
        at = int(where * len(data))
        data = _struck(data, kind, at, count, piece)[:MOST]
    return data


def _struck(data: bytes, kind: str, at: int, count: int, piece: bytes) -> bytes:
    part = data[at : at + count]
    changed = {
        "put": lambda: data[:at] + piece + data[at:],
        "over": lambda: data[:at] + piece + data[at + len(piece) :],
        "drop": lambda: data[:at] + data[at + count :],
        "again": lambda: data[: at + count] + part + data[at + count :],
        "swell": lambda: data[:at] + (piece or part) * count + data[at:],
        "move": lambda: data[:at] + data[at + count :] + part,
        "number": lambda: _numbered(data, at, piece),
        "end": lambda: data[:at],
    }
    return changed[kind]()


def _numbered(data: bytes, at: int, piece: bytes) -> bytes:
    """Another number in the place of the next one."""
    found = _DIGITS.search(data, at)
    if found is None:
        return data
    return data[: found.start()] + (piece if piece in _NUMBERS else b"9" * 30) + data[found.end() :]


def damaged(cases: st.SearchStrategy[Case], words: Sequence[bytes]) -> st.SearchStrategy[Case]:
    """Cases with damage to some of their texts, and now and then one that lacks, or two exchanged."""

    @st.composite
    def make(draw: st.DrawFn) -> Case:
        case = dict(draw(cases))
        for name in draw(st.lists(st.sampled_from(sorted(case)), min_size=1, max_size=2)) if case else ():
            case[name] = struck(case[name], draw(blows(words)))
        if len(case) > 1 and draw(st.integers(0, 9)) == 0:
            one, other = draw(st.lists(st.sampled_from(sorted(case)), min_size=2, max_size=2, unique=True))
            case[one], case[other] = case[other], case[one]
        return case

    return make()
