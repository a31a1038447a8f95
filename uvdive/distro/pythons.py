"""The Python that a release of a distribution brings as its package ``python3``."""

from __future__ import annotations

_OF_DEBIAN = {
    "bullseye": "3.9",
    "11": "3.9",
    "bookworm": "3.11",
    "12": "3.11",
    "trixie": "3.13",
    "13": "3.13",
}
"""https://packages.debian.org/search?keywords=python3&exact=1"""

_OF_UBUNTU = {
    "focal": "3.8",
    "20.04": "3.8",
    "jammy": "3.10",
    "22.04": "3.10",
    "noble": "3.12",
    "24.04": "3.12",
}
"""https://packages.ubuntu.com/search?keywords=python3&exact=1"""

_OF_ALPINE = {"3.18": "3.11", "3.19": "3.11", "3.20": "3.12", "3.21": "3.12", "3.22": "3.12"}
"""https://pkgs.alpinelinux.org/packages?name=python3"""

_RELEASES = {"debian": _OF_DEBIAN, "ubuntu": _OF_UBUNTU, "alpine": _OF_ALPINE}


def python_of_release(distribution: str, tag: str) -> str:
    """The minor version of ``debian`` with the tag ``trixie-slim``; empty where it is not known."""
    releases = _RELEASES.get(distribution, {})
    name = tag.partition("-")[0]
    short = ".".join(name.split(".")[: 1 if distribution == "debian" else 2])
    return releases.get(name) or releases.get(short) or ""
