"""What a program gets that is only run to see what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

HIDDEN = "[hidden]"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program of a stranger may take: bytes of memory, processes, processors, and the
    seconds for which it is watched before it counts as neither healthy nor listening.
    """

    memory: int = 4 << 30
    processes: int = 1024
    processors: int = 4
    seconds: int = 60


_SHORT = 4
"""Shorter values (1, dev, yes) stand in any text; hiding them there would ruin it."""


@dataclass(frozen=True, slots=True)
class StartSettings:
    """Variables for both programs, by name, whether they may use the network, their folder and limits.

    The values are secrets: nothing that is told of a run may hold them (``hide``).
    """

    env: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    network: bool = False
    folder: str | None = None
    limits: Limits = Limits()

    def hide(self, text: str) -> str:
        """The text without the values."""
        for value in self._secrets:
            text = text.replace(value, HIDDEN)
        return text

    @property
    def _secrets(self) -> list[str]:
        """The values and the lines of those that have several, longest first; also as JSON shows them."""
        values = {shown for _, value in self.env for shown in _shown(value) if len(shown) >= _SHORT}
        return sorted(values, key=lambda value: (-len(value), value))

    def with_env(self, more: Iterable[tuple[str, str]]) -> StartSettings:
        """The same with further variables, which give way to those that the user gave."""
        return replace(self, env=(*more, *self.env))


def _shown(value: str) -> Iterator[str]:
    yield value
    yield from (line.strip() for line in value.splitlines())
    yield value.encode("unicode_escape").decode()
    # What stands between the sign-on and the host of an address is told alone at times.
    if credentials := re.search(r"://([^/@\s]+)@", value):
        yield from credentials[1].split(":", 1)


PLAIN = StartSettings()
"""Nothing given: no variable and no network."""
