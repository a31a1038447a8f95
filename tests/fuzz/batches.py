"""Inputs of one area in batches: from seeds, from what makes them, and from damage to both."""

from __future__ import annotations

import contextlib
import json
import os
import random
import resource
import sys
import time
import traceback
from pathlib import Path

from areas import UNDAMAGED
from cases import Area, Case, attempt, dump, keep, seeds
from damage import damaged
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

BATCH = 200
MOST_MEMORY = 4 << 30
"""A process may ask for so much: an input that takes more ends with an error, not with the machine."""


def cases_of(area: Area) -> st.SearchStrategy[Case]:
    """Cases as the area makes them, its seeds, and both with damage."""
    known = list(seeds(area.name).values())
    plain = st.one_of(area.made, st.sampled_from(known)) if known else area.made
    return plain if area.name in UNDAMAGED else st.one_of(area.made, damaged(plain, area.words))


class _OverError(BaseException):
    """The time is over; hypothesis lets through what is no Exception."""


class Batches:
    """What one process has done so far, noted where whoever waits for it can see it."""

    def __init__(self, area: Area, found: Path, note: Path) -> None:
        self.area, self.found, self.note = area, found / area.name, note
        self.inputs = self.whole = 0
        self.told = time.monotonic()
        self.finds: set[str] = set()

    def one(self, case: Case) -> None:
        """Check one case; errors as ``attempt``."""
        self.note.write_text(dump(case))
        if time.monotonic() > self.told + 1:
            self.tell()
        self.inputs += 1
        self.whole += attempt(self.area, case)

    def tell(self) -> None:
        """Leave the counts."""
        self.told = time.monotonic()
        told = {"inputs": self.inputs, "whole": self.whole, "finds": len(self.finds)}
        told["processor"] = round(time.process_time())
        self.note.with_suffix(".json").write_text(json.dumps(told))

    def is_new(self, error: BaseException) -> bool:
        """Is it the first at its place in the code?"""
        return place_of(error) not in self.finds

    def find(self, case: Case, error: BaseException) -> None:
        """Keep a case for which something does not hold."""
        what = place_of(error)
        self.finds.add(what)
        path = keep(case, self.found)
        path.with_suffix(".txt").write_text("".join(traceback.format_exception(error)))
        print(f"{self.area.name}: {what}: {str(error)[:200]}\n  {path}", file=sys.stderr, flush=True)


def run(area: Area, seconds: float, first_seed: int, found: Path, *, guided: bool) -> None:
    """Check cases until the time is over."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    batches = Batches(area, found, Path(os.environ.get("UVDIVE_FUZZ_NOTE", found / f".{area.name}")))
    found.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + seconds
    for case in seeds(area.name).values():
        _guarded(batches, case)
    if guided:
        import guided as guide

        guide.run(batches, cases_of(area), end, first_seed)
        return
    number = first_seed
    while time.monotonic() < end:
        _batch(batches, number, end)
        batches.tell()
        number += 1


def _guarded(batches: Batches, case: Case) -> None:
    try:
        batches.one(case)
    except Exception as error:  # noqa: BLE001 - any of them is a find
        if batches.is_new(error):
            batches.find(case, error)


def _batch(batches: Batches, number: int, end: float) -> None:
    """Some cases of one seed, until something is found that was not known."""

    @seed(number)
    @settings(
        max_examples=BATCH,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(cases_of(batches.area))
    def some(case: Case) -> None:
        if time.monotonic() > end:
            raise _OverError
        try:
            batches.one(case)
        except Exception as error:  # noqa: BLE001 - any of them is a find
            if batches.is_new(error):
                batches.find(*smaller(batches.area, case, error))

    random.seed(number)
    with contextlib.suppress(_OverError):
        some()


def smaller(area: Area, case: Case, error: Exception) -> tuple[Case, Exception]:
    """A part of a case for which the same goes wrong, found within half a minute."""
    end, wanted = time.monotonic() + 30, place_of(error)

    def fails(other: Case) -> Exception | None:
        try:
            attempt(area, other)
        except Exception as now:  # noqa: BLE001 - it is compared
            return now if place_of(now) == wanted else None
        return None

    for name in sorted(case):
        length = len(case[name])
        while length and time.monotonic() < end:
            at = 0
            while at < len(case[name]) and time.monotonic() < end:
                other = {**case, name: case[name][:at] + case[name][at + length :]}
                now = fails(other)
                if now is None:
                    at += length
                else:
                    case, error = other, now
            length //= 2
    return case, error


def place_of(error: BaseException) -> str:
    """What went wrong, and where in the code."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} {place.filename}:{place.lineno}"
