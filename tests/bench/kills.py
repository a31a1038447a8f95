"""Kills at random times: what is lost, and what is left after the next start.

    uv run python tests/bench/kills.py [--kills 200] [--seed 1]       print it; --minutes N: no longer
    … --commands build … --stretch 2                                  of these; on a machine that gets slower
    … --engine                                                        before the real engine, not a stand-in
    … --write                                                         put the table into docs/measurements.md

A command runs about a small project (``tests/support/engines/small_project.py``) and gets SIGKILL,
SIGTERM, SIGHUP or SIGINT at a random moment of the time that it takes; the app runs in a terminal
of its own. Then the user's files must be those from before, or all of those that the command
writes, and after ``uvdive clean --yes`` nothing of uvdive's may be left: no container, no image
of a moment, no temporary folder, no note, no process. Where a command was killed with something
made, the start in between must have told of it.

Before the real engine others may work with uvdive too, and ``clean`` would take their images: what
was killed there is cleaned away by the same functions, those containers and images alone that are
this run's.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pty
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT)]

import table
from engines.engine_commands import Desk, desk_in
from engines.small_project import FILES

from uvdive.base.files.remains import forget

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
COMMANDS = ("rewrite --write", "build", "rewrite --verify --start", "app")
PATIENCE = 300.0
HEAD = (
    "| command | signal | kills | written | as before | lost or half | containers, folders, notes left "
    "| told at the next start | left after `clean` |\n|---|---|--:|--:|--:|--:|--:|--:|--:|"
)


@dataclass
class Row:
    """Counts of one command and signal."""

    counts: Counter[str] = field(default_factory=Counter)

    def cells(self) -> str:
        c = self.counts
        names = ("kills", "written", "as before", "lost", "left", "told", "stays")
        return " | ".join(str(c[name]) for name in names)


class Real(Desk):
    """The same before the engine of this machine; other people's containers are none of ours."""

    def __init__(self, desk: Desk) -> None:
        self.__dict__.update(desk.__dict__)
        for name in ("DOCKER_CLIENT_TIMEOUT", "DOCKER_HOST"):
            self.environ.pop(name, None)
        given = {name: value for name, value in os.environ.items() if name in ("PATH", "DOCKER_HOST")}
        self.environ |= given
        self.makers: set[int] = set()

    def containers(self) -> list[str]:
        """Those that a command of ours has made."""
        from uvdive.build.images import engine_client
        from uvdive.image.endpoint import MAKER_LABEL, maker_of

        with engine_client("docker") as client:
            listed = client.api.containers(all=True, filters={"label": MAKER_LABEL})
        named = ((each["Names"][0].lstrip("/"), each["Labels"]) for each in listed)
        return [name for name, labels in named if maker_of(name, labels) in self.makers]

    def passing(self) -> list[str]:
        """The tags of a moment on images of ours."""
        from uvdive.build.images import list_images

        place = self.image.rpartition(":")[0]
        return [each.tag for each in list_images() if each.tag == f"{place}:again"]

    def clean(self) -> None:
        """Remove what is left of ours, as ``uvdive clean --yes`` does it for all."""
        from uvdive.base.files.scratch import left_folders, remove_folders
        from uvdive.build.images import list_images, remove_images
        from uvdive.build.leftovers import leftovers, remove_leftovers

        ours = {*self.containers(), *self.passing()}
        remove_leftovers(tuple(each for each in leftovers() if each.name in ours))
        remove_images([each for each in list_images() if each.tag in ours])
        with _environ(self.environ):
            remove_folders(left_folders())
            forget(frozenset())


@contextlib.contextmanager
def _environ(environ: dict[str, str]) -> Iterator[None]:
    """Have the folders of a desk for one's own."""
    before = dict(os.environ)
    os.environ.update(environ)
    tempfile.tempdir = environ["TMPDIR"]
    try:
        yield
    finally:
        tempfile.tempdir = None
        os.environ.clear()
        os.environ.update(before)


def run(desk: Desk, name: str, number: int | None, after: float) -> float:
    """Run a command, and kill it after so many seconds; None lets it end. The seconds that it took."""
    began = time.monotonic()
    if name == "app":
        argv = [sys.executable, "-m", "uvdive", desk.image]
        process, terminal = _in_terminal(desk, argv)
    else:
        terminal = None
        process = subprocess.Popen(
            desk.command(name), env=desk.environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    if isinstance(desk, Real):
        desk.makers.add(process.pid)
    _wait(process, terminal, after)
    if process.poll() is None and number is not None:
        process.send_signal(number)
    _wait(process, terminal, PATIENCE)
    if process.poll() is None:
        process.kill()
        process.wait()
        raise SystemExit(f"{name} does not end on {number}")
    if terminal is not None:
        os.close(terminal)
    return time.monotonic() - began


def _in_terminal(desk: Desk, argv: list[str]) -> tuple[subprocess.Popen[bytes], int]:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        argv, env=desk.environ | {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"},
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    return process, ours


def _wait(process: subprocess.Popen[bytes], terminal: int | None, seconds: float) -> None:
    """Wait for the end, and read what is drawn meanwhile."""
    end = time.monotonic() + seconds
    if process.poll() is not None:
        return
    with contextlib.closing(_Ended(process.pid)) as ended:
        while process.poll() is None and (rest := end - time.monotonic()) > 0:
            watched = [ended.handle, *([] if terminal is None else [terminal])]
            ready, _, _ = select.select(watched, [], [], rest)
            if terminal in ready:
                try:
                    os.read(terminal, 1 << 16)
                except OSError:
                    terminal = None


class _Ended:
    def __init__(self, pid: int) -> None:
        self.handle = os.pidfd_open(pid)

    def close(self) -> None:
        os.close(self.handle)


def processes(desk: Desk) -> list[str]:
    """Programs that work for this desk still: each has its folder for what is temporary."""
    mark = f"TMPDIR={desk.scratch}".encode()
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark in environ.read_bytes().split(b"\0"):
                found.append(environ.with_name("cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def at_rest(desk: Desk) -> list[str]:
    """Those that are there although nobody waits for them any more."""
    end = time.monotonic() + PATIENCE
    while (found := processes(desk)) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def left(desk: Desk) -> list[str]:
    """What is there of ours: containers, images of a moment, folders, notes, files beside the user's."""
    state = desk.folder / "state" / "uvdive"
    found = [str(path) for name in ("running", "writing") for path in (state / name).glob("*")]
    if isinstance(desk, Real):
        found += [*desk.containers(), *desk.passing()]
    else:
        found += desk.engine.containers
        found += [tag for each in desk.engine.images.values() for tag in each.tags if tag.endswith(":again")]
    known = {*FILES, "Dockerfile.orig", ".dockerignore"}
    found += [path.name for path in desk.project.iterdir() if path.name not in known]
    return found + [path.name for path in desk.scratch.iterdir()]


def kill(desk: Desk, name: str, number: signal.Signals, whole: float, choose: random.Random) -> Row:
    """One kill, and what came of it."""
    row = Row()
    run(desk, name, number, choose.uniform(0, whole))
    row.counts["kills"] += 1
    if alive := at_rest(desk):
        print(f"  still there after {name}: {alive}", flush=True)
        row.counts["stays"] += len(alive)
    there = left(desk)
    row.counts["left"] += len(there)
    if there:
        look = [sys.executable, "-m", "uvdive", "cache"]
        again = subprocess.run(look, env=desk.environ, capture_output=True, text=True, check=False)
        row.counts["told"] += "cut off" in again.stderr
    texts = {path.name: path.read_text() for path in desk.project.iterdir()}
    if texts == FILES:
        row.counts["as before"] += 1
    elif texts.get("Dockerfile.orig") == FILES["Dockerfile"] and "AS builder" in texts["Dockerfile"]:
        row.counts["written"] += 1
    else:
        row.counts["lost"] += 1
        print(f"  lost: {name} {number.name}: {texts}", flush=True)
    if there and isinstance(desk, Real):
        desk.clean()
    elif there:
        clean = [sys.executable, "-m", "uvdive", "clean", "--yes"]
        subprocess.run(clean, env=desk.environ, capture_output=True, check=False)
    stays = left(desk)
    row.counts["stays"] += len(stays)
    if there or stays:
        print(f"  {name} {number.name}: {there} -> {stays}", flush=True)
    return row


def rows(
    desk: Desk, kills: int, seed: int, seconds: float, commands: Sequence[str], stretch: float
) -> Iterator[str]:
    """Kill so often, or as often as there is time for, and count."""
    choose = random.Random(seed)
    whole: dict[str, float] = {}
    for name in commands:
        if name == "app":
            whole[name] = 4.0
            continue
        if not isinstance(desk, Real):  # there is no time for a second one
            run(desk, name, None, PATIENCE)
            desk.reset()
        whole[name] = run(desk, name, None, PATIENCE)
        desk.reset()
    pairs = [(name, number) for name in commands for number in SIGNALS]
    sums = {pair: Row() for pair in pairs}
    end = time.monotonic() + seconds
    for each in range(kills):
        if time.monotonic() > end:
            break
        pair = pairs[each % len(pairs)]
        sums[pair].counts += kill(desk, *pair, whole[pair[0]] * stretch, choose).counts
        print(f"  {each + 1} {pair[0]} {pair[1].name}", flush=True)
        desk.reset()
    for (name, number), row in sums.items():
        yield f"| `{name}` | {number.name} | {row.cells()} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=600, help="stop after that time")
    parser.add_argument("--commands", nargs="+", default=COMMANDS, choices=COMMANDS)
    parser.add_argument("--stretch", type=float, default=1, help="times as long as a command took at first")
    parser.add_argument("--engine", action="store_true")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, desk_in(Path(folder)) as desk:
        desk.environ |= {"DOCKER_HOST": f"unix://{folder}/real.sock"}
        chosen = Real(desk) if args.engine else desk
        lines = [
            *rows(chosen, args.kills, args.seed, args.minutes * 60, args.commands, args.stretch),
        ]
    print("\n".join((HEAD, *lines)))
    if args.write:
        table.write("kills, engine" if args.engine else "kills", "\n".join((HEAD, *lines)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
