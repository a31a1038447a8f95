"""Pages: what the program says, told at length in Markdown files beside the code that says it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uvdive.base.errors import UsageError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_SUFFIX = ".md"
_NEAR = 0.4
_SURELY_NEAR = 0.85


@dataclass(frozen=True, slots=True)
class Pages:
    """A folder of pages, one ``ID.md`` for each id; the first line is the heading.

    Args:
        kind: what an id of it is, in one word for people (``finding``).
        package: the import name of the package that the folder lies in.
        folder: the folder's name.
        open_id: an id that stands for all that begin as it does, up to its capital
            letters (``package-NAME``); empty for none.
    """

    kind: str
    package: str
    folder: str
    open_id: str = ""

    def ids(self) -> tuple[str, ...]:
        """The ids of all pages, numbers in them by their worth (R2 before R10)."""
        names = (page.name for page in self._folder().iterdir())
        return tuple(sorted((n.removesuffix(_SUFFIX) for n in names if n.endswith(_SUFFIX)), key=_in_order))

    def page(self, name: str) -> str:
        """The page of an id, in Markdown.

        Raises:
            UsageError: there is no such id.
        """
        return page_of(name, (self,))

    def title(self, name: str) -> str:
        """What an id is about, in one line: the rest of its heading, else the first sentence below it."""
        heading, _, rest = self.page(name).partition("\n")
        return heading.partition(": ")[2] or rest.strip().partition("\n")[0]

    def read(self, name: str) -> str:
        """The text of the page of exactly this id."""
        return self._folder().joinpath(name + _SUFFIX).read_text(encoding="utf-8")

    def stands_for(self, name: str) -> bool:
        """Is ``name`` one of those that the open id stands for?"""
        return bool(self.open_id) and name.startswith(self.open_id.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))

    def _folder(self) -> Traversable:
        from importlib.resources import files

        return files(self.package).joinpath(self.folder)


def page_of(name: str, books: Sequence[Pages]) -> str:
    """The page of an id in the first of several folders that has it; capital or small letters are one.

    Raises:
        UsageError: none has it; names the nearest ids, and how to list all.
    """
    known = {each.casefold(): (book, each) for book in books for each in book.ids()}
    if (found := known.get(name.casefold())) is not None:
        book, exact = found
        return book.read(exact)
    near = difflib.get_close_matches(name.casefold(), known, n=3, cutoff=_NEAR)
    if not difflib.get_close_matches(name.casefold(), near, n=1, cutoff=_SURELY_NEAR):
        for book in books:
            if book.stands_for(name):
                return book.read(book.open_id)
    *kinds, last = [book.kind for book in books]
    what = f"{', '.join(kinds)} or {last}" if kinds else last
    hint = f"Did you mean {' or '.join(known[each][1] for each in near)}? " if near else ""
    raise UsageError(f"There is no {what} {name}.", f"{hint}To list all: uvdive --explain list")


def _in_order(name: str) -> tuple[str, int]:
    letters = name.rstrip("0123456789")
    return letters, int(name[len(letters) :] or 0)
