"""Runs inside a container, under whatever Python it has: finds listening ports and asks for ``/``.

Only the standard library, and nothing newer than Python 3.7. Prints one JSON object:
``ports``; ``answers`` as lists of port, HTTP status, the body's sha256, that of the body
without its numbers, and whether two requests gave one body; ``ticks``, the processor time
that the other processes have used, in clock ticks; ``runnable``, whether one of them would
go on at once if a busy machine let it.
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
    """What a port answers for ``/``, asked twice: some bodies hold the time or a token."""
    first = get(port)
    if first is None:
        return None
    status, body = first
    plain = hashlib.sha256(_NUMBERS.sub(b"0", body)).hexdigest()
    return [port, status, hashlib.sha256(body).hexdigest(), plain, get(port) == first]


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
    told = {"ports": sorted(found), "answers": answers, "ticks": ticks, "runnable": runnable}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
