"""Lists of packages that came along with an image: SPDX, in an in-toto statement.

Formats: https://spdx.github.io/spdx-spec/v2.3/ (JSON), https://github.com/package-url/purl-spec.
BuildKit's scanner, syft, trivy and others write it, each in its own way: only names, versions and
package URLs are taken, and what has none of these is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from uvdive.base import shapes
from uvdive.base.shapes import Maybe, Record

PREDICATE = "https://spdx.dev/Document"

_MOST = 100_000
_REFERENCE = Record({"referenceType": Maybe(str), "referenceLocator": Maybe(str)})
_PACKAGE = Record({"name": Maybe(str), "versionInfo": Maybe(str), "externalRefs": Maybe([_REFERENCE])})
_DOCUMENT = Record(
    {
        "spdxVersion": Maybe(str),
        "creationInfo": Maybe(Record({"creators": Maybe([str])})),
        "packages": Maybe([_PACKAGE]),
    }
)
_STATEMENT = Record({"predicate": Record({"SPDX": Maybe(_DOCUMENT), **_DOCUMENT.keys})})
_PURL = re.compile(r"pkg:/{0,2}([A-Za-z0-9.+-]{1,40})/([^?#@]{1,1000})(?:@([^?#]{0,500}))?")


@dataclass(frozen=True, slots=True, order=True)
class SbomPackage:
    """One package: its kind as package URLs have it (``pypi``, ``deb``), its name and version."""

    kind: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Sbom:
    """A list of packages: who made it, and what it lists, each once, in order."""

    tool: str
    packages: tuple[SbomPackage, ...]


def read_sbom(data: bytes) -> Sbom:
    """The packages that an in-toto statement, or a bare SPDX document, lists.

    Args:
        data: the statement's or the document's JSON.

    Raises:
        ValueError: it is neither.
    """
    value: dict[str, Any] = shapes.load(data, Record({"predicate": Maybe(dict)}), "SBOM")
    if value.get("predicate") is None:
        document = shapes.fit(value, _DOCUMENT, "SBOM")
    else:
        predicate = shapes.fit(value, _STATEMENT, "SBOM")["predicate"]
        document = predicate.get("SPDX") or predicate
    if document.get("packages") is None and not document.get("spdxVersion"):
        raise ValueError("SBOM is no SPDX document")
    listed = document.get("packages") or []
    if len(listed) > _MOST:
        raise ValueError(f"SBOM lists {len(listed)} packages")
    return Sbom(_tool(document), tuple(sorted({each for item in listed for each in _package(item)})))


def _tool(document: Mapping[str, Any]) -> str:
    """Who made it: the first tool that is named (SPDX, "Creator field")."""
    for creator in (document.get("creationInfo") or {}).get("creators") or ():
        kind, colon, name = creator.partition(":")
        if colon and kind.strip().lower() == "tool":
            return str(name.strip()[:100])
    return ""


def _package(item: Mapping[str, Any]) -> Iterator[SbomPackage]:
    """What a package's URL says of it; nothing of one without, which is a file or the image itself."""
    for reference in item.get("externalRefs") or ():
        if reference.get("referenceType") != "purl":
            continue
        match = _PURL.match(reference.get("referenceLocator") or "")
        if match is None:
            continue
        # deb and apk have their distribution in front of the name.
        name = unquote(match[2].rstrip("/").rpartition("/")[2])
        version = unquote(match[3] or "") or item.get("versionInfo") or ""
        yield SbomPackage(match[1].lower(), name, version)
        return
