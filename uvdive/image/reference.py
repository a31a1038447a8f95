"""What a TARGET on the command line means (DESIGN.md, "Command line")."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from uvdive.base.errors import UsageError

TargetKind = Literal["docker", "docker-archive", "report", "dockerfile"]

_SCHEMES: dict[str, TargetKind] = {
    "docker://": "docker",
    "docker-archive:": "docker-archive",
    "report:": "report",
    "dockerfile:": "dockerfile",
}
_LATER = ("podman://", "oci-archive:", "oci:")
_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.zst")
_REPORT = ".uvdive"


@dataclass(frozen=True, slots=True)
class Target:
    """What to open. ``tag`` picks one image of an archive; ``hint`` says what was passed over."""

    kind: TargetKind
    value: str
    tag: str | None = None
    hint: str = ""

    @property
    def path(self) -> Path:
        """The value as a path."""
        return Path(self.value)


def _archive(value: str) -> Target:
    """``FILE[:REF]``: the longest beginning that exists is the file."""
    if Path(value).exists() or ":" not in value:
        return Target("docker-archive", value)
    at = value.find(":")
    while at != -1:
        if Path(value[:at]).is_file():
            return Target("docker-archive", value[:at], value[at + 1 :] or None)
        at = value.find(":", at + 1)
    return Target("docker-archive", value)


def _local(text: str) -> Target | None:
    """The path that a bare name means, or None for an image."""
    path = Path(text)
    known = text.endswith((*_ARCHIVES, _REPORT))
    if text != "." and not known and not ("/" in text and path.exists()):
        return None
    if path.is_dir():
        return Target("dockerfile", str(path / "Dockerfile"))
    if text.endswith(_REPORT):
        return Target("report", text)
    if known:
        return _archive(text)
    return Target("dockerfile" if _is_dockerfile(path) else "docker-archive", text)


def _is_dockerfile(path: Path) -> bool:
    if "dockerfile" in path.name.lower() or "containerfile" in path.name.lower():
        return True
    with path.open("rb") as file:
        return b"\0" not in file.read(512)


def parse_target(text: str) -> Target:
    """Read a TARGET: an explicit form, a path, or else an image reference.

    A bare name is a path only if it has a slash and exists, is ``.``, or has a known
    suffix; where an image could be meant as well, ``hint`` says which was taken.

    Raises:
        UsageError: an empty target, or a form that this version does not read.
    """
    if not text.strip():
        raise UsageError("No image was named.", "Name an image, an archive or a Dockerfile.")
    for prefix, kind in _SCHEMES.items():
        if text.startswith(prefix):
            value = text[len(prefix) :]
            return _archive(value) if kind == "docker-archive" else Target(kind, value)
    if text.startswith(_LATER):
        raise UsageError(
            f"{text.partition(':')[0]} targets cannot be opened yet.",
            "Save the image as a docker archive (`docker save`) and open that.",
        )
    target = _local(text)
    if target is not None:
        return target
    hint = ""
    if Path(text).exists():
        hint = f"{text} is taken as an image; for the file or folder of that name, say ./{text}"
    return Target("docker", text, hint=hint)
