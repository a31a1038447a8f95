"""Files that two distributions bring: whichever is installed last wins, and uv installs many at once."""

from __future__ import annotations

import base64
import csv
import hashlib
import posixpath
from typing import IO

from uvdive.ledger.report import ImageReport
from uvdive.verify.files.packages import Packages

_PIECE = 1 << 20


class DoubleClaims:
    """What the RECORDs (PEP 376, PEP 627) of an image's distributions say of files in one site-packages."""

    def __init__(self, report: ImageReport, packages: Packages) -> None:
        self._table, self._read = report.files, packages.read
        self._claims: dict[bytes, dict[bytes, set[str]]] = {}

    def explains(self, path: bytes, now: IO[bytes]) -> bool:
        """Do several distributions claim ``path`` with other contents, and is ``now`` one of these?"""
        site = _site(path)
        digests = self._of(site).get(path, set()) if site else set()
        if len(digests) < 2:
            return False
        hasher = hashlib.sha256()
        while piece := now.read(_PIECE):
            hasher.update(piece)
        return base64.urlsafe_b64encode(hasher.digest()).rstrip(b"=").decode() in digests

    def _of(self, site: bytes) -> dict[bytes, set[str]]:
        if site not in self._claims:
            claims: dict[bytes, set[str]] = {}
            node = self._table.find(site)
            for child in () if node is None else self._table.children(node):
                name = self._table.names[child]
                if not name.endswith(b".dist-info"):
                    continue
                record = self._read(posixpath.join(site, name, b"RECORD")) or b""
                for row in csv.reader(record.decode("utf-8", "replace").splitlines()):
                    if len(row) > 1 and row[1].startswith("sha256="):
                        place = posixpath.normpath(posixpath.join(site, row[0].encode()))
                        claims.setdefault(place, set()).add(row[1].removeprefix("sha256="))
            self._claims[site] = claims
        return self._claims[site]


def _site(path: bytes) -> bytes:
    """The site-packages that a path lies in; empty for none."""
    for name in (b"/site-packages/", b"/dist-packages/"):
        before, found, _ = path.rpartition(name)
        if found:
            return before + name.rstrip(b"/")
    return b""
