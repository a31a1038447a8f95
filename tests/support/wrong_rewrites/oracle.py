"""Are two images the same? Asked of the engine alone, as the judge must not answer for itself."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
from functools import cache

from wrong_rewrites.places import REMADE

_OF_THE_BUILD = ("Hostname", "Domainname", "Image")
"""What an engine writes into a config that says nothing of the container (Docker's image inspect)."""


def same(one: str, other: str) -> bool:
    """Have two images (by id) the same config and, times and what is remade apart, the same files?"""
    return _config(one) == _config(other) and _files(one) == _files(other)


def _config(image: str) -> object:
    told = subprocess.run(
        ["docker", "image", "inspect", image, "--format", "{{json .Config}}"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    config = {key: value for key, value in json.loads(told).items() if value and key not in _OF_THE_BUILD}
    config["Env"] = sorted(config.get("Env", ()))
    config.setdefault("WorkingDir", "/")
    return config


@cache
def _files(image: str) -> dict[str, tuple[object, ...]]:
    container = subprocess.run(
        ["docker", "create", image, "true"], capture_output=True, text=True, check=True
    ).stdout.strip()
    found: dict[str, tuple[object, ...]] = {}
    try:
        with (
            subprocess.Popen(["docker", "export", container], stdout=subprocess.PIPE) as export,
            tarfile.open(fileobj=export.stdout, mode="r|") as tar,
        ):
            for member in tar:
                # A step that is not in the builder's cache any more writes these anew.
                if not REMADE.match(f"/{member.name}".encode("utf-8", "surrogateescape")):
                    found[member.name] = _told(tar, member, found)
    finally:
        subprocess.run(["docker", "rm", container], capture_output=True, check=True)
    return found


def _told(
    tar: tarfile.TarFile, member: tarfile.TarInfo, found: dict[str, tuple[object, ...]]
) -> tuple[object, ...]:
    if member.islnk():
        # Which of its names carries a file's content is the engine's choice.
        return found.get(member.linkname, ())
    file = tar.extractfile(member) if member.isreg() else None
    digest = "" if file is None else hashlib.file_digest(file, "sha256").hexdigest()
    attributes = sorted(item for item in member.pax_headers.items() if item[0].startswith("SCHILY.xattr."))
    return (
        member.type,
        member.mode,
        member.uid,
        member.gid,
        member.size,
        member.linkname,
        digest,
        attributes,
    )
