"""Names of images in registries, as the distribution project spells them.

Grammar: https://github.com/distribution/reference/blob/main/reference.go.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from uvdive.base.errors import UsageError
from uvdive.image.reference import DIGEST

HUB = "docker.io"
"""Docker's own registry, which a name without a host means."""

_HUB_API = "registry-1.docker.io"
_MOST = 512
"""More characters than a host with a name, a tag and a digest have."""

_HOST = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?"
)
_PART = re.compile(r"[a-z0-9]++(?:(?:\.|__?|-++)[a-z0-9]++)*+")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_FORM = "Write it as registry://HOST/NAME[:TAG], or with @sha256:DIGEST."


@dataclass(frozen=True, slots=True)
class ImageName:
    """An image of a registry: where, which repository, and which of its images.

    ``digest`` decides where both are there, as it does for the docker client.
    """

    host: str
    repository: str
    tag: str
    digest: str | None = None

    @property
    def api(self) -> str:
        """The host that answers for the registry."""
        return _HUB_API if self.host == HUB else self.host

    @property
    def which(self) -> str:
        """What the registry is asked for."""
        return self.digest or self.tag

    def __str__(self) -> str:
        end = f"@{self.digest}" if self.digest else f":{self.tag}"
        return f"{self.host}/{self.repository}{end}"


def parse_name(text: str) -> ImageName:
    """The image that a name means: without a host of Docker Hub, without a tag ``latest``.

    Raises:
        UsageError: it is no name of an image.
    """
    head, _, digest = text.partition("@")
    first, slash, rest = head.partition("/")
    has_host = bool(slash) and (first == "localhost" or any(sign in first for sign in ".:"))
    host, path = (first, rest) if has_host else (HUB, head)
    path, _, tag = path.partition(":")
    if "@" in text and DIGEST.fullmatch(digest) is None:
        # What stands before an @ may be a password, and is not repeated.
        raise UsageError(
            "What follows the @ in the image's name is no sha256 digest.",
            f"{_FORM} Names hold no passwords: log in with `docker login`.",
        )
    if len(text) > _MOST or _HOST.fullmatch(host) is None:
        raise UsageError(f"{text[:_MOST]} names no registry.", _FORM)
    if host in (HUB, f"index.{HUB}", _HUB_API):
        host, path = HUB, path if "/" in path else f"library/{path}"
    if not all(_PART.fullmatch(part) for part in path.split("/")):
        raise UsageError(f"{text} is no name of an image in a registry.", _FORM)
    if ":" in head.removeprefix(first if has_host else "") and _TAG.fullmatch(tag) is None:
        raise UsageError(f"{text} has no tag that a registry knows.", _FORM)
    return ImageName(host, path, tag or "latest", digest or None)


def is_loopback(host: str) -> bool:
    """Is a host, with or without a port, this machine?"""
    name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
