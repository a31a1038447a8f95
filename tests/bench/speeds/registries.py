"""The example from a registry on loopback, beside `skopeo copy` of it to a plain archive.

``UVDIVE_REGISTRY`` names the registry (HOST:PORT), the engine that is there builds and pushes.
skopeo is Debian's. **first rows** is from the app's first paint to the first row of a layer with
its packed size; each run begins without a cache.
"""

from __future__ import annotations

import os
import statistics
import subprocess
from pathlib import Path

import app
from commands import UVDIVE, uvdive
from measure import Command, side_by_side
from table import memory, processor, seconds, table, times
from terminal import Terminal

ROOT = Path(__file__).parents[3]
HEAD = ("the image of `examples/flask`, 78 MB packed", "time", "CPU", "of skopeo's", "memory")


def compare(folder: Path, runs: int) -> str:
    """skopeo, uvdive without a cache, and again."""
    name = _pushed()
    archive = folder / "skopeo.tar"
    copy = [
        "skopeo",
        "copy",
        "--quiet",
        "--src-tls-verify=false",
        f"docker://{name}",
        f"docker-archive:{archive}",
    ]
    # It refuses to write over an archive.
    skopeo = Command(["sh", "-c", 'rm -f "$0" && exec "$@"', str(archive), *copy])
    target, cache = f"registry://{name}", folder / "cache"
    commands = {
        "`skopeo copy` to an archive": skopeo,
        "uvdive": uvdive(target, "--json", "--no-layer-cache"),
        "uvdive, again": uvdive(target, "--json", cache=cache),
    }
    commands["uvdive, again"].start().communicate()  # fills the cache
    figures = side_by_side(commands, runs)
    limit = figures["`skopeo copy` to an archive"]
    rows = [
        [title, seconds(mine), processor(mine), times(mine.time, limit.time), memory(mine)]
        for title, mine in figures.items()
    ]
    first = [_first_rows(target, folder / f"empty{number}") for number in range(runs)]
    told = f"First rows: {1000 * statistics.median(first):.0f} ms after the first paint (median of {runs})."
    return f"{table(HEAD, rows)}\n\n{told}"


def _pushed() -> str:
    address = os.environ.get("UVDIVE_REGISTRY")
    if not address:
        raise SystemExit("UVDIVE_REGISTRY names no registry")
    name = f"{address}/uvdive-bench/flask:1"
    build = ["docker", "build", "--quiet", "--tag", name, str(ROOT / "examples" / "flask")]
    for command in (build, ["docker", "push", "--quiet", name]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return name


def _first_rows(target: str, cache: Path) -> float:
    """Seconds from the first paint until a layer is told with its packed size."""
    with Terminal(["env", f"XDG_CACHE_HOME={cache}", *UVDIVE, target]) as terminal:
        painted = terminal.until(lambda: app.painted(terminal))
        return terminal.until(terminal.shows("packed")) - painted
