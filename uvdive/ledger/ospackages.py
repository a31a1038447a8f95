"""OS packages from dpkg's and apk's databases, as they stood layer by layer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from uvdive.image.table import FileTable
from uvdive.ledger.claims import Claims
from uvdive.ledger.components import text
from uvdive.ledger.contents import Contents

PackageNumber = Callable[[str, str], int]
"""Gives the number of a package by name and version."""

_INFO = b"/var/lib/dpkg/info"
_STATUS = b"/var/lib/dpkg/status"
_STATUS_D = b"/var/lib/dpkg/status.d"
_APK = (b"/lib/apk/db/installed", b"/usr/lib/apk/db/installed")
_MERGED = re.compile(rb"^/(?:lib(?:32|64|x32)?|bin|sbin)/")


def versions(status: bytes) -> dict[str, str]:
    """Package name to version, of the stanzas of a dpkg status file."""
    found: dict[str, str] = {}
    for stanza in status.split(b"\n\n"):
        name = version = ""
        for line in stanza.split(b"\n"):
            if line.startswith(b"Package: "):
                name = text(line[9:].strip())
            elif line.startswith(b"Version: "):
                version = text(line[9:].strip())
        if name:
            found[name] = version
    return found


def find_merged(table: FileTable, path: bytes) -> int | None:
    """The node of a file that a database names, by either name of a merged /usr; no folders."""
    node = table.find(path)
    if node is None and _MERGED.match(path):
        node = table.find(b"/usr" + path)
    return None if node is None or table.children(node) else node


def claim_dpkg(contents: Contents, claims: Claims, number: PackageNumber) -> None:
    """Let every dpkg package claim the files that its ``.list`` names."""
    table = contents.table
    info = table.find(_INFO)
    if info is None:
        return
    status_by_layer: dict[int, dict[str, str]] = {}
    for node in table.children(info):
        name = table.names[node]
        if not name.endswith(b".list"):
            continue
        package = text(name[:-5]).partition(":")[0]
        for entry, data in contents.files(node):
            first, death = table.entry_layer[entry], table.entry_death[entry]
            if first not in status_by_layer:
                status_by_layer[first] = versions(contents.read(_STATUS, first) or b"")
            component = number(package, status_by_layer[first].get(package, ""))
            for path in data.split(b"\n"):
                owned = find_merged(table, path) if path else None
                if owned is not None:
                    claims.add(owned, component, first, death)


def claim_apk(contents: Contents, claims: Claims, number: PackageNumber) -> None:
    """Let every apk package claim the files of its ``F:`` and ``R:`` lines."""
    table = contents.table
    for database in _APK:
        node = table.find(database)
        if node is None:
            continue
        for entry, data in contents.files(node):
            first, death = table.entry_layer[entry], table.entry_death[entry]
            for name, version, path in _apk_files(data):
                owned = find_merged(table, path)
                if owned is not None:
                    claims.add(owned, number(name, version), first, death)


def _apk_files(database: bytes) -> Iterator[tuple[str, str, bytes]]:
    name = version = ""
    folder = b""
    for line in database.split(b"\n"):
        key, value = line[:2], line[2:]
        if key == b"P:":
            name = text(value)
        elif key == b"V:":
            version = text(value)
        elif key == b"F:":
            folder = value
        elif key == b"R:":
            yield name, version, b"/" + folder + b"/" + value
        elif not line:
            name, version, folder = "", "", b""
