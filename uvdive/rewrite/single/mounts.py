"""A RUN with mounts in front of its command, in the author's own text (R61)."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEAD = re.compile(r"(\s*RUN)[ \t]+", re.IGNORECASE)


def with_mounts(source: str, flags: Sequence[str], escape: str = "\\") -> str:
    """The source of a RUN with flags more, each on a line of its own; with a heredoc on one."""
    head = _HEAD.match(source)
    if head is None or not flags:
        return source
    rest = source[head.end() :]
    if re.match(rf"{re.escape(escape)}[ \t]*\r?\n", rest):
        rest = rest.partition("\n")[2]
        between = f" {escape}\n    "
        return f"{head[1]} {between.join(flags)} {escape}\n{rest}"
    first = rest.partition("\n")[0]
    between = " " if "<<" in first else f" {escape}\n    "
    return f"{head[1]} {between.join(flags)}{between}{rest}"
