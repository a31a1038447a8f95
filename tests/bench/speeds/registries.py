"""The example from a registry on loopback, beside `skopeo copy` of it to a plain archive; and by ssh.

``UVDIVE_REGISTRY`` names the registry (HOST:PORT), the engine that is there builds and pushes.
skopeo is Debian's. **first rows** is from the app's first paint to the first row of a layer with
its packed size, with what the app and the process that reads used of the processors meanwhile (the
latter since its start); each run begins without a cache. By ssh the same engine is reached through
an ssh server on loopback, beside the client's own `docker save` there.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
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
    median, least = (1000 * way([each.seconds for each in first]) for way in (statistics.median, min))
    app_, reader = (
        statistics.median(each) for each in zip(*(each.processors for each in first), strict=True)
    )
    told = (
        f"First rows: {median:.0f} ms after the first paint (median of {runs}, the least {least:.0f} ms); "
        f"of the processors the app used {1000 * app_:.0f} ms meanwhile, what reads {1000 * reader:.0f} ms."
    )
    return "\n\n".join((table(HEAD, rows), told, _by_ssh(name, folder, runs)))


def _by_ssh(name: str, folder: Path, runs: int) -> str:
    """The same image from the engine behind an ssh server on loopback."""
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    from engines import sshd

    place = folder / "sshd"
    place.mkdir()
    with sshd.serving(place) as server:
        there = {"DOCKER_HOST": server.url(), "PATH": f"{server.client}:{os.environ['PATH']}"}
        save = Command(["sh", "-c", 'docker save "$0" > /dev/null', name], there)
        cache, target = folder / "ssh-cache", f"docker://{name}"
        commands = {
            "`docker save` > /dev/null": save,
            "uvdive": _there(uvdive(target, "--json", "--no-layer-cache"), there),
            "uvdive, again": _there(uvdive(target, "--json", cache=cache), there),
        }
        commands["uvdive, again"].start().communicate()
        figures = side_by_side(commands, runs)
    limit = figures["`docker save` > /dev/null"]
    rows = [
        [title, seconds(mine), processor(mine), times(mine.time, limit.time), memory(mine)]
        for title, mine in figures.items()
    ]
    return table(("the same from an engine by ssh", "time", "CPU", "of `docker save`", "memory"), rows)


def _there(command: Command, environment: dict[str, str]) -> Command:
    return Command(command.words, {**command.environment, **environment})


def _pushed() -> str:
    address = os.environ.get("UVDIVE_REGISTRY")
    if not address:
        raise SystemExit("UVDIVE_REGISTRY names no registry")
    name = f"{address}/uvdive-bench/flask:1"
    build = ["docker", "build", "--quiet", "--tag", name, str(ROOT / "examples" / "flask")]
    for command in (build, ["docker", "push", "--quiet", name]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return name


@dataclass(frozen=True)
class _First:
    """Seconds from the first paint until a layer is told with its packed size; the app's and the reader's."""

    seconds: float
    processors: tuple[float, float]


def _first_rows(target: str, cache: Path) -> _First:
    with Terminal(["env", f"XDG_CACHE_HOME={cache}", *UVDIVE, target]) as terminal:
        painted = terminal.until(lambda: app.painted(terminal))
        before = _used(terminal.pid)
        shown = terminal.until(terminal.shows("packed"))
        children = Path(f"/proc/{terminal.pid}/task").glob("*/children")
        reader = sum(_used(int(each)) for path in children for each in path.read_text().split())
        return _First(shown - painted, (_used(terminal.pid) - before, reader))


def _used(pid: int) -> float:
    """Seconds of the processors that a process has used."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(each.read_text().split()[0]) for each in threads) / 1e9
