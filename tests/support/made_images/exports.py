"""Two images compared by `docker export` alone, and what a second run of a package manager writes anew."""

from __future__ import annotations

import hashlib
import re
import tarfile
from typing import IO, cast

_ANEW = re.compile(
    r"""(?x)
      var/lib/(?:dpkg|apt)(?:/.*)? | var/cache/(?:apt|debconf|ldconfig|fontconfig)(?:/.*)?
    | (?:usr/)?lib/apk(?:/.*)? | etc/apk/arch | var/cache/apk(?:/.*)?
    | var/log/(?:apt/.*|dpkg\.log|alternatives\.log|apk\.log|lastlog|faillog|wtmp|btmp)
    | etc/(?:passwd|group|shadow|gshadow|subuid|subgid)-? | etc/\.pwd\.lock | etc/ld\.so\.cache
    | etc/machine-id | var/lib/dbus/machine-id
    | (?:tmp|var/tmp)/.* | \.dockerenv | etc/(?:hosts|hostname|resolv\.conf|mtab) | (?:dev|proc|sys)(?:/.*)?
    """
)
"""Databases, logs, caches, users' files (told apart below), what the engine mounts."""
_UV = re.compile(r"(?:usr/)?bin/uvx?|root/\.cache(?:/uv(?:/.*)?)?|root/\.local(?:/.*)?")
_USERS = ("etc/passwd", "etc/group")

Entry = tuple[str, int, int, int, str, str]
"""Type, mode, uid, gid, a link's target, a content's hash."""


def export(image: str) -> tuple[dict[str, Entry], dict[str, str]]:
    """Every path of an image with what it is, and the texts of its users' files."""
    import docker

    client = docker.from_env()
    container = client.containers.create(image)
    try:
        found: dict[str, Entry] = {}
        texts: dict[str, str] = {}
        stream = _Stream(container.export())
        with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r|") as tar:
            for member in tar:
                name = member.name.removeprefix("./").strip("/")
                file = tar.extractfile(member) if member.isreg() else None
                data = file.read() if file else b""
                if name in _USERS:
                    texts[name] = data.decode()
                digest = hashlib.sha256(data).hexdigest() if file else ""
                kind = "file" if member.isreg() or member.islnk() else member.type.decode()
                link = member.linkname if member.issym() else ""
                found[name] = (kind, member.mode, member.uid, member.gid, link, digest)
                if member.islnk():
                    found[name] = found[member.linkname.removeprefix("./")]
        return found, texts
    finally:
        container.remove()
        client.close()


class _Stream:
    """Chunks read as a file."""

    def __init__(self, chunks: object) -> None:
        self._chunks, self._left = iter(cast("list[bytes]", chunks)), b""

    def read(self, size: int) -> bytes:
        pieces, have = [self._left], len(self._left)
        while have < size:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            pieces.append(chunk)
            have += len(chunk)
        data = b"".join(pieces)
        self._left = data[size:]
        return data[:size]


def lost(before: str, after: str) -> list[str]:
    """What the first image has and the second lacks or has otherwise, each path with how; [] for nothing."""
    old, old_users = export(before)
    new, new_users = export(after)
    found = []
    for path, entry in sorted(old.items()):
        if not path or _ANEW.fullmatch(path) or _UV.fullmatch(path):
            continue
        if path not in new:
            found.append(f"/{path} is missing: {entry[:5]}")
        elif new[path] != entry:
            found.append(f"/{path} was {entry[:5]}, is {new[path][:5]}")
    for name, text in old_users.items():
        gone = set(text.splitlines()) - set(new_users.get(name, "").splitlines())
        found += [f"/{name} lacks {line}" for line in sorted(gone)]
    return found
