"""Cases chosen by what they reach in the code: atheris (libFuzzer) feeds hypothesis its bytes.

atheris is no dependency of the project: ``uv run --with atheris python tests/fuzz/run.py --guided``.
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cases import Case
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from batches import Batches


def watch_imports() -> None:
    """Have every module of uvdive that is imported from now on tell which of its branches are taken."""
    import atheris  # type: ignore[import-not-found]

    atheris.instrument_imports(include=["uvdive"]).__enter__()


def run(batches: Batches, cases: st.SearchStrategy[Case], end: float, seed: int) -> None:
    """Check cases until the time is over; does not come back, as libFuzzer ends the process."""
    import atheris  # type: ignore[import-not-found]

    said = batches.tell

    @settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(cases)
    def one(case: Case) -> None:
        from batches import place_of

        try:
            batches.one(case)
        except Exception as error:  # noqa: BLE001 - any of them is a find
            if place_of(error) not in batches.finds:
                batches.find(case, error)

    def take(data: bytes) -> None:
        if time.monotonic() > end:
            said()
            os._exit(0)
        one.hypothesis.fuzz_one_input(data)  # type: ignore[attr-defined]

    corpus = batches.note.with_suffix(".corpus")
    _begin_with(corpus, seed)
    flags = [f"-seed={seed % 2**31 or 1}", "-max_len=65536", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *flags, str(corpus)], take)
    atheris.Fuzz()


def _begin_with(corpus: Path, seed: int) -> None:
    """Some bytes to begin with: of few of them hypothesis makes no case, and libFuzzer begins with none."""
    corpus.mkdir(parents=True, exist_ok=True)
    choose = random.Random(seed)
    for size in (64, 256, 1024, 4096, 16384):
        for number in range(4):
            (corpus / f"{size}-{number}").write_bytes(choose.randbytes(size))
