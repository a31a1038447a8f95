"""Archives, without a screen: uvdive beside ``cat`` and dive."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import inputs
import real_images
import wheels
from commands import dive, uvdive
from measure import Command, side_by_side
from table import memory, processor, seconds, table, times

CASES: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "wheels": ("0.8 GB of wheels in 5 layers, 9k files", wheels.archive),
    "big": ("3 GB, 156k files", inputs.big),
    "many-layers": ("300k files in 21 layers", inputs.many_layers),
    "whiteouts": ("100k files, then 200 whiteouts", inputs.whiteouts),
    "million": ("a million files, half of them in one folder", inputs.million),
}
REAL = real_images.CASES
"""These need an engine, and gigabytes of packages."""

CURVE = (10_000, 30_000, 100_000, 300_000, 1_000_000)
HEAD = (
    *("archive", "uvdive", "CPU", "memory", "`cat`", "dive", "CPU", "memory"),
    *("faster", "less CPU", "less memory"),
)


def compare(names: list[str], folder: Path, runs: int) -> str:
    """The table of some of the cases."""
    rows = []
    for name in names:
        title, make = (CASES | REAL)[name]
        archive = make(folder)
        _warm(archive)
        figures = side_by_side(
            {
                "uvdive": uvdive(str(archive), "--json"),
                "cat": Command(["cat", str(archive)]),
                "dive": dive("docker-archive", str(archive), folder),
            },
            runs,
        )
        ours, limit, theirs = figures["uvdive"], figures["cat"], figures["dive"]
        rows.append(
            [
                *(title, seconds(ours), processor(ours), memory(ours), seconds(limit)),
                *(seconds(theirs), processor(theirs), memory(theirs)),
                ("over " if not theirs.ended else "") + times(theirs.time, ours.time),
                *(times(theirs.cpu, ours.cpu), times(theirs.memory, ours.memory)),
            ]
        )
        print(f"| {' | '.join(rows[-1])} |", flush=True)
    return table(HEAD, rows)


def _warm(archive: Path) -> None:
    """Read it once: what is measured is the program, not the disk."""
    with archive.open("rb", buffering=0) as file:
        while file.read(1 << 20):
            pass


def curve(folder: Path, runs: int) -> str:
    """What an entry costs, from ten thousand to a million of one shape."""
    commands = {f"{count:,} files": uvdive(str(inputs.entries(folder, count)), "--json") for count in CURVE}
    rows, first = [], 0.0
    for (title, figures), count in zip(side_by_side(commands, runs).items(), CURVE, strict=True):
        first = first or figures.time
        more = (figures.time - first) / (count - CURVE[0]) * 1e6 if count > CURVE[0] else 0.0
        rows.append([title, seconds(figures), f"{more:.1f} µs" if more else "–", memory(figures)])
        print(f"| {' | '.join(rows[-1])} |", flush=True)
    return table(("archive", "uvdive", "each file beyond 10,000", "memory"), rows)


def start(_folder: Path, runs: int) -> str:
    """What the command costs before it does anything."""
    commands = {
        "python -c pass": Command([sys.executable, "-c", "pass"]),
        "uvdive --version": uvdive("--version"),
        "uvdive --help": uvdive("--help"),
    }
    figures = side_by_side(commands, 10 * runs)
    base = figures["python -c pass"].time
    rows = [
        [f"`{name}`", f"{1000 * mine.time:.0f} ms", f"{1000 * (mine.time - base):.0f} ms"]
        for name, mine in figures.items()
    ]
    return table(("command", "median", "beyond Python's own start"), rows)
