"""What packages bring that the rewrite installs on its new base: another base explains no loss of it."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cached_property

from uvdive.image.resolve import resolve
from uvdive.ledger.report import ImageReport
from uvdive.verify.files.new_base import NewBase
from uvdive.verify.files.packages import INFO, Read

_CONFIG, _PARTS = b"/etc/dpkg/dpkg.cfg", b"/etc/dpkg/dpkg.cfg.d"
_EXCLUDE, _INCLUDE = b"path-exclude", b"path-include"
_LONGEST = 64 << 10
"""Bytes of such settings that are read."""
_MERGED = (b"/bin/", b"/sbin/", b"/lib/", b"/lib64/")
"""Folders that are links below /usr, and that lists may name yet."""
_ALTERNATIVES = b"/etc/alternatives/"


class InstalledAgain:
    """The packages of dpkg that the new image's own instructions installed, and the files that they bring.

    Nothing where it is not known which layers are the new base's. ``read`` reads a file of the new image.
    """

    def __init__(self, after: ImageReport, new_base: NewBase, read: Read) -> None:
        self._after, self._new_base, self._read = after, new_base, read

    def brings(self, path: bytes) -> str | None:
        """The package of these that lists a path, where it is one that dpkg unpacks here."""
        return None if path not in self._paths or self._left_out(path) else self._paths[path]

    def links(self, path: bytes, link: bytes, target: bytes, package: str | None) -> str | None:
        """The package of these that makes a link of update-alternatives(1) at a path.

        Args:
            path: of the link.
            link: what it says.
            target: the file that it leads to in the end.
            package: whose that file is.
        """
        alternative = path.startswith(_ALTERNATIVES) or link.startswith(_ALTERNATIVES)
        if package not in self._lists or not alternative:
            return None
        return None if self._left_out(path) or self._left_out(target) else package

    @cached_property
    def _lists(self) -> dict[str, bytes]:
        """The list of each package that the new base has none of."""
        table, found = self._after.files, dict[str, bytes]()
        info = resolve(table, INFO).node if self._new_base.known else None
        for node in () if info is None else table.children(info):
            path = table.path(node)
            if path.endswith(b".list") and self._new_base.entry(path) is None:
                name = table.names[node].removesuffix(b".list").partition(b":")[0]
                found[name.decode("utf-8", "replace")] = self._read(path) or b""
        return found

    @cached_property
    def _paths(self) -> dict[bytes, str]:
        found = {path: name for name, text in self._lists.items() for path in text.split(b"\n")}
        merged = {b"/usr" + path: name for path, name in found.items() if path.startswith(_MERGED)}
        return merged | found

    @cached_property
    def _rules(self) -> tuple[tuple[bool, str], ...]:
        """What dpkg leaves out of packages, and what it takes in spite of that (dpkg(1))."""
        found = []
        for text in self._settings():
            for line in text[:_LONGEST].split(b"\n"):
                option, pattern = line.strip()[: len(_EXCLUDE)], line.strip()[len(_EXCLUDE) :]
                if option in (_EXCLUDE, _INCLUDE) and pattern.startswith((b"=", b" ", b"\t")):
                    found.append((option == _EXCLUDE, pattern.lstrip(b"= \t").decode("latin-1")))
        return tuple(found)

    def _settings(self) -> Iterator[bytes]:
        table = self._after.files
        node = resolve(table, _PARTS).node
        names = sorted(table.names[child] for child in (() if node is None else table.children(node)))
        for path in (*(_PARTS + b"/" + name for name in names), _CONFIG):
            yield self._read(path) or b""

    def _left_out(self, path: bytes) -> bool:
        text, out = path.decode("latin-1"), False
        for excluded, pattern in self._rules:  # the last that matches decides
            if out is not excluded and fnmatchcase(text, pattern):
                out = excluded
        return out
