"""What a TARGET on the command line means (``uvdive --help``)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from uvdive.base.dockerfile_names import build_file_kind, names_dockerfile
from uvdive.base.errors import UsageError
from uvdive.base.files.foreign import read_start

TargetKind = Literal[
    "docker", "podman", "registry", "archive", "docker-archive", "oci-archive", "oci", "report", "dockerfile",
    "compose", "bake",
]  # fmt: skip
"""``archive`` is one whose kind its contents tell; ``compose`` and ``bake`` are files that name a build."""

_SCHEMES: dict[str, TargetKind] = {
    "docker://": "docker",
    "podman://": "podman",
    "registry://": "registry",
    "docker-archive:": "docker-archive",
    "oci-archive:": "oci-archive",
    "oci:": "oci",
    "report:": "report",
    "dockerfile:": "dockerfile",
    "compose:": "compose",
    "bake:": "bake",
}
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
"""The only digests that uvdive takes (OCI image-spec, "Digests")."""

REGISTRY = "uvdive.local"
"""The registry, which there is none of, in the names of the images that uvdive builds."""

_TAGGED = ("docker-archive", "oci-archive", "oci", "compose", "bake")
_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.zst")
_REPORT = ".uvdive"


def untagged(name: str) -> str:
    """An image's name without its tag."""
    head, colon, tag = name.rpartition(":")
    return head if colon and "/" not in tag else name


def is_ours(name: str) -> bool:
    """Did uvdive give an image this name?"""
    return name.startswith(f"{REGISTRY}/")


@dataclass(frozen=True, slots=True)
class Target:
    """What to open.

    ``tag`` picks one image of an archive, a service or a target; ``hint`` says what was passed over.
    ``bare`` is a name without anything that says whose it is.
    """

    kind: TargetKind
    value: str
    tag: str | None = None
    hint: str = ""
    bare: bool = False

    @property
    def path(self) -> Path:
        """The value as a path."""
        return Path(self.value)


def _tagged(kind: TargetKind, value: str) -> Target:
    """``PATH[:TAG]``: the shortest beginning before a colon that exists is the path."""
    if not Path(value).exists():
        at = value.find(":")
        while at != -1:
            if Path(value[:at]).exists():
                return Target(kind, value[:at], value[at + 1 :] or None)
            at = value.find(":", at + 1)
    return Target(kind, value)


def parse_build_file(text: str, *, is_path: bool) -> Target | None:
    """The compose or Bake file that ``FILE[:NAME]`` names; None for anything else.

    Args:
        text: what was written.
        is_path: it can be nothing but a path, so that a file of any name is taken by its suffix.
    """
    path = Path(text)
    heads = [text] if path.exists() else [text, *(text[: m.start()] for m in re.finditer(":", text))]
    for head in heads:
        there = Path(head)
        plain = there.suffix != ".json" or there.name.endswith("bake.json")  # other JSON may be anything
        known = "/" in head and plain and there.is_file()
        kind = build_file_kind(there.name, is_path=is_path or known)
        if kind is not None and not there.is_dir():
            return Target(kind, head, text[len(head) + 1 :] or None)
    return None


def _local(text: str) -> Target | None:
    """The path that a bare name means, or None for an image."""
    path = Path(text)
    if (named := parse_build_file(text, is_path=False)) is not None:
        return named
    known = text.endswith((*_ARCHIVES, _REPORT))
    if text != "." and not known and not ("/" in text and path.exists()):
        return None
    if path.is_dir():
        layout = (path / "oci-layout").exists() or (path / "index.json").exists()
        return Target("oci", text) if layout else Target("dockerfile", str(path / "Dockerfile"))
    if text.endswith(_REPORT):
        return Target("report", text)
    if known:
        return _tagged("archive", text)
    return Target("dockerfile" if _is_dockerfile(path) else "archive", text)


def _is_dockerfile(path: Path) -> bool:
    if names_dockerfile(path.name):
        return True
    try:
        return b"\0" not in read_start(path, 512)
    except OSError:
        return False  # what opens it says why not


def parse_target(text: str) -> Target:
    """Read a TARGET: an explicit form, a path, or else an image reference.

    A bare name is a path only if it has a slash and exists, is ``.``, or has a known
    suffix; where an image could be meant as well, ``hint`` says which was taken.

    Raises:
        UsageError: an empty target.
    """
    if not text.strip():
        raise UsageError("No image was named.", "Name an image, an archive or a Dockerfile.")
    for prefix, kind in _SCHEMES.items():
        if text.startswith(prefix):
            value = text[len(prefix) :]
            return _tagged(kind, value) if kind in _TAGGED else Target(kind, value)
    target = _local(text)
    if target is not None:
        return target
    hint = ""
    if Path(text).exists():
        hint = f"{text} is taken as an image; for the file or folder of that name, say ./{text}"
    return Target("docker", text, hint=hint, bare=True)
