"""Files of accounts, entry by entry: passwd(5), group(5), shadow(5), gshadow(5), subuid(5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from uvdive.verify.pairs import printable

PASSWD, GROUP, SHADOW, GSHADOW = b"/etc/passwd", b"/etc/group", b"/etc/shadow", b"/etc/gshadow"

FIELDS: dict[bytes, tuple[str, ...]] = {
    PASSWD: ("password", "number", "group", "comment", "home", "shell"),
    GROUP: ("password", "number", "members"),
    SHADOW: (
        *("password", "last change", "least age", "greatest age", "warning", "inactivity", "expiry"),
        "reserved field",
    ),
    GSHADOW: ("password", "administrators", "members"),
    b"/etc/subuid": ("first number", "count"),
    b"/etc/subgid": ("first number", "count"),
}
"""What an entry says behind its name, by the file that it stands in."""

_LISTS = ("members", "administrators")
_IDS = ("number", "group")
_DIGITS = 10
"""No id is longer: uid_t has 32 bits."""
_BCRYPT, _BCRYPT_DIGEST = (b"2a", b"2b", b"2x", b"2y"), 31
"""The method that writes no sign between salt and digest, and the digest's length (crypt(5))."""
_DIGEST = re.compile(rb"[./0-9A-Za-z]+")

Entry = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """A file of accounts: each entry's fields by its name, and the lines that say nothing of a new name."""

    entries: dict[bytes, Entry] = field(default_factory=dict)
    rest: frozenset[bytes] = frozenset()


NOTHING = Book()


class Excuses(Protocol):
    """What is known of accounts beyond their own file."""

    @property
    def known(self) -> frozenset[bytes]:
        """The users of the old image."""

    def may_lack(self, path: bytes, name: bytes) -> bool:
        """Need the new image not have an account of ``path``?"""

    def may_renumber(self, path: bytes, name: bytes, was: int, now: int) -> bool:
        """May an account have another id?"""


def read_book(path: bytes, data: bytes) -> Book:
    """The entries of a file of accounts, one a line; of a name's lines the first counts (getpwnam(3))."""
    count, entries, rest = len(FIELDS[path]), dict[bytes, Entry](), set[bytes]()
    for line in data.split(b"\n"):
        name, *fields = line.split(b":")
        if not line.strip() or line.startswith(b"#"):
            continue
        if name and len(fields) == count and name not in entries:
            entries[name] = tuple(fields)
        else:
            rest.add(line)
    return Book(entries, frozenset(rest))


def lost(
    path: bytes, was: Book, now: Book, bases: tuple[Book, Book] | None, excuses: Excuses
) -> Iterator[str]:
    """What of a file's entries the new image lacks or has otherwise, in words that tell no field's value.

    Args:
        path: the file.
        was: what it holds in the old image.
        now: in the new one, which may have entries of its own.
        bases: in the base images, where the new image stands on another base: what an entry had
            from its base it may have from the new base now.
        excuses: what is known of accounts beyond the file.
    """
    old_base, new_base = bases or (NOTHING, NOTHING)
    for name, entry in was.entries.items():
        told, other = printable(name), now.entries.get(name)
        ours, theirs = old_base.entries.get(name), new_base.entries.get(name)
        if other is None:
            left = ours is not None and theirs is None and _same_entry(path, ours, entry)
            if not left and not excuses.may_lack(path, name):
                yield f"{told} is missing"
            continue
        for index, what in enumerate(FIELDS[path]):
            based = tuple(None if each is None else each[index] for each in (ours, theirs))
            if _kept(what, entry[index], other[index], (based[0], based[1]), excuses.known):
                continue
            if what not in _IDS or not _renumbered(excuses, path, name, entry[index], other[index]):
                yield f"{what} of {told}"
    if gone := len(was.rest - now.rest - old_base.rest):
        yield f"{gone} lines that name nobody else are missing"


def _same_entry(path: bytes, one: Entry, other: Entry) -> bool:
    return all(map(_same, FIELDS[path], one, other))


def _kept(
    what: str, was: bytes, now: bytes, bases: tuple[bytes | None, bytes | None], known: frozenset[bytes]
) -> bool:
    """Does a field say what it did? ``bases`` are what the old base and the new one say."""
    ours, theirs = bases
    if what in _LISTS:
        from_base = _names(theirs or b"")
        missing = _names(was) - _names(now) - (_names(ours or b"") - from_base)
        more = (_names(now) - _names(was) - from_base) & known
        return not missing and not more
    if _same(what, was, now):
        return True
    return ours is not None and _same(what, ours, was) and (theirs is None or _same(what, theirs, now))


def _renumbered(excuses: Excuses, path: bytes, name: bytes, was: bytes, now: bytes) -> bool:
    one, other = number(was), number(now)
    return one is not None and other is not None and excuses.may_renumber(path, name, one, other)


def number(text: bytes) -> int | None:
    """An id; None for what is none."""
    return int(text) if text.isdigit() and len(text) <= _DIGITS else None


def _names(text: bytes) -> frozenset[bytes]:
    return frozenset(name for name in text.split(b",") if name)


def _same(what: str, one: bytes, other: bytes) -> bool:
    alike = _ALIKE.get(what)
    return one == other or (alike is not None and alike(one, other))


def _same_number(one: bytes, other: bytes) -> bool:
    return number(one) is not None and number(one) == number(other)


def _same_set(one: bytes, other: bytes) -> bool:
    return _names(one) == _names(other)


def _same_day(one: bytes, other: bytes) -> bool:
    """Are both days of a change? 0 asks for a new password, an empty field for none ever (shadow(5))."""
    return bool(number(one) and number(other))


def _same_password(one: bytes, other: bytes) -> bool:
    """Let both in nobody, or may both be of one password?

    A hash is salted anew in each build: with another salt it is another, with the same the same.
    """
    if _locked(one) or _locked(other):
        return _locked(one) and _locked(other)
    old, new = _hashed(one), _hashed(other)
    if old is None or new is None:
        return False
    (method, setting, digest), (other_method, other_setting, other_digest) = old, new
    return (
        method == other_method
        and setting != other_setting
        and digest != other_digest
        and len(digest) == len(other_digest)
    )


def _locked(text: bytes) -> bool:
    """Is there no password, or a hash that no password gives (shadow(5))?"""
    rest = text.lstrip(b"!*")
    return rest != text and (not rest or _hashed(rest) is not None)


def _hashed(text: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Method, all before the digest, and the digest of a hash (crypt(5)); None for what is none."""
    empty, *parts = text.split(b"$")
    if empty or len(parts) < 3:
        return None
    length = _BCRYPT_DIGEST if parts[0] in _BCRYPT else len(parts[-1])
    digest = parts[-1][-length:]
    return (parts[0], text[:-length], digest) if _DIGEST.fullmatch(digest) else None


_ALIKE: dict[str, Callable[[bytes, bytes], bool]] = {
    "password": _same_password,
    "number": _same_number,
    "group": _same_number,
    "members": _same_set,
    "administrators": _same_set,
    "last change": _same_day,
}
"""Which fields may be written otherwise and still say the same; all others are equal or not."""
