"""Podman's connections are read where podman keeps them, and taken when podman would take them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from uvdive.base.errors import EngineError
from uvdive.image import endpoint
from uvdive.image.endpoint import endpoint_of, podman_endpoint
from uvdive.image.reaching import places

MACHINE = "ssh://core@127.0.0.1:53298/run/user/501/podman/podman.sock"
KEY = "/home/x/.local/share/containers/podman/machine/machine"


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A home with two connections, and no socket anywhere."""
    monkeypatch.setattr(places, "PLACES", tuple(p for p in places.PLACES if not p.path.startswith("/")))
    folder = tmp_path / ".config" / "containers"
    folder.mkdir(parents=True)
    connections = {
        "podman-machine-default": {"URI": MACHINE, "Identity": KEY, "IsMachine": True},
        "far": {"URI": "tcp://far.example:8080"},
    }
    told = {"Connection": {"Default": "podman-machine-default", "Connections": connections}}
    (folder / "podman-connections.json").write_text(json.dumps(told))
    return {"HOME": str(tmp_path), "TMPDIR": str(tmp_path / "T"), "CONTAINERS_CONF": "/nonexistent"}


def test_the_default_connection_with_its_key(environ: dict[str, str]) -> None:
    found = podman_endpoint(environ)
    assert (found.url, found.found_by) == (MACHINE, "podman connection podman-machine-default")
    assert (found.identity, found.client) == (KEY, "podman")


def test_the_variables_go_before_it(environ: dict[str, str]) -> None:
    named = {**environ, "CONTAINER_CONNECTION": "far"}
    assert podman_endpoint(named).url == "tcp://far.example:8080"
    keyed = {**named, "CONTAINER_HOST": "ssh://me@there", "CONTAINER_SSHKEY": "/key"}
    assert (podman_endpoint(keyed).url, podman_endpoint(keyed).identity) == ("ssh://me@there", "/key")
    # Whoever names a connection means podman's engine, whatever DOCKER_HOST says.
    assert endpoint_of("podman", {**named, "DOCKER_HOST": "unix:///x"}).url == "tcp://far.example:8080"


def test_a_socket_of_this_machine_goes_before_the_default_and_a_machines_after_it(
    environ: dict[str, str], tmp_path: Path
) -> None:
    forwarded = tmp_path / "T" / "podman" / "podman-machine-default-api.sock"
    forwarded.parent.mkdir(parents=True)
    forwarded.touch()
    assert podman_endpoint(environ).url == MACHINE
    own = tmp_path / "run" / "podman" / "podman.sock"
    own.parent.mkdir(parents=True)
    own.touch()
    assert podman_endpoint({**environ, "XDG_RUNTIME_DIR": str(tmp_path / "run")}).url == f"unix://{own}"


def test_an_unknown_connection_says_where_it_was_named(environ: dict[str, str]) -> None:
    with pytest.raises(EngineError, match=r"no podman connection gone \(CONTAINER_CONNECTION\)") as caught:
        podman_endpoint({**environ, "CONTAINER_CONNECTION": "gone"})
    assert "podman system connection list" in caught.value.do


def test_containers_conf_is_read_too(environ: dict[str, str], tmp_path: Path) -> None:
    written = tmp_path / "containers.conf"
    written.write_text(
        '[engine]\nactive_service = "old"\n[engine.service_destinations.old]\nuri = "ssh://me@old"\n'
        '[engine.service_destinations.far]\nuri = "ssh://never@far"\n'
    )
    named = {**environ, "CONTAINERS_CONF": str(written), "CONTAINER_CONNECTION": "old"}
    assert podman_endpoint(named).url == "ssh://me@old"
    # The connections' own file goes before it.
    assert podman_endpoint({**named, "CONTAINER_CONNECTION": "far"}).url == "tcp://far.example:8080"
    (tmp_path / ".config/containers/podman-connections.json").unlink()
    assert podman_endpoint({**environ, "CONTAINERS_CONF": str(written)}).url == "ssh://me@old"


@pytest.mark.parametrize("text", ["", "[]", '{"Connection": 3}', '{"Connection": {"Connections": {"a": 1}}}'])
def test_an_odd_file_holds_no_connection(environ: dict[str, str], tmp_path: Path, text: str) -> None:
    (tmp_path / ".config/containers/podman-connections.json").write_text(text)
    assert podman_endpoint(environ).url == endpoint.PODMAN_SOCKET
