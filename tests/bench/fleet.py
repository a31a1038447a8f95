"""Many images on one machine, one process beside several; and Dockerfiles by their text.

    uv run python tests/bench/fleet.py [--images 50] [--write] BASE...

Makes so many images in the engine by adding a file of its own to each of the BASE images in turn, and
removes them in the end. Measured are ``uvdive check --no-layer-cache`` of one image, of all with
``--jobs 1`` and of all with as many processes as it takes itself, and ``uvdive check --static`` of 50
Dockerfiles beside a bare interpreter. Memory is the peak of all processes together (``measure.py``).
Nothing is asserted.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import measure
import table

ROOT = Path(__file__).parents[2]
PROJECTS = ROOT / "tests" / "data" / "projects"
MARK = "fleet"
NAME = "uvdive-fleet-bench"


def made(bases: list[str], count: int, folder: Path) -> list[str]:
    """Images that each have a small file more than one of the bases."""
    names = []
    for number in range(count):
        (folder / "own").write_text(f"image {number}\n" * 100)
        (folder / "Dockerfile").write_text(f"FROM {bases[number % len(bases)]}\nCOPY own /own\n")
        names.append(f"{NAME}:{number}")
        subprocess.run(
            ["docker", "build", "-q", "-t", names[-1], str(folder)], check=True, capture_output=True
        )
    return names


def uvdive(*arguments: str) -> measure.Command:
    return measure.Command([sys.executable, "-m", "uvdive", *arguments])


def dockerfiles(folder: Path, count: int = 50) -> list[str]:
    """So many Dockerfiles of the tests' projects, each in a folder of its own."""
    found = sorted(PROJECTS.glob("*/Dockerfile"))
    paths = []
    for number in range(count):
        place = folder / str(number)
        shutil.copytree(found[number % len(found)].parent, place)
        paths.append(str(place / "Dockerfile"))
    return paths


def rows(names: list[str], folder: Path) -> list[tuple[str, ...]]:
    """Each command with its times, and how many times the other it takes."""
    check = ("check", "--fail-level", "never")
    commands = {
        "one image": uvdive(*check, "--no-layer-cache", names[0]),
        f"{len(names)} images, one process": uvdive(*check, "--no-layer-cache", "--jobs", "1", *names),
        f"{len(names)} images, {os.cpu_count()} processors": uvdive(*check, "--no-layer-cache", *names),
        "50 Dockerfiles by their text": uvdive("check", "--static", *dockerfiles(folder / "static")),
        "a bare interpreter": measure.Command([sys.executable, "-c", "pass"]),
    }
    found = measure.side_by_side(commands, 1)
    order = list(found)
    beside = {order[2]: order[1], order[3]: order[4]}
    return [
        (
            name,
            table.seconds(each),
            table.processor(each),
            table.memory(each),
            "" if name not in beside else f"{each.time / found[beside[name]].time:.2f} of {beside[name]}",
        )
        for name, each in found.items()
    ]


HEAD = ("what", "time", "processors", "memory", "the time beside")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("bases", metavar="BASE", nargs="+")
    parser.add_argument("--images", type=int, default=50)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        names = made(args.bases, args.images, folder)
        try:
            told = table.table(HEAD, rows(names, folder))
        finally:
            subprocess.run(["docker", "image", "rm", "-f", *names], check=True, capture_output=True)
    told = f"{told}\n\nOn {table.machine()}; load {table.load()}."
    print(told)
    if args.write:
        table.write(MARK, told)
    return 0


if __name__ == "__main__":
    sys.exit(main())
