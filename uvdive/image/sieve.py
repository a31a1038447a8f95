"""Which files' contents a reader wants kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, runtime_checkable

Wanted = Callable[[bytes, int], bool]
"""Does anything want the content of the file with this path and size in bytes?"""


@runtime_checkable
class Sieve(Protocol):
    """A Wanted that can tell most files from their name or their folder alone.

    It wants no file but where ``may_folder`` says that it may, or one of a name that ``sift``
    gives.
    """

    def __call__(self, path: bytes, size: int, /) -> bool:
        """As Wanted."""

    def sift(self, names: Iterable[bytes], /) -> tuple[Iterable[bytes], Iterable[bytes]]:
        """Of these names those that may be wanted in any folder, and those only in one that ``opens``."""

    def may_folder(self, folder: bytes, /) -> bool:
        """Can a file be wanted because of its folder (a path without a slash at either end)?"""

    def opens(self, folder: bytes, /) -> bool:
        """Can a file of a name that many files have be wanted in that folder?"""


def nothing(_path: bytes, _size: int) -> bool:
    """A Wanted for callers that need no contents."""
    return False
