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

Where the image holds no bytecode and none can be written, each fork would compile the same sources
again: what one has compiled the others take from memory that they share. Whose bytecode the image
has is left to Python, which asks for a source to be compiled where it finds none that fits.
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
    from typing import Any

MARK = "uvdive-import:"
TOO_LONG = "the import took more than"
_CODE = "import importlib, sys; importlib.import_module(sys.argv[1])"
_BRANCHED = 97
"""The exit status of a process that has tried what comes after its module."""
_RECORD = 0x75762D6469766521
_HEAD, _MOST = 32, 128 << 20
"""Bytes of a record before its code, and of all that is shared: a scientific stack has some 60 MB."""

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


class Compiled:
    """What was compiled here or in a process that this one forked, or that forked it.

    It lies in a file without a name, in records: a mark, what it is of, its length, its sum, the code.
    Each is appended at once; one that is cut off or damaged ends the sharing.
    """

    def __init__(self, file: int) -> None:
        import _imp
        import marshal
        import warnings
        from importlib import _bootstrap_external as external

        self._file, self._read = file, 0
        self._known: dict[bytes, tuple[int, int]] = {}
        self._marshal, self._warnings, self._hash = marshal, warnings, _imp.source_hash
        sources: Any = external.SourceLoader
        self._show, self._compile = warnings.showwarning, sources.source_to_code
        shared = self

        def source_to_code(self: object, data: bytes, path: str, **options: object) -> object:
            return shared.code(self, data, path, options)

        sources.source_to_code = source_to_code

    def code(self, loader: object, data: bytes, path: str, options: dict[str, object]) -> object:
        """The code of a source: as a process before had it, or compiled now."""
        if type(data) is not bytes or type(path) is not str or self._may_refuse():
            return self._compile(loader, data, path, **options)
        head = f"{sorted(options.items())} {len(data)} {path}\n".encode("utf-8", "surrogatepass")
        name = self._hash(_RECORD, head + data)
        try:
            self._look()
            if name in self._known:
                start, length = self._known[name]
                return self._marshal.loads(os.pread(self._file, length, start))
        except (OSError, ValueError, EOFError, TypeError):
            self._file = -1
        code = self._compile(loader, data, path, **options)
        self._keep(name, self._marshal.dumps(code))
        return code

    def _may_refuse(self) -> bool:
        """May a warning of the compiler be an error here? Then what another process compiled says nothing."""
        filters, show = self._warnings.filters, self._warnings.showwarning
        return show is not self._show or any(each[0] == "error" for each in filters)

    def _look(self) -> None:
        """Take in what was appended since."""
        while self._file >= 0 and len(head := os.pread(self._file, _HEAD, self._read)) == _HEAD:
            mark, name, length, found = (head[at : at + 8] for at in range(0, _HEAD, 8))
            start, count = self._read + _HEAD, int.from_bytes(length, "little")
            body = os.pread(self._file, count, start) if mark == self._mark() and count < _MOST else b""
            if len(body) != count or self._hash(_RECORD, body) != found:
                self._file = -1
                return
            self._known[name] = start, count
            self._read = start + count

    def _keep(self, name: bytes, body: bytes) -> None:
        head = self._mark() + name + len(body).to_bytes(8, "little") + self._hash(_RECORD, body)
        try:
            if self._file >= 0 and self._read + len(body) < _MOST:
                os.write(self._file, head + body)
        except OSError:
            self._file = -1

    def _mark(self) -> bytes:
        return _RECORD.to_bytes(8, "little")


def share_compiled() -> Compiled | None:
    """Let this process and its forks compile each source once, where Python and the kernel can do that."""
    try:
        file = os.memfd_create("compiled")
        return Compiled(os.open(f"/proc/self/fd/{file}", os.O_RDWR | os.O_APPEND))
    except (AttributeError, ImportError, OSError):
        return None  # before Python 3.8, on another Python, or where the container may not


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
    share_compiled()
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
