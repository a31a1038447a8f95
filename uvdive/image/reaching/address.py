"""An engine's address: what it is, where it was found, and what a connection to it needs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from uvdive.base.errors import UsageError

_SECRET = re.compile(r"(?<=://)([^/@\s:]*):[^/@\s]*@")


@dataclass(frozen=True, slots=True)
class Certificates:
    """What TLS needs: whom to trust (None for whom the system does), who we are, and whether to look."""

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    verify: bool = True


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An engine's address, where it was found, and its TLS settings (None for none).

    ``client`` is the program that answers at the other end of ``ssh://``, ``identity`` the key file
    that its connection names. ``by_client`` says that the engine's own client finds it by itself too;
    else it has to be told.
    """

    url: str
    found_by: str
    tls: Certificates | None = None
    client: str = "docker"
    identity: str = ""
    by_client: bool = True

    @property
    def shown(self) -> str:
        """The address for people: a password in it is nobody's business."""
        return _SECRET.sub(r"\1:[hidden]@", self.url)

    @property
    def socket(self) -> Path | None:
        """The socket on this machine; None where the engine is reached otherwise."""
        scheme, _, path = self.url.partition("://")
        return Path(path) if scheme == "unix" else None


@dataclass(frozen=True, slots=True)
class SshPlace:
    """The parts of ``ssh://[USER@]HOST[:PORT][/PATH]``; empty where the ssh client's own settings count."""

    host: str
    user: str = ""
    port: str = ""
    path: str = ""

    @property
    def command(self) -> str:
        """What to type to see whether ssh itself gets there."""
        return " ".join(("ssh", *(("-p", self.port) if self.port else ()), self.login))

    @property
    def login(self) -> str:
        """``USER@HOST``."""
        return f"{self.user}@{self.host}" if self.user else self.host


def ssh_place(endpoint: Endpoint) -> SshPlace:
    """The parts of an address as the docker client reads them (docker/cli, ``connhelper/ssh``).

    Podman's addresses may end in ``?secure=True``, which says nothing here.

    Raises:
        UsageError: there is no host, a password (which no ssh client takes), or what is no address.
    """
    from urllib.parse import unquote, urlsplit

    try:
        parts = urlsplit(endpoint.url)
        port = "" if parts.port is None else str(parts.port)
    except ValueError as error:
        raise _odd(endpoint, str(error)) from None
    host, user = parts.hostname or "", unquote(parts.username or "")
    if parts.password is not None:
        raise _odd(endpoint, "there is a password in it, which ssh does not take")
    if not re.fullmatch(r"[^\s\x00-\x1f\x7f/@-][^\s\x00-\x1f\x7f/@]*", host):
        raise _odd(endpoint, "it names no host")
    if user.startswith("-") or not user.isprintable():
        raise _odd(endpoint, "the user's name makes no sense")
    if parts.fragment or (parts.query and endpoint.client != "podman"):
        raise _odd(endpoint, "nothing may stand behind the path")
    path = unquote(parts.path)
    return SshPlace(host, user, port, path if path.strip("/") else "")


def _odd(endpoint: Endpoint, why: str) -> UsageError:
    return UsageError(
        f"{endpoint.shown} ({endpoint.found_by}) is no address of an engine: {why}.",
        "Write ssh://USER@HOST, with :PORT where it is not 22.",
    )
