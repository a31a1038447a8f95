"""What may differ in the files of accounts of two images: what came with a base or by packages' scripts."""

from __future__ import annotations

from functools import cached_property
from typing import IO

from uvdive.base.paths import raw
from uvdive.image.table import ALIVE, NONE, Kind
from uvdive.ledger.reading.contents import Contents, UnreadableError
from uvdive.ledger.report import ImageReport
from uvdive.verify.compare import packages
from uvdive.verify.files.accounts import (
    FIELDS,
    GROUP,
    GSHADOW,
    NOTHING,
    PASSWD,
    Book,
    lost,
    number,
    read_book,
)
from uvdive.verify.files.expected import LIMIT
from uvdive.verify.files.explained import Explanations
from uvdive.verify.files.managers import ACCOUNT_TOOLS, STATUS, SYSTEM_IDS, names_account
from uvdive.verify.files.packages import Packages

_TOLD = 3
_TOO_LONG = "it is too long to be read"


class Accounts:
    """The accounts of two images; ``old`` and ``new`` read the images' files, None where nobody can."""

    def __init__(
        self,
        before: ImageReport,
        after: ImageReport,
        explained: Explanations,
        books: Packages,
        old: Contents | None,
        new: Contents | None,
    ) -> None:
        self._before, self._after, self._explained, self._books = before, after, explained, books
        self._old, self._new = old, new
        self._finals: dict[bytes, Book] = {}

    def differences(self, path: bytes, was: IO[bytes], now: IO[bytes]) -> str | None:
        """What a file's entries say otherwise, in a few words; None where they say the same."""
        texts = was.read(LIMIT + 1), now.read(LIMIT + 1)
        if max(map(len, texts)) > LIMIT:
            return _TOO_LONG
        old, new = (read_book(path, text) for text in texts)
        found = [*lost(path, old, new, self._bases(path, new), self)]
        rest = len(found) - _TOLD
        return ", ".join((*found[:_TOLD], *((f"and {rest} more",) if rest > 0 else ()))) or None

    def _bases(self, path: bytes, now: Book) -> tuple[Book, Book] | None:
        if not self._explained.old_base.changed:
            return None
        new_base = self._explained.new_base
        if not new_base.known:
            # What it has may all be its base's.
            return self._from_base(path), now
        entry = new_base.entry(path)
        found = NOTHING if entry is None else _read(path, self._new, self._after, entry)
        return self._from_base(path), now if found is None else found

    def _from_base(self, path: bytes) -> Book:
        """What a file of the old image has from its base; nothing where that can't be read."""
        entry = self._explained.old_base.entry(path)
        return (None if entry is None else _read(path, self._old, self._before, entry)) or NOTHING

    def _final(self, path: bytes) -> Book:
        """What a file of the old image holds in the end."""
        if path not in self._finals:
            node = self._before.files.find(path)
            entry = None if node is None else self._before.files.visible(node)
            found = None if entry is None else _read(path, self._old, self._before, entry)
            self._finals[path] = found or NOTHING
        return self._finals[path]

    @cached_property
    def known(self) -> frozenset[bytes]:
        """The users of the old image."""
        return frozenset(self._final(PASSWD).entries)

    def may_lack(self, path: bytes, name: bytes) -> bool:
        """Did only a package that is gone make an account, and has the new image no file of it?"""
        account = self._made_by_packages(path, name)
        if account is None or account in self._owning:
            return False
        makers = self._books.makers(name)
        return not makers or makers.isdisjoint(packages(self._after))

    def may_renumber(self, path: bytes, name: bytes, was: int, now: int) -> bool:
        """Did a package's script make an account, which takes the next id that is free?"""
        made = self._made_by_packages(path, name) is not None
        return made and was in SYSTEM_IDS and now in SYSTEM_IDS

    def _made_by_packages(self, path: bytes, name: bytes) -> int | None:
        """The id of an account that a package's script seems to have made; None for any other.

        Such an account came in a layer in which packages were installed, by no command that names it.
        """
        home = GROUP if path in (GROUP, GSHADOW) else PASSWD
        fields = self._final(home).entries.get(name)
        account = None if fields is None else number(fields[FIELDS[home].index("number")])
        if account is None or account not in SYSTEM_IDS:
            return None
        text = name.decode("utf-8", "surrogateescape")
        if {text, str(account)} & {*self._before.config.user.split(":")} or self._told(name):
            return None
        made_in = self._layer_of(home, name)
        return account if made_in is None or made_in in self._installing else None

    def _layer_of(self, path: bytes, name: bytes) -> int | None:
        """The layer whose ``path`` names an account first; None where that can't be read."""
        node = self._before.files.find(path)
        for entry in () if node is None else self._before.files.entries_of(node):
            book = _read(path, self._old, self._before, entry)
            if book is None:
                return None
            if name in book.entries:
                return self._before.files.entry_layer[entry]
        return None

    def _told(self, name: bytes) -> bool:
        """Does an instruction of the old image, above its base, make an account by its name?"""
        return any(names_account(text, name) for text in self._account_commands)

    @cached_property
    def _account_commands(self) -> tuple[bytes, ...]:
        layers = (layer for layer in self._before.layers if not self._explained.old_base.holds(layer.index))
        texts = [raw(layer.created_by) for layer in layers]
        return tuple(text for text in texts if any(tool in text for tool in ACCOUNT_TOOLS))

    @cached_property
    def _installing(self) -> frozenset[int]:
        """The old image's own layers in which packages were installed or removed."""
        table = self._before.files
        nodes = [node for node in map(table.find, STATUS) if node is not None]
        layers = {table.entry_layer[entry] for node in nodes for entry in table.entries_of(node)}
        return frozenset(layer for layer in layers if not self._explained.old_base.holds(layer))

    @cached_property
    def _owning(self) -> frozenset[int]:
        """The ids that files of the new image have."""
        table = self._after.files
        columns = (table.entry_uid, table.entry_gid)
        return frozenset(ids[entry] for entry in table.live_entries() for ids in columns)


def _read(path: bytes, contents: Contents | None, report: ImageReport, entry: int) -> Book | None:
    """A file of accounts in one of its states; None where it can't be read."""
    table = report.files
    if contents is None or table.entry_kind[entry] != Kind.FILE or table.entry_inode[entry] == NONE:
        return None
    if not contents.holds_replaced and table.visible(table.entry_node[entry], ALIVE - 1) != entry:
        return None
    try:
        with contents.open(entry) as file:
            data = file.read(LIMIT + 1)
    except UnreadableError:
        return None
    return read_book(path, data) if len(data) <= LIMIT else None
