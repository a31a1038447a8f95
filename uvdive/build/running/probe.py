"""Runs inside a container, under whatever Python it has: finds listening ports and asks for ``/``.

Only the standard library, and nothing newer than Python 3.7. Prints one JSON object:
``ports``; ``answers`` as lists of port, HTTP status and three sha256 of the body: as it is,
without what changed from request to request, and without numbers besides; ``ticks``, the processor time
that the other processes have used, in clock ticks; ``runnable``, whether one of them would
go on at once if a busy machine let it; ``programs``, the names of the other processes.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import sys

_LISTENING = "0A"  # TCP_LISTEN (Linux, include/net/tcp_states.h)
_NUMBERS = re.compile(rb"[0-9A-Fa-f]*[0-9][0-9A-Fa-f]*")
_WORDS = re.compile(rb"[^\s\"'<>]+|[\s\"'<>]+")
_REQUESTS = 3
_CHANGED = b"\0"


def ports(lines: list[str]) -> set[int]:
    """The listening ports that the lines of /proc/net/tcp name (proc_net_tcp(5))."""
    fields = [line.split() for line in lines]
    return {
        int(field[1].rpartition(":")[2], 16) for field in fields if len(field) > 3 and field[3] == _LISTENING
    }


def get(port: int) -> tuple[int, bytes] | None:
    """The status and the body of ``/`` at a port, or None where no HTTP is spoken."""
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("GET", "/")
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def ask(port: int) -> list[object] | None:
    """What a port answers for ``/``, asked several times: some bodies hold the time or a token."""
    first = get(port)
    if first is None:
        return None
    status, body = first
    bodies = [body]
    for _ in range(_REQUESTS - 1):
        again = get(port)
        bodies.append(b"" if again is None else again[1])
    rest = constant(bodies)
    digests = ["" if text is None else hashlib.sha256(text).hexdigest() for text in (body, rest, plain(rest))]
    return [port, status, *digests]


def constant(bodies: list[bytes]) -> bytes | None:
    """The first body with a mark for each word that is another one in some of them.

    None where they have different numbers of words, so that nothing says which is which.
    """
    split = [_WORDS.findall(body) for body in bodies]
    if len({len(words) for words in split}) > 1:
        return None
    sides = zip(*split)  # noqa: B905 - Pythons before 3.10 have no "strict"
    return b"".join(each[0] if len(set(each)) == 1 else _CHANGED for each in sides)


def plain(text: bytes | None) -> bytes | None:
    """The text with one sign for each decimal or hexadecimal number."""
    return None if text is None else _NUMBERS.sub(b"0", text)


def work(folder: str = "/proc") -> tuple[int, bool]:
    """The processor time of all processes here but this one, and whether one is on the processor's
    or the disk's queue (proc_pid_stat(5): utime and stime, states R and D).
    """
    total, runnable = 0, False
    for name in os.listdir(folder):  # noqa: PTH208 - it runs as text
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open(f"{folder}/{name}/stat", "rb") as file:  # noqa: PTH123
                fields = file.read().rpartition(b")")[2].split()
            total += int(fields[11]) + int(fields[12])
            runnable = runnable or fields[0] in (b"R", b"D")
        except (OSError, LookupError):
            continue
    return total, runnable


def programs(folder: str = "/proc") -> list[str]:
    """The names of all processes here but this one, and those that ended (proc_pid_stat(5): comm)."""
    found = []
    for name in os.listdir(folder):  # noqa: PTH208 - it runs as text
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open(f"{folder}/{name}/stat", "rb") as file:  # noqa: PTH123
                before, _, after = file.read().rpartition(b")")
        except OSError:
            continue
        if after.split()[:1] not in ([b"Z"], [b"X"]):
            found.append(before.partition(b"(")[2].decode("utf-8", "replace"))
    return sorted(found)


def main() -> None:
    """Look and ask."""
    found: set[int] = set()
    for path in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(path, encoding="ascii") as file:  # noqa: PTH123
                found |= ports(file.read().splitlines()[1:])
        except OSError:
            continue
    answers = [answer for answer in map(ask, sorted(found)) if answer is not None]
    ticks, runnable = work()
    told = {
        "ports": sorted(found),
        "answers": answers,
        "ticks": ticks,
        "runnable": runnable,
        "programs": programs(),
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
