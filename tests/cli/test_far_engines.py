"""The whole way (build, rewrite, prove, write) on an engine that is elsewhere.

Its files, its socket and its containers' processes are hidden from uvdive, which runs in namespaces
of its own: an empty folder lies over the engine's, nothing over its socket, and ``/proc`` is another.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engines import sshd
from engines.removing import removes_images_of
from engines.small_project import small_project
from engines.tls_engine import tls_engine
from needs import cannot_run

from uvdive.build.images import find_image, image_tag

HIDING = (
    'mount -t tmpfs none "$0" && mount --bind /dev/null "$1" && shift && test -z "$(ls /var/lib/docker)" '
    '&& exec "$@"'
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
    folder = small_project(tmp_path / "away")
    with removes_images_of(folder, folder / "Dockerfile"):
        yield folder


Away = Callable[..., subprocess.CompletedProcess[str]]


def away(*arguments: str) -> subprocess.CompletedProcess[str]:
    """uvdive where nothing of the local engine can be seen."""
    return _hidden(HIDING, "/var/lib/docker", "/run/docker.sock", *arguments)


def _hidden(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """uvdive in namespaces of its own; the script gets two words of its own first."""
    if os.getuid() or shutil.which("unshare") is None:
        cannot_run("only root hides the engine's files")
    hidden = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c", script]
    command = [*hidden, *arguments[:2], sys.executable, "-m", "uvdive", *arguments[2:]]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def proven(project: Path, away: Away = away) -> None:
    """Build, rewrite, prove by both starts and write; nothing of it stays in the engine."""
    ran = away("rewrite", str(project / "Dockerfile"), "--write", "--start", "--json")
    assert ran.returncode == 0, ran.stderr
    data = json.loads(ran.stdout)
    checks = {check["name"]: check["status"] for check in data["verification"]["checks"]}
    assert data["verified"] is True
    assert (checks["start"], checks["files"], checks["libraries"]) == ("passed", "passed", "passed")
    assert "AS build" in (project / "Dockerfile").read_text()
    assert (project / "Dockerfile.orig").is_file()
    # Its layers came from the engine's stream: there is no storage to be seen.
    image = data["measured"]["after_bytes"]
    assert 0 < image < data["measured"]["before_bytes"]


@pytest.mark.engine
def test_through_ssh(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not sshd.is_there():
        cannot_run("no ssh client and server")
    (tmp_path / "sshd").mkdir()
    with sshd.serving(tmp_path / "sshd") as server, monkeypatch.context() as patch:
        patch.setenv("PATH", f"{server.client}:{os.environ['PATH']}")
        patch.setenv("DOCKER_HOST", server.url())
        stored = away("python:3.13-slim", "--report", "--via", "storage", "--no-layer-cache")
        assert stored.returncode == 4
        assert "storage cannot be read" in stored.stderr
        proven(project)


@pytest.mark.engine
def test_through_tls(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tls_engine(tmp_path / "tls") as engine, monkeypatch.context() as patch:
        patch.setenv("DOCKER_HOST", engine.url)
        patch.setenv("DOCKER_CERT_PATH", str(engine.certificates))
        patch.setenv("DOCKER_TLS_VERIFY", "1")
        proven(project)


PODMAN = """#!/bin/sh
exec unshare -m sh -c 'mount --make-rprivate / && mount -t proc proc "$0/root/proc" &&
    mount --bind "$0/run" "$0/root/eng" && exec chroot "$0/root" podman "$@"' {folder} "$@"
"""
"""The podman of the bed, in its own root."""


WITHOUT_DOCKER = (
    'mount -t tmpfs none "$0" && mount -t tmpfs none "$1" && mount -t tmpfs none /run && shift && exec "$@"'
)
"""Podman's files and docker's are empty folders, and no socket of an engine is in its place."""


@pytest.mark.engine("podman5")
def test_a_podman_connection_through_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    socket = Path(os.environ["UVDIVE_ENGINE_PODMAN5"].removeprefix("unix://"))
    if not sshd.is_there() or not (socket.parents[1] / "root/usr/bin/podman").exists():
        cannot_run("no ssh client and server, or no podman beside its socket")
    from engines.bringing import bring_image

    for image in ("python:3.13-slim", "ghcr.io/astral-sh/uv"):
        bring_image(image, os.environ["UVDIVE_ENGINE_PODMAN5"])
    project = small_project(tmp_path / "away")

    def away(*arguments: str) -> subprocess.CompletedProcess[str]:
        return _hidden(WITHOUT_DOCKER, str(socket.parents[1]), "/var/lib/docker", *arguments)

    folder = tmp_path / "sshd"
    folder.mkdir()
    with sshd.serving(folder, path=f"{folder}/there:{os.environ['PATH']}") as server:
        podman = folder / "there" / "podman"
        podman.parent.mkdir()
        podman.write_text(PODMAN.format(folder=socket.parents[1]))
        podman.chmod(0o755)
        connections = {"far": {"URI": server.url("/eng/engine.sock"), "Identity": str(folder / "own")}}
        (folder / "connections.json").write_text(
            json.dumps({"Connection": {"Default": "far", "Connections": connections}})
        )
        monkeypatch.setenv("PATH", f"{server.client}:{os.environ['PATH']}")
        monkeypatch.setenv("PODMAN_CONNECTIONS_CONF", str(folder / "connections.json"))
        monkeypatch.setenv("CONTAINER_CONNECTION", "far")
        for name in ("CONTAINER_HOST", "DOCKER_HOST", "DOCKER_CONTEXT"):
            monkeypatch.delenv(name, raising=False)
        with removes_images_of(project, project / "Dockerfile"):
            proven(project, away)
            # What is asked from here on needs no connection.
            monkeypatch.setenv("CONTAINER_HOST", os.environ["UVDIVE_ENGINE_PODMAN5"])
            monkeypatch.delenv("CONTAINER_CONNECTION")
            assert find_image(image_tag(project, project / "Dockerfile", "after"), "podman") is not None
