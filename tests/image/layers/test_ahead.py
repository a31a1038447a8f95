"""What is made in a thread ahead comes as if it were made here."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from uvdive.image.layers.ahead import ahead


def test_all_pieces_come_in_order() -> None:
    assert list(ahead(range(1, 100))) == list(range(1, 100))
    assert list(ahead([])) == []


def test_an_error_comes_after_the_pieces_before_it() -> None:
    def broken() -> Iterator[int]:
        yield 1
        yield 2
        raise ZeroDivisionError

    taken: list[int] = []
    with pytest.raises(ZeroDivisionError):
        taken.extend(ahead(broken()))
    assert taken == [1, 2]


def test_no_more_is_made_than_fits_and_nothing_after_the_end() -> None:
    made: list[int] = []
    enough = threading.Event()

    def endless() -> Iterator[int]:
        while True:
            made.append(len(made) + 1)
            if len(made) == 6:
                enough.set()
            yield len(made)

    before = set(threading.enumerate())
    pieces = ahead(endless())
    assert next(pieces) == 1
    assert enough.wait(10)
    pieces.close()  # type: ignore[attr-defined]
    assert set(threading.enumerate()) <= before
    assert len(made) == 6, "one taken, four waiting, one in hand"
