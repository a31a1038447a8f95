"""Markdown tables, and their place in the documentation."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from measure import LIMIT, Figures

PAGE = Path(__file__).parents[2] / "docs" / "measurements.md"
"""Where the tables stand, each between the marks of the script that writes it."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the first column is text, the others are figures."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def seconds(figures: Figures) -> str:
    if not figures.ended:
        return f"over {LIMIT:.0f} s"
    return f"{1000 * figures.time:.0f} ms" if figures.time < 1 else f"{figures.time:.2f} s"


def processor(figures: Figures) -> str:
    """What it took of the processors, which holds on a busy machine too."""
    return f"{figures.cpu:.2f} s" if figures.ended else "–"


def memory(figures: Figures) -> str:
    return f"{figures.memory / 1e6:.0f} MB" if figures.memory else "–"


def times(theirs: float, ours: float) -> str:
    """How many times as much theirs is; nothing where one of them is unknown."""
    return f"{theirs / ours:.1f} ×" if theirs and ours else "–"


def milliseconds(values: Sequence[float]) -> str:
    """Median and 95th percentile."""
    if not values:
        return "–"
    ordered = sorted(values)
    middle, high = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return f"{1000 * middle:.0f} / {1000 * high:.0f} ms"


def machine() -> str:
    """What it ran on."""
    info = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*: (.*)", info)
    name = model[1] if model else platform.machine()
    return f"{os.cpu_count()} cores of {name}, Linux {platform.release()}, Python {platform.python_version()}"


def load() -> str:
    """How many programs wanted a processor in the last minutes, this one's own among them."""
    return " / ".join(f"{average:.1f}" for average in os.getloadavg())


def marks(script: str) -> tuple[str, str]:
    """The lines around what a script writes; ``kills, engine`` is a part of what ``kills`` does."""
    file = script.partition(",")[0]
    return f"<!-- {script}: written by tests/bench/{file}.py -->", f"<!-- {script}: end -->"


def between(script: str) -> str:
    """What the page has between the marks of a script."""
    begin, end = marks(script)
    page = PAGE.read_text()
    if begin not in page or end not in page:
        raise SystemExit(f"{PAGE} has no marks {begin} and {end}")
    return page.split(begin)[1].split(end)[0].strip()


def write(script: str, text: str) -> None:
    """Put the text between the marks of a script.

    Raises SystemExit where the marks are missing.
    """
    between(script)
    begin, end = marks(script)
    page = PAGE.read_text()
    before, after = page.split(begin)[0], page.split(end)[1]
    PAGE.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}")


def write_rows(script: str, head: str, rows: Mapping[str, str], order: Iterable[str]) -> None:
    """Put rows, by their first cell, into a script's table; those that were not measured now stay.

    Args:
        script: whose marks they stand between.
        head: the table's first two lines.
        rows: what was measured.
        order: every first cell that the table may have, in its order.
    """
    lines = (line for line in between(script).splitlines() if line.count("|") > 2)
    known = {line.split("|")[1].strip(): line for line in lines} | rows
    write(script, "\n".join((head, *(known[name] for name in order if name in known))))
