"""What a step took is counted for it alone, and once."""

from __future__ import annotations

import contextlib
import time

import pytest

from uvdive.output.words.proof import proof_words
from uvdive.verify.spent import Spent, own_seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_what_happens_within_a_step_is_its_own_and_a_step_may_come_again(clock: list[float]) -> None:
    spent = Spent()
    with spent.on("files"):
        clock[0] += 2
        with spent.on("build"):
            clock[0] += 30
            with spent.on("reading"):
                clock[0] += 4
        clock[0] += 1
    with contextlib.suppress(ZeroDivisionError), spent.on("reading"):
        clock[0] += 1
        raise ZeroDivisionError  # a step that ends so took its time too
    with spent.on("start"):
        clock[0] += 8
    assert spent.seconds == (("files", 3.0), ("build", 30.0), ("reading", 5.0), ("start", 8.0))
    assert own_seconds(spent.seconds) == 8.0


def test_the_words_name_the_slow_steps_first_and_neither_builds_nor_what_took_no_time() -> None:
    told = proof_words(
        (("sources", 0.02), ("build", 40.0), ("reading", 1.26), ("files", 2.0), ("start", 6.0))
    )
    assert told == "3.3 s by itself (files 2.0 s, reading the new image 1.3 s); starting both: 6.0 s"
    assert proof_words((("build", 3.0), ("config", 0.0))) == "0.0 s by itself"
