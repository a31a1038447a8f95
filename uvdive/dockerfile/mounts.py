"""The ``--mount`` flags of a RUN, as BuildKit reads them.

https://docs.docker.com/reference/dockerfile/#run---mount
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from uvdive.dockerfile.text.syntax import Instruction
from uvdive.dockerfile.variables import Lookup, expand_known

_FLAG = "--mount="
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'')
_SAME = {"src": "source", "dst": "target", "destination": "target", "ro": "readonly", "rw": "readwrite"}


@dataclass(frozen=True, slots=True)
class Mount:
    """One ``--mount``; ``options`` by their first names (``target``, never ``dst``), variables as written.

    An option without a value (``rw``) has an empty one. Of two of one name the last holds.
    """

    options: Mapping[str, str]

    @property
    def kind(self) -> str:
        """``bind``, ``cache``, ``tmpfs``, ``secret`` or ``ssh``; ``bind`` where it says nothing."""
        return self.options.get("type") or "bind"

    @property
    def target(self) -> str:
        """Where it is mounted; empty where it says nothing."""
        return self.options.get("target", "")

    @property
    def source(self) -> str:
        """What of the context, or of ``image``, is mounted: ``.`` where it says nothing."""
        return self.options.get("source") or "."

    @property
    def image(self) -> str | None:
        """The stage or image that it is from; None for the build context."""
        return self.options.get("from")

    def expanded(self, lookup: Lookup, escape: str = "\\") -> Mount | None:
        """The mount with variables expanded; None where one of them is not known."""
        values = {name: expand_known(text, lookup, escape) for name, text in self.options.items()}
        known = {name: value for name, value in values.items() if value is not None}
        return Mount(known) if len(known) == len(values) else None


def mounts_of(instruction: Instruction) -> tuple[Mount, ...]:
    """The mounts of a RUN in their order; of any other instruction none."""
    return tuple(
        Mount(_options(flag.removeprefix(_FLAG))) for flag in instruction.flags if flag.startswith(_FLAG)
    )


def _options(text: str) -> dict[str, str]:
    plain = _QUOTED.sub(lambda match: match[1] or match[2] or "", text)
    options = {}
    for field in plain.split(","):
        key, _, value = field.partition("=")
        name = key.strip().lower()
        options[_SAME.get(name, name)] = value
    return options
