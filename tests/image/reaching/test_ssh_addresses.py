"""``ssh://`` becomes the command line that the docker client makes of it, and nothing else."""

from __future__ import annotations

import pytest

from uvdive.base.errors import UsageError
from uvdive.image.reaching.address import Endpoint
from uvdive.image.reaching.ssh import ssh_command

START = ("ssh", "-o", "ConnectTimeout=30", "-T")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ssh://far", ("--", "far", "docker system dial-stdio")),
        ("ssh://me@far", ("-l", "me", "--", "far", "docker system dial-stdio")),
        ("ssh://far:2222", ("-p", "2222", "--", "far", "docker system dial-stdio")),
        ("ssh://far/", ("--", "far", "docker system dial-stdio")),
        ("ssh://far/x/e.sock", ("--", "far", "docker --host=unix:///x/e.sock system dial-stdio")),
        ("ssh://far/a%20b;c", ("--", "far", "docker '--host=unix:///a b;c' system dial-stdio")),
        ("ssh://[::1]:22", ("-p", "22", "--", "::1", "docker system dial-stdio")),
    ],
)
def test_dockers(url: str, words: tuple[str, ...]) -> None:
    assert ssh_command(Endpoint(url, "DOCKER_HOST")) == (*START, *words)


def test_podmans() -> None:
    url = "ssh://core@127.0.0.1:53298/run/user/501/podman/podman.sock?secure=True"
    words = "podman --url=unix:///run/user/501/podman/podman.sock system dial-stdio"
    assert ssh_command(Endpoint(url, "", client="podman", identity="/key")) == (
        *START, "-i", "/key", "-l", "core", "-p", "53298", "--", "127.0.0.1", words,
    )  # fmt: skip


@pytest.mark.parametrize(
    "url",
    [
        "ssh://", "ssh://me@", "ssh://me:secret@far", "ssh://far:port", "ssh://-oProxyCommand=x",
        "ssh://-oProxyCommand=x@far", "ssh://far?x=1", "ssh://far#x", "ssh://a b", "ssh://far:99999",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(UsageError, match="is no address of an engine") as caught:
        ssh_command(Endpoint(url, "DOCKER_HOST"))
    assert "secret" not in str(caught.value)
