"""Is a container still at what uv does before it starts the program? (R52)"""

from __future__ import annotations

import re
from collections.abc import Iterable

from uvdive.build.running.observing import Observed

_UV = frozenset({"uv", "uvx"})
_AROUND = frozenset(
    {"sh", "bash", "dash", "ash", "busybox", "tini", "docker-init", "dumb-init", "catatonit", "init"}
    | {"gosu", "su-exec", "setpriv", "su", "sudo"}
)
"""What stands around a program and waits for it: shells and first processes."""

_UV_SAYS = re.compile(
    r"\s*(?:Building|Built|Downloading|Downloaded|Updating|Updated|Resolved|Prepared|Installed|Uninstalled|"
    r"Audited|Using |Creating virtual|Bytecode compiled|warning:|hint:|error: |[+~-] \S+==)"
)
_UV_FAILS = re.compile(
    r"\s*(?:[×╰├│─▶]|Caused by:|help:|hint:|\[network-error\]|Usage: uv |For more information, try '--help')"
)
_NO_NETWORK = re.compile(
    r"dns error|failed to lookup address|name resolution|client error \(Connect\)|error sending request"
    r"|Failed to (?:fetch|download)|Could not connect|tcp connect error|Network (?:is|connectivity)",
    re.IGNORECASE,
)


def is_uvs(line: str) -> bool:
    """Is a line of a log what uv says while it makes an environment?"""
    return _UV_SAYS.match(line) is not None


def stays_inside_uv(observed: Observed) -> bool:
    """Did nothing but uv run: it waits for an index, or ended as it reached none?

    The process tree tells, uv and what waits for it; where it could not be seen, the log
    does, in which uv has a word and nobody else.
    """
    if observed.ports:
        return False
    lines = [line for line in observed.log if line.strip()]
    if observed.state == "exited":
        return bool(observed.status) and _failed_in_uv(lines)
    if observed.programs:
        names = set(observed.programs)
        return bool(names & _UV) and names <= _UV | _AROUND
    return bool(lines) and all(map(is_uvs, lines))


def ended_by_uv(observed: Observed) -> bool:
    """Did it end with an error of uv's own, whatever it is about, before the program had a word?"""
    return observed.state == "exited" and bool(observed.status) and bool(_last_words(observed.log))


def _failed_in_uv(lines: list[str]) -> bool:
    """Are the last words uv's own, of an index that it could not reach?"""
    return any(_NO_NETWORK.search(line) for line in _last_words(lines))


def _last_words(log: Iterable[str]) -> list[str]:
    """The lines from uv's error on; none where somebody else has a word there, or uv tells no error."""
    lines = [line for line in log if line.strip()]
    starts = [number for number, line in enumerate(lines) if line.startswith(("error: ", "  × ", "× "))]
    if not starts:
        return []
    said = lines[starts[0] :]
    # The lines of a long message are indented, whatever they begin with.
    own = all(is_uvs(line) or _UV_FAILS.match(line) or line.startswith("  ") for line in said)
    return said if own else []
