"""Image references that the rules know: uv's, Python's, and plain operating systems (R2, R4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from uvdive.distro.release import OsRelease
from uvdive.dockerfile.variables import VARIABLE

_UV = frozenset({"ghcr.io/astral-sh/uv", "astral/uv"})
_LAMBDA = frozenset({"public.ecr.aws/lambda/python", "amazon/aws-lambda-python"})
_HUB = re.compile(r"(?:index\.)?docker\.io/")
_UV_MIRROR = re.compile(r"/astral-sh/uv$")
_OFFICIAL_TAG = re.compile(
    r"\d+\.\d+(?:\.\d+)?-(?:(?:slim-)?(?:trixie|bookworm|bullseye)|slim|alpine(?:3\.\d+)?)"
)
_SYSTEMS = frozenset({"debian", "ubuntu", "alpine", "buildpack-deps"})
_PYTHON_TAG = re.compile(r"python(?P<minor>\d+\.\d+)(?:\.\d+)?-(?P<rest>.+)")
_WRITTEN = re.compile(
    r"[^:$\s]+:(?:(?!python)[^-\s]+-)?python(?P<minor>[\d.]+|\$\{?\w+\}?)-(?P<rest>[^@:\s]+?)(?P<slim>-slim)?"
)
_UV_VERSION = re.compile(r"\A(?:\d+(?:\.\d+){0,2}|latest)(?:-|$)")
_PINNED = re.compile(r"\d+\.\d+(?:\.\d+)?(?:-|$)")
_FROZEN = re.compile(r"bookworm|bullseye|python3\.8(?:-|$)|alpine3\.(?:1\d|20|21)(?:-|$)")
"""Tags that https://github.com/astral-sh/uv publishes no more."""

_MOVING = {"debian": "trixie", "debian-slim": "trixie-slim", "alpine": "alpine3.22"}

Family = Literal["uv", "uv-python", "python", "lambda", "system", "uv-alone", "other"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference in parts; ``repository`` without Docker Hub's own names: ``docker.io``, ``library``."""

    text: str
    repository: str
    tag: str
    digest: str

    @classmethod
    def read(cls, text: str) -> Reference:
        """Split a reference; a missing tag is ``latest``."""
        name, _, digest = text.partition("@")
        head, colon, tag = name.rpartition(":")
        if not colon or "/" in tag:
            head, tag = name, "" if digest else "latest"
        return cls(text, _HUB.sub("", head, count=1).removeprefix("library/"), tag, digest)

    @property
    def is_uv(self) -> bool:
        """Is it one of uv's own images, perhaps by a mirror (``mirror.example/ghcr/astral-sh/uv``)?"""
        return self.repository in _UV or _UV_MIRROR.search(self.repository) is not None

    @property
    def is_python(self) -> bool:
        """Is it an official Python image, perhaps by a mirror (``mirror.example/library/python``)?"""
        if self.repository == "python" or self.repository.endswith("/library/python"):
            return True
        return self.repository.endswith("/python") and _OFFICIAL_TAG.fullmatch(self.tag) is not None

    @property
    def is_versioned(self) -> bool:
        """Does the tag of a uv image begin with uv's version, so that it brings no other one day?"""
        return _PINNED.match(self.tag) is not None

    @property
    def is_frozen(self) -> bool:
        """Is it a tag that uv publishes no more, and that stays at the last uv it got?"""
        return _FROZEN.search(self.tag) is not None

    @property
    def flavour(self) -> str:
        """The tag of a uv image without uv's own version in front."""
        return _UV_VERSION.sub("", self.tag, count=1)

    @property
    def family(self) -> Family:
        """What kind of base this is."""
        if self.is_uv:
            if not self.flavour:
                return "uv-alone"
            return "uv-python" if _PYTHON_TAG.match(self.flavour) else "uv"
        if self.repository in _LAMBDA:
            return "lambda"
        if self.is_python:
            return "python"
        return "system" if self.repository in _SYSTEMS else "other"


def _alpine(tag: str, os: OsRelease | None) -> str:
    version = tag.removeprefix("alpine")
    if not version and os is not None:
        version = ".".join(os.version_id.split(".")[:2])
    return version


def of_python(reference: Reference, minor: str) -> str:
    """The same image with another minor version of Python: ``python:3.13-slim`` of ``python:3.12.4-slim``."""
    head, colon, tag = reference.text.partition("@")[0].rpartition(":")
    pattern = r"(python)\d+\.\d+(?:\.\d+)?" if reference.is_uv else r"^()\d+(?:\.\d+){0,2}"
    return f"{head}{colon}" + re.sub(pattern, rf"\g<1>{minor}", tag, count=1)


def without_uv(reference: Reference, os: OsRelease | None) -> str | None:
    """The image that a uv image was made from, with its distribution named (R2); None if unknown.

    Other images come back as they are.
    """
    if not reference.is_uv:
        return reference.text
    match = _PYTHON_TAG.match(reference.flavour)
    system = match["rest"] if match else reference.flavour
    slim = system.endswith("-slim")
    name = system.removesuffix("-slim")
    if name == "debian":
        name = os.codename if os else ""
    if not name or name.endswith("dhi"):
        return None
    if name.startswith("alpine"):
        version = _alpine(name, os)
        if match:  # both tags without a release go on to the next one together
            return f"python:{match['minor']}-alpine{version}"
        return f"alpine:{version}" if version else None
    if match:
        return f"python:{match['minor']}-{'slim-' if slim else ''}{name}"
    return f"debian:{name}-slim" if slim else f"buildpack-deps:{name}"


def with_release(reference: Reference) -> str:
    """The image with the release that a moving tag of uv's (``debian-slim``, ``alpine``) stands for.

    Others come back as they are, and so do tags of a version of uv: which release those had differs.
    https://docs.astral.sh/uv/guides/integration/docker/#available-images
    """
    name = _MOVING.get(reference.tag) if reference.is_uv and not reference.digest else None
    return reference.text if name is None else reference.text.removesuffix(reference.tag) + name


def tag_of(written: str) -> str:
    """The tag of an image as FROM has it, with its variables; all of it where a variable may hold the tag."""
    last = written.partition("@")[0].rpartition("/")[2]
    return written if last.startswith("$") and ":" not in last else last.partition(":")[2]


def written_without_uv(written: str, base: str, runner: str) -> str | None:
    """``runner`` with FROM's variables kept: ``python:${V}-slim-trixie`` of ``…uv:python${V}-trixie-slim``.

    ``written`` is FROM's image as it stands there, ``base`` what it comes to. None where
    the variables' parts of the tag don't come to ``runner``.
    """
    match = _WRITTEN.fullmatch(written)
    if match is None:
        return None
    values: dict[str, str] = {}
    pattern, end = "", 0
    for found in VARIABLE.finditer(written):
        name = found[1] or found[2]
        again = f"(?P={name})" if name in values else f"(?P<{name}>.+?)"
        pattern += re.escape(written[end : found.start()]) + again
        values[name], end = "", found.end()
    comes_to = re.fullmatch(pattern + re.escape(written[end:]), base)
    if comes_to is None:
        return None
    new = f"python:{match['minor']}-{'slim-' if match['slim'] else ''}{match['rest']}"
    expanded = VARIABLE.sub(lambda found: comes_to[found[1] or found[2]], new)
    return new if expanded == runner else None


def slim_python(minor: str, os: OsRelease) -> str | None:
    """The official image with a Python of this minor version on the same distribution (R2, R4 A)."""
    if os.id == "alpine":
        return f"python:{minor}-alpine{_alpine('alpine', os)}"
    if os.id == "debian" and os.codename:
        return f"python:{minor}-slim-{os.codename}"
    return None


def system_without_python(os: OsRelease) -> str | None:
    """The plain image of the same distribution (R4 B)."""
    if os.id == "alpine":
        return f"alpine:{_alpine('alpine', os)}"
    if os.id == "debian" and os.codename:
        return f"debian:{os.codename}-slim"
    return None


_FULL = re.compile(
    r"(?P<version>latest|\d+(?:\.\d+){0,2}(?:(?:a|b|rc)\d+)?)?(?:(?:^|-)(?P<release>forky|trixie|bookworm|bullseye))?"
)


def slim_of(text: str) -> str | None:
    """The slim image of the same Python and Debian as a full one (``python:3.13``); None for any other.

    A digest means one image, of which nobody knows the slim one.
    """
    reference = Reference.read(text)
    match = (
        _FULL.fullmatch(reference.tag) if reference.repository == "python" and not reference.digest else None
    )
    if match is None:
        return None
    version = "" if match["version"] in (None, "latest") else match["version"]
    head = text.removesuffix(f":{reference.tag}")
    return f"{head}:{'-'.join(part for part in (version, 'slim', match['release']) if part)}"


def python_of(reference: Reference) -> str | None:
    """The minor Python version that an image's tag promises, or None."""
    match = _PYTHON_TAG.match(reference.flavour) if reference.is_uv else None
    if match:
        return match["minor"]
    if reference.family in ("python", "lambda"):
        found = re.match(r"(\d+\.\d+)", reference.tag)
        return found[1] if found else None
    return None


_TASK_ROOT = "/var/task"


def environ_of(reference: Reference) -> dict[str, str]:
    """What an image is known to set that Dockerfiles go by: https://docs.aws.amazon.com/lambda/latest/dg/python-image.html."""
    return {"LAMBDA_TASK_ROOT": _TASK_ROOT} if reference.family == "lambda" else {}


def workdir_of(reference: Reference) -> str:
    """The work directory that an image is known to set."""
    return _TASK_ROOT if reference.family == "lambda" else "/"
