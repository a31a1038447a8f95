"""Runs inside an image, under whatever Python it has: imports modules, each in its own process.

Only the standard library, and nothing newer than Python 3.7. Arguments: the seconds
that one import may take, then the modules as a JSON list of pairs: a name, and the name of a module
that is asked for too and is imported before (null: none). Prints a line for each module: MARK and
a JSON list of the module's name and its error, null where it worked.

Most imports work, so they are tried first where a fork spares the start of an interpreter and what
was imported before: a process that has imported a module forks for each that comes after it. Only that
an import worked is taken from there. What did not, for whatever reason (it fails, it does not bear
a fork, it hangs, it was behind one that hung), is tried in an interpreter that is its own from the
start, and that alone says that an import fails. So no verdict against an image comes from a fork.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = "uvdive-import:"
TOO_LONG = "the import took more than"
_CODE = "import importlib, sys; importlib.import_module(sys.argv[1])"
_BRANCHED = 97
"""The exit status of a process that has tried what comes after its module."""

# Modules of the image may put others in their places (gevent does).
_fork, _waitpid, _write, _leave = os.fork, os.waitpid, os.write, os._exit


def attempt(name: str, seconds: float) -> str | None:
    """Import one module in a process of its own; its error in one line, or None."""
    import subprocess

    try:
        run = subprocess.run(
            [sys.executable, "-c", _CODE, name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{TOO_LONG} {seconds:.0f} seconds"
    if run.returncode == 0:
        return None
    lines = run.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else f"exit status {run.returncode}"


class Trees:
    """Modules in trees: each comes after the one above it. What works in a fork is told."""

    def __init__(self, asked: list[tuple[str, str | None]], seconds: float) -> None:
        self._names, self._seconds = [name for name, _ in asked], seconds
        numbers = {name: number for number, name in enumerate(self._names)}
        self._below: dict[int | None, list[int]] = {}
        for number, (_, above) in enumerate(asked):
            place = None if above is None else numbers.get(above)
            self._below.setdefault(place, []).append(number)
        self._say = -1

    def worked(self, together: int) -> Iterator[str]:
        """The names of those that can be imported, in any order; ``together`` trees at a time."""
        waiting = self._below.get(None, [])
        trees: dict[int, tuple[int, float, bytes]] = {}
        while waiting or trees:
            while waiting and len(trees) < together:
                try:
                    reading, tree = self._begin(waiting.pop(0))
                except OSError:  # no further process can be had: what is left is tried alone
                    continue
                trees[reading] = (tree, time.monotonic() + self._seconds, b"")
            if not trees:
                return
            pause = min(end for _, end, _ in trees.values()) - time.monotonic()
            ready, _, _ = select.select(list(trees), [], [], max(0.0, pause))
            for reading in list(trees):
                tree, end, rest = trees[reading]
                data = os.read(reading, 65536) if reading in ready else b""
                lines = (rest + data).split(b"\n")
                for line in lines[:-1]:
                    if line.isdigit():
                        yield self._names[int(line)]
                if data and b"." not in lines:
                    trees[reading] = (tree, time.monotonic() + self._seconds, lines[-1])
                elif reading in ready or time.monotonic() > end:
                    del trees[reading]
                    os.close(reading)
                    _end(tree)

    def _begin(self, number: int) -> tuple[int, int]:
        """Start the process of a tree; what it says, and its id."""
        reading, self._say = os.pipe()
        sys.stdout.flush()
        tree = _fork()
        if not tree:
            os.setpgid(0, 0)
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(nothing, stream)
            try:
                self._each([number])
                _write(self._say, b".\n")
            except OSError:
                _leave(1)  # no further process can be had
            _leave(0)
        os.close(self._say)
        return reading, tree

    def _each(self, todo: list[int]) -> None:
        """Try modules, each in a fork of this process, and what comes after those that cannot fork."""
        while todo:
            number = todo.pop(0)
            _write(self._say, b"\n")
            process = _fork()
            if not process:
                try:
                    self._import(number)
                except Exception:  # noqa: BLE001 - whatever it is, it is tried again, and told then
                    sys.exit(1)
                sys.exit(0)  # with all that an end of the interpreter does
            _, status = _waitpid(process, 0)
            if status == 0:
                _write(self._say, b"%d\n" % number)
            if status != _BRANCHED << 8:
                todo += self._below.get(number, [])

    def _import(self, number: int) -> None:
        """Import a module here; try what comes after it, where this process can be forked."""
        sys.argv = ["-c", self._names[number]]
        importlib.import_module(self._names[number])
        after = self._below.get(number, [])
        threads = sys.modules.get("threading")
        # Threads are not in a fork, and what they hold is held there for ever.
        if not after or (threads is not None and threads.active_count() > 1):
            return
        # Another process ends as this one would.
        process = _fork()
        if not process:
            return
        if _waitpid(process, 0)[1] == 0:
            _write(self._say, b"%d\n" % number)
        self._each(list(after))
        _leave(_BRANCHED)


def _end(tree: int) -> None:
    """End a process and all that it started."""
    for kill in (os.killpg, os.kill):
        try:
            kill(tree, signal.SIGKILL)
        except OSError:
            continue  # it has ended, or is about to make its group
    os.waitpid(tree, 0)


def _tell(name: str, error: str | None) -> None:
    sys.stdout.write(f"{MARK}{json.dumps([name, error])}\n")
    sys.stdout.flush()


def main() -> None:
    """Import every module that the arguments name."""
    seconds, asked = float(sys.argv[1]), json.loads(sys.argv[2])
    together, left = min(4, os.cpu_count() or 1), [name for name, _ in asked]
    for name in Trees(asked, seconds).worked(together):
        _tell(name, None)
        left.remove(name)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(together) as pool:
        for name, error in zip(left, pool.map(lambda name: attempt(name, seconds), left)):  # noqa: B905
            _tell(name, error)


if __name__ == "__main__":
    main()
