"""The engine's address is found as its own client finds it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from uvdive.base.errors import EngineError, ExitCode
from uvdive.image.endpoint import DOCKER_SOCKET, connect, docker_endpoint, podman_endpoint


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docker configuration with a context called ``far``."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    folder = tmp_path / "contexts" / "meta" / hashlib.sha256(b"far").hexdigest()
    folder.mkdir(parents=True)
    endpoint = {"Host": "tcp://far.example:2375", "SkipTLSVerify": False}
    meta = {"Name": "far", "Metadata": {}, "Endpoints": {"docker": endpoint}}
    (folder / "meta.json").write_text(json.dumps(meta))
    return tmp_path


def test_docker_host_comes_first(config: Path) -> None:
    (config / "config.json").write_text('{"currentContext": "far"}')
    environ = {"DOCKER_HOST": "unix:///x", "DOCKER_CONTEXT": "far", "DOCKER_CONFIG": str(config)}
    assert docker_endpoint(environ).url == "unix:///x"


def test_the_named_context_then_the_current_one(config: Path) -> None:
    environ = {"DOCKER_CONFIG": str(config)}
    assert docker_endpoint({**environ, "DOCKER_CONTEXT": "far"}).url == "tcp://far.example:2375"
    (config / "config.json").write_text('{"currentContext": "far"}')
    assert docker_endpoint(environ).url == "tcp://far.example:2375"
    assert docker_endpoint({**environ, "DOCKER_CONTEXT": "default"}).url == DOCKER_SOCKET


def test_an_unknown_context_says_where_it_was_named(config: Path) -> None:
    with pytest.raises(EngineError, match=r"no docker context nowhere \(DOCKER_CONTEXT\)"):
        docker_endpoint({"DOCKER_CONFIG": str(config), "DOCKER_CONTEXT": "nowhere"})


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"currentContext": 5}'])
def test_an_odd_configuration_is_passed_over_as_the_client_does(config: Path, text: str) -> None:
    (config / "config.json").write_text(text)
    assert docker_endpoint({"DOCKER_CONFIG": str(config)}).url == DOCKER_SOCKET


def test_podmans_sockets(tmp_path: Path) -> None:
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    assert podman_endpoint(environ).url == "unix:///run/podman/podman.sock"
    (tmp_path / "podman").mkdir()
    (tmp_path / "podman" / "podman.sock").touch()
    assert podman_endpoint(environ).url == f"unix://{tmp_path}/podman/podman.sock"
    assert podman_endpoint({**environ, "CONTAINER_HOST": "unix:///y"}).url == "unix:///y"


def test_an_engine_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(EngineError, match=r"No container engine answers at unix://.*DOCKER_HOST") as error:
        connect(docker_endpoint())
    assert error.value.code == ExitCode.NO_ENGINE


def test_an_address_that_makes_no_sense(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "nonsense")
    with pytest.raises(EngineError):
        connect(docker_endpoint())
