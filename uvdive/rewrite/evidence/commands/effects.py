"""Which paths the commands of a RUN write, as far as their text tells (R34): the value.

``named`` paths are written for certain; of a ``zone`` nobody knows which of its files are. What lies
outside both, the commands leave alone, so that it is somebody else's in the same layer.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from uvdive.base.paths import is_below
from uvdive.rewrite.evidence.commands.shell_words import expression


@functools.cache
def _matcher(pattern: str, below: bool) -> re.Pattern[str]:  # noqa: FBT001 - one entry of ``named``
    return re.compile(expression(pattern) + ("(?:/.*)?" if below else ""), re.DOTALL)


@dataclass(frozen=True, slots=True)
class Effects:
    """What some commands write.

    ``named`` are paths, as the shell's patterns, each with whether all that lies below is
    written too; ``zones`` are folders that commands may write anything in, ``/`` for anywhere.
    """

    named: tuple[tuple[str, bool], ...] = ()
    zones: tuple[str, ...] = ()

    @classmethod
    def of(cls, several: Iterable[Effects]) -> Effects:
        """All of several in one."""
        every = tuple(several)
        named = dict.fromkeys(name for each in every for name in each.named)
        return cls(tuple(named), tuple(dict.fromkeys(zone for each in every for zone in each.zones)))

    def names(self, path: str) -> bool:
        """Is this path surely written?"""
        return any(_matcher(pattern, below).fullmatch(path) for pattern, below in self.named)

    def meets(self, other: Effects) -> bool:
        """Does one of the other's named paths lie on or below one of these, or is it a folder around one?"""
        return any(
            self.names(path) or (below and any(mine.startswith(f"{path}/") for mine, _ in self.named))
            for path, below in other.named
        )

    def leads_through(self, path: str) -> bool:
        """Is it a folder on the way to a path that is surely written?"""
        return any(pattern.startswith(f"{path}/") for pattern, _ in self.named)

    def may_write(self, path: str) -> bool:
        """Does the path lie where anything may have been written?"""
        return any(is_below(path, zone) for zone in self.zones)


NOTHING = Effects()
ANYTHING = Effects(zones=("/",))
