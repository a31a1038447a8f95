"""An image of the engine: the example, built here, by every way that leads to it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from commands import dive, uvdive
from measure import Command, side_by_side
from table import memory, seconds, table, times

ROOT = Path(__file__).parents[2]
TAG = "uvdive-bench:flask"


def compare(folder: Path, runs: int) -> str:
    """The example: through the save stream, from the engine's storage, from the layer cache."""
    build = ["docker", "build", "--quiet", "--tag", TAG, str(ROOT / "examples" / "flask")]
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    try:
        return _compare(folder, runs)
    finally:
        subprocess.run(["docker", "rmi", "--no-prune", TAG], check=False, stdout=subprocess.DEVNULL)


def _compare(folder: Path, runs: int) -> str:
    cache = folder / "cache"
    again = uvdive(TAG, "--json", cache=cache)
    again.start().communicate()  # fills the cache
    commands = {
        "`docker save > /dev/null`": Command(["docker", "save", TAG]),
        "uvdive, through `docker save`": uvdive(TAG, "--json", "--no-layer-cache", "--via", "save"),
        "uvdive, from the engine's storage": uvdive(TAG, "--json", "--no-layer-cache", "--via", "storage"),
        "uvdive, again (layer cache)": again,
        "dive": dive("docker", TAG, folder),
    }
    figures = side_by_side(commands, runs)
    limit = figures["`docker save > /dev/null`"].time
    rows = [[name, seconds(mine), times(mine.time, limit), memory(mine)] for name, mine in figures.items()]
    return table(("the image of `examples/flask`", "time", "of the limit", "memory"), rows)
