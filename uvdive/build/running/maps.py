"""Runs inside a container, under whatever Python it has: the native libraries that its processes have mapped.

Only the standard library, and nothing newer than Python 3.7. Prints one JSON object:
``mapped``, the paths of shared libraries, and ``unread``, the number of processes that do
not let themselves be read (another user's).
"""

from __future__ import annotations

import json
import os
import re
import sys

_LIBRARY = re.compile(r"\.so(?:\.[0-9.]{1,40})?\Z")
_MOST = 4000
"""So many paths are told at most: the engine's answer is bounded, too."""


def libraries(maps: str) -> set[str]:
    """The shared libraries that the lines of a /proc/PID/maps name (proc_pid_maps(5))."""
    found = set()
    for line in maps.splitlines():
        fields = line.split(None, 5)
        if len(fields) == 6 and fields[5].startswith("/") and _LIBRARY.search(fields[5]):
            found.add(fields[5])
    return found


def mapped(folder: str = "/proc") -> tuple[set[str], int]:
    """Those of all processes here but this one, and how many could not be read."""
    found, unread = set(), 0
    for name in os.listdir(folder):  # noqa: PTH208 - it runs as text
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open(f"{folder}/{name}/maps", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
                found |= libraries(file.read())
        except PermissionError:
            unread += 1
        except OSError:
            continue
    return found, unread


def main() -> None:
    """Look and tell."""
    found, unread = mapped()
    sys.stdout.write(json.dumps({"mapped": sorted(found)[:_MOST], "unread": unread}) + "\n")


if __name__ == "__main__":
    main()
