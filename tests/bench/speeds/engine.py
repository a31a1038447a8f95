"""Images of the engines: the example by every way that leads to it, and real ones again.

The example is built by the engine that is there by default; the others, whose addresses stand in
``UVDIVE_ENGINE_DOCKER28`` (containerd's store) and ``UVDIVE_ENGINE_PODMAN5``, get it from there.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import real_images
from commands import dive, uvdive
from measure import Command, Figures, side_by_side
from table import memory, processor, seconds, table, times

ROOT = Path(__file__).parents[3]
TAG = "uvdive-bench:flask"
OTHERS = {
    "Docker 28, containerd's store": "UVDIVE_ENGINE_DOCKER28",
    "podman 5": "UVDIVE_ENGINE_PODMAN5",
}
HEAD = ("time", "CPU", "of the limit", "memory")


def compare(folder: Path, runs: int) -> str:
    """The example: through the save stream, from the engine's storage, from the cache; by each engine."""
    build = ["docker", "build", "--quiet", "--tag", TAG, str(ROOT / "examples" / "flask")]
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    rows = []
    try:
        for name, address in _engines():
            rows += _rows(f"{name}: ", address, folder, runs)
    finally:
        subprocess.run(["docker", "rmi", "--no-prune", TAG], check=False, stdout=subprocess.DEVNULL)
    return table(("the image of `examples/flask`", *HEAD), rows)


def _engines() -> Iterator[tuple[str, str]]:
    """Each engine's name and address, with the example in it; empty for the default one."""
    yield "Docker", ""
    for name, variable in OTHERS.items():
        address = os.environ.get(variable, "")
        if not address:
            print(f"{name} is not measured: {variable} names none")
            continue
        _hand_over(address)
        yield name, address
        there = ["docker", "--host", address, "rmi", "--force", TAG]
        subprocess.run(there, check=False, stdout=subprocess.DEVNULL)


def _hand_over(address: str) -> None:
    save = subprocess.Popen(["docker", "save", TAG], stdout=subprocess.PIPE)
    load = ["docker", "--host", address, "load", "--quiet"]
    subprocess.run(load, stdin=save.stdout, check=True, stdout=subprocess.DEVNULL)
    if save.wait():
        raise SystemExit(f"docker save {TAG} failed")


def _rows(engine: str, address: str, folder: Path, runs: int) -> list[list[str]]:
    cache = folder / "cache"
    at = {"DOCKER_HOST": address} if address else {}
    ways = {
        "`docker save > /dev/null`": Command(["docker", "save", TAG]),
        "uvdive, through `docker save`": uvdive(TAG, "--json", "--no-layer-cache", "--via", "save"),
        "uvdive, again": uvdive(TAG, "--json", cache=cache),
        "dive": dive("docker", TAG, folder),
    }
    if not address:
        ways["uvdive, from the engine's storage"] = uvdive(
            TAG, "--json", "--no-layer-cache", "--via", "storage"
        )
    commands = {name: Command(way.words, {**way.environment, **at}) for name, way in ways.items()}
    commands["uvdive, again"].start().communicate()  # fills the cache
    figures = side_by_side(commands, runs)
    limit = figures["`docker save > /dev/null`"]
    return [_row(engine + name, mine, limit) for name, mine in figures.items()]


def _row(name: str, mine: Figures, limit: Figures) -> list[str]:
    print(f"{name}: {seconds(mine)}", flush=True)
    return [name, seconds(mine), processor(mine), times(mine.time, limit.time), memory(mine)]


def real(folder: Path, runs: int) -> str:
    """The real images that the engine has, again: from the cache, beside the example's goal."""
    rows = []
    for name, title in real_images.TITLES.items():
        tag = real_images.built(name)
        again = uvdive(tag, "--json", cache=folder / "cache")
        again.start().communicate()
        commands = {
            "again": again,
            "storage": uvdive(tag, "--json", "--no-layer-cache"),
            "start": uvdive("--version"),
        }
        figures = side_by_side(commands, runs)
        first, mine, start = figures["storage"], figures["again"], figures["start"]
        rows.append(
            [
                *(title, seconds(first), processor(first), seconds(mine), processor(mine), memory(mine)),
                f"{mine.cpu - start.cpu:.2f} s",
            ]
        )
        print(f"| {' | '.join(rows[-1])} |", flush=True)
    head = ("from the engine's storage", "first", "CPU", "again", "CPU", "memory", "CPU beyond the start")
    return table(head, rows)
