"""What more processes bring where there are more processors: each job timed, and their turns played.

    uv run python tests/bench/processes.py ARCHIVE [--runs N] [--write]

The archive's pieces (`uvdive/image/layers/sharing.py`) are read one after the other in one process, and
each is timed by the processor: reading it, packing what was found for another process, and taking
that in. Then the turns of 1, 2, 4 and 8 processes are played as `Helpers` gives them: one from the front,
the others from the back. What one process does alone afterwards is added as it was measured. Beside it
stands what the clock says of the processors that are here, for 1 and for 2 of them.
"""

from __future__ import annotations

import argparse
import gc
import heapq
import os
import pickle
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from table import load, machine, table, write

from uvdive.base.progress import ignore
from uvdive.image.archives import boxes, docker_archive
from uvdive.image.layers import sharing
from uvdive.image.layers.helper import Help, Job
from uvdive.ledger.wanted import wanted

COUNTS = (1, 2, 4, 8)
FORK = 0.003
"""What starting a further process takes, in seconds, one after the other."""


@dataclass(frozen=True)
class Cost:
    """Seconds of the processor for one piece: to read it, to hand it over, to take it."""

    read: float
    hand: float
    take: float


def _timed(work: Callable[[], object]) -> tuple[object, float]:
    start = time.process_time()
    found = work()
    return found, time.process_time() - start


def costs(archive: Path) -> list[Cost]:
    """Of each piece of an archive's layers, in the order in which the first process asks for them."""
    jobs: list[Job] = []

    class Noted(Help):
        def __init__(self, found: Sequence[Job], *, worth: int) -> None:  # noqa: ARG002
            super().__init__(found, worth=0)
            jobs.extend(found)

    was, sharing.Help = sharing.Help, Noted  # type: ignore[misc]
    try:
        with boxes.open_archive(archive, wanted, ignore, verify=False) as box:
            chosen = docker_archive.choose(box, None, reference="x", source="docker-archive")
            docker_archive.collect(box, chosen, ignore)
    finally:
        sharing.Help = was  # type: ignore[misc]
    return [_cost(job) for job in jobs]


def _cost(job: Job) -> Cost:
    found, read = _timed(job)
    data, hand = _timed(lambda: pickle.dumps(found, protocol=5))
    assert isinstance(data, bytes)
    return Cost(read, hand, _timed(lambda: pickle.loads(data))[1])


def played(jobs: Sequence[Cost], count: int) -> float:
    """Seconds until the first of ``count`` processes has everything."""
    front, back = 0, len(jobs) - 1
    done: dict[int, float] = {}
    # Whoever is free first takes the next: the first process (0) from the front, others from the back.
    free = [(FORK * (count - 1), 0), *((FORK * (number + 1), number + 1) for number in range(count - 1))]
    heapq.heapify(free)
    mine = 0.0
    while front <= back:
        now, who = heapq.heappop(free)
        if who:
            cost = jobs[back]
            done[back] = now + cost.read + cost.hand
            heapq.heappush(free, (done[back], who))
            back -= 1
        else:
            mine = now + jobs[front].read
            heapq.heappush(free, (mine, who))
            front += 1
    for number in range(front, len(jobs)):
        mine = max(mine, done[number]) + jobs[number].take
    return mine


def _whole(archive: Path, processors: set[int]) -> float:
    """Seconds by the clock of a whole command on some processors."""
    command = [Path(sys.executable).with_name("uvdive"), archive, "--json"]
    start = time.perf_counter()
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, processors),
    )
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="write the table to docs/measurements.md")
    options = parser.parse_args()
    gc.disable()
    here = sorted(os.sched_getaffinity(0))[:2]
    rounds, clock = list[list[Cost]](), dict[int, list[float]]()
    for _ in range(options.runs):
        rounds.append(costs(options.archive))
        for count in range(1, len(here) + 1):
            clock.setdefault(count, []).append(_whole(options.archive, set(here[:count])))
    least = [
        Cost(*(min(getattr(each, name) for each in same) for name in ("read", "hand", "take")))
        for same in zip(*rounds, strict=True)
    ]
    alone = statistics.median(clock[1])
    rest = alone - played(least, 1)
    rows = []
    for count in COUNTS:
        reading = played(least, count)
        whole = reading + rest
        told = f"{statistics.median(clock[count]):.2f} s" if count in clock else ""
        rows.append((str(count), f"{reading:.2f} s", f"{whole:.2f} s", f"{whole / alone:.2f}", told))
    text = table(("processes", "reading", "all", "of one process", "by the clock, here"), rows)
    head = f"{len(least)} pieces, medians of {options.runs} runs on {machine()}, load {load()}."
    print(head, text, sep="\n\n")
    if options.write:
        write("processes", f"{head}\n\n{text}")


if __name__ == "__main__":
    main()
