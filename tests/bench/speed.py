"""Time uvdive beside dive and beside the limit, in one run, and print the table.

    uv run python tests/bench/speed.py [--runs N] [--only NAME ...] [--folder DIR]

Each command runs in turn, one of each after the other; the table has medians, the
ratio of the medians, and the peak of the memory of all of a command's processes.
The inputs (about 4 GB) are made once in the folder (default: a temporary one).
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import inputs

PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Figures:
    seconds: list[float] = field(default_factory=list)
    peak: list[int] = field(default_factory=list)

    @property
    def time(self) -> float:
        return statistics.median(self.seconds)

    @property
    def memory(self) -> float:
        return statistics.median(self.peak)


def processes(root: int) -> list[int]:
    """A process and all below it."""
    found = [root]
    for pid in found:
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def resident(root: int) -> int:
    total = 0
    for pid in processes(root):
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
        except (OSError, IndexError):
            continue
    return total


def run(command: list[str], figures: Figures) -> None:
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak = [0]

    def watch() -> None:
        while process.poll() is None:
            peak[0] = max(peak[0], resident(process.pid))
            stop.wait(0.01)

    stop = threading.Event()
    watcher = threading.Thread(target=watch)
    watcher.start()
    _, errors = process.communicate()
    figures.seconds.append(time.perf_counter() - start)
    stop.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{command} failed:\n{errors.decode()[-2000:]}")
    figures.peak.append(peak[0])


def commands(archive: Path, work: Path, with_dive: bool) -> dict[str, list[str]]:
    uvdive = [sys.executable, "-m", "uvdive", str(archive), "--json"]
    found = {"uvdive": uvdive, "limit": ["cat", str(archive)]}
    if with_dive:
        answer = str(work / "dive.json")
        found["dive"] = ["dive", "--source", "docker-archive", str(archive), "--json", answer]
    return found


CASES: dict[str, tuple[str, Callable[[Path], Path], bool]] = {
    "big": ("3 GB, 156k entries", inputs.big, True),
    "many-layers": ("300k files in 21 layers", inputs.many_layers, True),
    "whiteouts": ("100k files, 200 whiteouts", inputs.whiteouts, True),
    "million": ("a million files", inputs.million, False),
    "10k": ("10k files", lambda folder: inputs.entries(folder, 10_000), False),
    "100k": ("100k files", lambda folder: inputs.entries(folder, 100_000), False),
}


def measure(name: str, folder: Path, runs: int) -> str:
    title, make, with_dive = CASES[name]
    archive = make(folder)
    figures: dict[str, Figures] = {}
    for _ in range(runs):
        for tool, command in commands(archive, folder, with_dive).items():
            run(command, figures.setdefault(tool, Figures()))
    ours, limit = figures["uvdive"], figures["limit"]
    dive = figures.get("dive")
    cells = [title, f"{ours.time:.2f} s", f"{ours.memory / 1e6:.0f} MB", f"{limit.time:.2f} s"]
    if dive is None:
        cells += ["not run", "", "", ""]
    else:
        cells += [
            f"{dive.time:.2f} s",
            f"{dive.memory / 1e6:.0f} MB",
            f"{dive.time / ours.time:.1f} ×",
            f"{dive.memory / ours.memory:.1f} ×",
        ]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=CASES, default=list(CASES))
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="uvdive-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        print("| image | uvdive | memory | `cat` | dive 0.13.1 | memory | faster | less memory |")
        print("|---|---|---|---|---|---|---|---|")
        for name in options.only:
            print(measure(name, folder, options.runs), flush=True)
    finally:
        if options.folder is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
