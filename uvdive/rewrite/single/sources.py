"""Where a RUN gets uv from, when it is mounted (R61)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from uvdive.uv.images import Reference

UV_IMAGE = "ghcr.io/astral-sh/uv"
_EXACT = re.compile(r"(?:===?)(?P<version>\d+(?:\.\d+){0,2})(?P<any>\.\*)?$")
_TAGGED = re.compile(r"\d+(?:\.\d+){0,2}")


@dataclass(frozen=True, slots=True)
class Source:
    """What ``--mount=from=`` names, and the folder of uv's programs in it; from ``line`` of the file on."""

    line: int
    image: str
    folder: str = "/"

    def flag(self, program: str, target: str) -> str:
        """The mount of one of uv's programs."""
        return f"--mount=from={self.image},source={self.folder}{program},target={target}/{program}"


def source_of_version(line: int, version: str | None) -> Source:
    """Uv's own image in a version; the newest where the author names none, as their own command takes."""
    return Source(line, f"{UV_IMAGE}:{version or 'latest'}")


def source_of_base(line: int, reference: Reference) -> Source:
    """Uv as an image of uv's had it.

    A tag that begins with uv's version has an image of uv alone beside it. One that is published no
    more holds the last uv that it got, so it is mounted from that very image.
    """
    version = _TAGGED.match(reference.tag)
    if reference.is_versioned and version is not None:
        return Source(line, f"{reference.text.partition('@')[0].rpartition(':')[0]}:{version[0]}")
    if reference.is_frozen or reference.digest:
        return Source(line, reference.text, "/usr/local/bin/")
    return Source(line, f"{reference.text.partition('@')[0].rpartition(':')[0] or reference.text}:latest")


def version_of_requirement(word: str) -> str | None:
    """The tag of uv's image for `uv==0.9.1` or `uv==0.9.*`; None for any other requirement."""
    found = _EXACT.search(word)
    return found["version"] if found is not None else None


def version_of_url(text: str) -> str | None:
    """The version in the address of uv's installer; None for the newest."""
    found = re.search(r"astral\.sh/uv/(\d+(?:\.\d+){0,2})/", text)
    return found[1] if found else None
