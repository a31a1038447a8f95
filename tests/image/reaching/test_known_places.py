"""Sockets are looked for where each program puts its own, in the order of one table."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from uvdive.image import endpoint
from uvdive.image.reaching.places import PLACES, sockets


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without any socket, on a machine without docker's own."""
    monkeypatch.setattr(endpoint, "DOCKER_SOCKET", f"unix://{tmp_path}/var/run/docker.sock")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def environ(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "TMPDIR": str(home / "T")}


@pytest.fixture
def bound(home: Path) -> Iterator[list[socket.socket]]:
    opened: list[socket.socket] = []
    yield opened
    for each in opened:
        each.close()


def bind(path: Path, bound: list[socket.socket]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = socket.socket(socket.AF_UNIX)
    bound.append(made)
    # A socket's address holds some 100 bytes; a test's folder alone may have as many.
    made.bind(os.path.relpath(path))


@pytest.mark.parametrize(
    ("path", "program"),
    [
        ("run/docker.sock", "Docker, rootless"),
        (".docker/desktop/docker.sock", "Docker Desktop for Linux"),
        (".docker/run/docker.sock", "Docker Desktop"),
        (".orbstack/run/docker.sock", "OrbStack"),
        (".colima/default/docker.sock", "colima"),
        (".colima/docker.sock", "colima"),
        (".config/colima/default/docker.sock", "colima"),
        (".rd/docker.sock", "Rancher Desktop"),
    ],
)
def test_dockers_places(path: str, program: str, home: Path, environ: dict, bound: list) -> None:
    assert endpoint.docker_endpoint(environ).found_by == "the default socket"
    bind(home / path, bound)
    found = endpoint.docker_endpoint(environ)
    assert (found.url, found.found_by) == (f"unix://{home / path}", program)
    # The docker client does not look there: builds have to tell it.
    told = endpoint.client_environment(found, environ)
    assert told is not None
    assert told["DOCKER_HOST"] == found.url


@pytest.mark.parametrize(
    ("path", "program"),
    [
        ("run/podman/podman.sock", "podman, rootless"),
        ("T/podman/podman-machine-default-api.sock", "podman machine"),
        (".local/share/containers/podman/machine/podman.sock", "podman machine"),
        (".local/share/containers/podman/machine/qemu/podman.sock", "podman machine"),
    ],
)
def test_podmans_places(path: str, program: str, home: Path, environ: dict, bound: list) -> None:
    if Path("/run/podman/podman.sock").exists():
        pytest.skip("podman's own socket is here")
    assert endpoint.podman_endpoint(environ).found_by == "the default socket"
    bind(home / path, bound)
    found = endpoint.podman_endpoint(environ)
    assert (found.url, found.found_by) == (f"unix://{home / path}", program)
    assert found.client == "podman"


def test_what_is_named_goes_before_what_is_found(home: Path, environ: dict, bound: list) -> None:
    bind(home / ".orbstack/run/docker.sock", bound)
    found = endpoint.docker_endpoint({**environ, "DOCKER_HOST": "unix:///x"})
    assert found.url == "unix:///x"
    assert endpoint.client_environment(found, environ) is None
    bind(home / "var/run/docker.sock", bound)
    assert endpoint.docker_endpoint(environ).found_by == "the default socket"


def test_the_order_is_the_tables(home: Path, environ: dict, bound: list) -> None:
    for place in (".rd/docker.sock", ".colima/default/docker.sock", ".docker/run/docker.sock"):
        bind(home / place, bound)
    assert endpoint.docker_endpoint(environ).found_by == "Docker Desktop"


def test_a_variable_that_is_not_set_stands_for_no_place(home: Path) -> None:
    environ = {"HOME": str(home)}
    assert all("XDG" not in str(path) for _, path in sockets("docker", environ))
    named = {**environ, "COLIMA_HOME": str(home / "c")}
    assert home / "c/default/docker.sock" in [path for _, path in sockets("docker", named)]


def test_no_place_is_looked_at_twice_and_each_has_a_source(home: Path, environ: dict) -> None:
    named = {**environ, "COLIMA_HOME": str(home / ".colima"), "XDG_CONFIG_HOME": str(home / ".config")}
    paths = [path for _, path in sockets("docker", named)]
    assert len(paths) == len(set(paths))
    assert all(place.source.startswith("https://") for place in PLACES)
