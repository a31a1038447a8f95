"""The table of components: every part of every owner, once."""

from __future__ import annotations

from dataclasses import dataclass, field

from uvdive.ledger.owners import OWNERS

Key = tuple[str, str, str, str, str]


@dataclass(slots=True)
class ComponentTable:
    """Components by number. A key is owner, kind, name, version and path."""

    keys: list[Key] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    _numbers: dict[Key, int] = field(default_factory=dict)

    def number(self, owner: str, kind: str, name: str, version: str = "", path: str = "") -> int:
        """The component's number; made where there is none yet."""
        key = (owner, kind, name, version, path)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.keys)
            self.keys.append(key)
            self.owners.append(OWNERS.index(owner))
        return number


def text(data: bytes) -> str:
    """Bytes of an image as text for people; what is no UTF-8 becomes U+FFFD."""
    return data.decode("utf-8", "replace")
