"""Measure uvdive beside dive and beside the limit, in one run, and write the tables of the documentation.

    uv run python tests/bench/speed.py [--only PART ...] [--runs N] [--inputs DIR]

Builds its own inputs (about 6 GB; kept and used again where ``--inputs`` names a
folder) and prints medians. Without ``--only`` everything is measured, and what
``docs/measurements.md`` says between the marks is replaced. The wheels come from the package index, the
engine's part needs Docker; a machine that does nothing else gives the best figures.
"""

from __future__ import annotations

import argparse
import os
import site
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent / "speeds")]

import app
import app_real
import archives
import curves
import engine
import registries
import table

ROOT = Path(__file__).parents[2]
ABOUT = """\
{runs}, one command after the other in turn, on {machine}; each archive is read once before, \
so that it is in the page cache, and Python's bytecode is compiled, as it is from a program's \
second start on. Memory is the peak of all processes of a command together. \
uvdive runs with `--json`, dive 0.13.1 with `--json`; `cat` writes to `/dev/null`."""
APP = """\
The app in a terminal of 120 × 36; a key's time is from the key to the bytes that draw its \
answer, median / p95."""


def _archives(folder: Path, runs: int) -> str:
    return archives.compare(list(archives.CASES), folder, runs)


def _real(folder: Path, runs: int) -> str:
    return archives.compare(list(archives.REAL), folder, runs)


PARTS: dict[str, Callable[[Path, int], str]] = {
    "archives": _archives,
    "engine": engine.compare,
    "app": app.compare,
    "start": archives.start,
    "curve": archives.curve,
}


REAL = """\
Medians of {runs} runs of the archives and of half as many of the rest, one command after the other in turn, \
on {machine}; the machine's load \
(programs that want a processor, in the last 1 / 5 / 15 minutes) was {before} before and {after} after, \
so that where it is above 1 the processors' seconds tell more than the clock's. \
Archives are in the page cache, bytecode is compiled. Memory is the peak of all processes \
of a command together."""


def _real_page(folder: Path, runs: int) -> str:
    """All about real images, written into the documentation."""
    before = table.load()
    rest = engine.real, engine.compare, curves.compare
    texts = [_real(folder, runs), *(part(folder, max(1, runs // 2)) for part in rest)]
    about = REAL.format(runs=runs, machine=table.machine(), before=before, after=table.load())
    text = "\n\n".join([about, *texts])
    table.write("speed, real", text)
    return text


ALONE: dict[str, Callable[[Path, int], str]] = {
    "real": _real,
    "real-again": engine.real,
    "real-app": app_real.compare,
    "real-curves": curves.compare,
    "real-page": _real_page,
    "registry": registries.compare,
}
"""Measured where it is named only: gigabytes of packages that the engine builds, or a registry."""


NAMES = (*PARTS, *ALONE, *archives.CASES, *archives.REAL)


def _measure(name: str, folder: Path, runs: int) -> str:
    if name in archives.CASES or name in archives.REAL:
        return archives.compare([name], folder, runs)
    return (PARTS | ALONE)[name](folder, runs)


def _compile() -> None:
    """Write the bytecode of all that is measured, also where the machine is set not to."""
    folders = [str(ROOT / "uvdive"), *site.getsitepackages()]
    subprocess.run([sys.executable, "-m", "compileall", "-q", *folders], check=False)


def _how_often(runs: int) -> str:
    return "One run" if runs == 1 else f"Medians of {runs} runs"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", metavar="PART", choices=NAMES)
    parser.add_argument("--runs", type=int, default=3, help="how often each command is timed")
    parser.add_argument("--inputs", type=Path, help="the folder of the inputs; a temporary one without it")
    options = parser.parse_args()
    # The dive of this environment.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    _compile()
    with tempfile.TemporaryDirectory(prefix="uvdive-bench-") as temporary:
        folder = options.inputs or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        texts = []
        for name in options.only or PARTS:
            before = table.load()
            texts.append(_measure(name, folder, options.runs))
            print(f"\n{texts[-1]}\n\nload {before} before, {table.load()} after\n", flush=True)
    if options.only is None:
        about = ABOUT.format(runs=_how_often(options.runs), machine=table.machine())
        first, second, screen, *rest = texts
        table.write("speed", "\n\n".join([about, first, second, APP, screen, *rest]))


if __name__ == "__main__":
    main()
