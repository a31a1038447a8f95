"""Which files' contents a reader wants kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

Wanted = Callable[[bytes, int], bool]
"""Does anything want the content of the file with this path and size in bytes?"""


@runtime_checkable
class Sieve(Protocol):
    """A Wanted that can tell most files from their name or their folder alone.

    It wants no file but where ``may_name`` or ``may_folder`` says that it may, or where ``common``
    and ``opens`` both do: those are names that many files have, wanted in a few folders only.
    """

    def __call__(self, path: bytes, size: int, /) -> bool:
        """As Wanted."""

    def may_name(self, name: bytes, /) -> bool:
        """Can a file of that name be wanted, in some folder?"""

    def may_folder(self, folder: bytes, /) -> bool:
        """Can a file be wanted because of its folder (a path without a slash at either end)?"""

    def common(self, name: bytes, /) -> bool:
        """Can a file of that name be wanted in a folder that ``opens``?"""

    def opens(self, folder: bytes, /) -> bool:
        """Can a file with a ``common`` name be wanted in that folder?"""


def nothing(_path: bytes, _size: int) -> bool:
    """A Wanted for callers that need no contents."""
    return False
