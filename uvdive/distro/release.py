"""Which distribution an image is (os-release(5)).

https://www.freedesktop.org/software/systemd/man/latest/os-release.html
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OsRelease:
    """What ``/etc/os-release`` says, as far as it is used: ``debian``, ``13``, ``trixie``."""

    id: str
    version_id: str
    codename: str
