"""An engine behind ssh is spoken to through the ssh client; each way in which that fails has its words."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines import sshd
from engines.sshd import Server
from engines.stand_in_engine import StandInEngine, stand_in_engine
from needs import cannot_run

from uvdive.base.errors import EngineError, ExitCode, NoEngineError
from uvdive.image.endpoint import connect, docker_endpoint
from uvdive.image.engine.engine import Engine
from uvdive.image.reaching import ssh
from uvdive.image.reaching.ssh import end_connections

DIAL = """#!{python} -ISs
import os, socket, sys, threading
def copy(read, write, end):
    while data := read(1 << 16):
        write(data)
    end()
with socket.socket(socket.AF_UNIX) as engine:
    engine.connect("{socket}")
    back = threading.Thread(target=copy, args=(engine.recv, lambda data: os.write(1, data), lambda: None))
    back.start()
    copy(lambda size: os.read(0, size), engine.sendall, lambda: engine.shutdown(socket.SHUT_WR))
    back.join()
"""
"""What stands for the docker client of the other host: it knows ``system dial-stdio`` alone."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An ssh server whose programs are those of a folder ``there``, and a shell."""
    if not sshd.is_there():
        cannot_run("no ssh client and server")
    folder = tmp_path_factory.mktemp("sshd")
    with sshd.serving(folder, path=f"{folder}/there") as found:
        yield found


@pytest.fixture
def there(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInEngine]:
    """The engine of the other host, and its client."""
    monkeypatch.setenv("PATH", f"{server.client}:{os.environ['PATH']}")
    monkeypatch.setenv("DOCKER_HOST", server.url())
    monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
    (server.folder / "there").mkdir(exist_ok=True)
    with stand_in_engine(tmp_path) as engine:
        dials(server, DIAL.format(python=sys.executable, socket=tmp_path / "real.sock"))
        yield engine
    end_connections()


def dials(server: Server, text: str) -> None:
    docker = server.folder / "there" / "docker"
    docker.write_text(text)
    docker.chmod(0o755)


def why() -> EngineError:
    with pytest.raises(EngineError) as caught:
        connect(docker_endpoint())
    assert caught.value.code == ExitCode.NO_ENGINE
    assert caught.value.do
    assert not ssh._adapters, "a connection that failed is kept"
    return caught.value


def logins(server: Server) -> int:
    return (server.folder / "sshd.log").read_text().count("Accepted publickey")


def test_images_come_through_it_over_one_login(server: Server, there: StandInEngine) -> None:
    before = logins(server)
    for _ in range(3):
        engine = Engine(docker_endpoint())
        assert [image.names for image in engine.local_images()] == [("python:3.13-slim",)]
        engine._api.close()
    assert logins(server) == before + 1


def test_the_clients_end_with_the_connections(there: StandInEngine) -> None:
    connect(docker_endpoint()).close()
    (running,) = ssh._running
    assert running.poll() is None
    end_connections()
    assert running.wait(30) is not None


def test_a_fork_does_not_speak_on_its_parents_connections(server: Server, there: StandInEngine) -> None:
    connect(docker_endpoint()).close()
    mine = ssh.adapter_of(docker_endpoint(), 60)
    ours, theirs = os.pipe()
    pid = os.fork()
    if not pid:
        os.write(theirs, b"1" if ssh.adapter_of(docker_endpoint(), 60) is mine else b"0")
        os._exit(0)
    os.waitpid(pid, 0)
    assert os.read(ours, 1) == b"0"
    os.close(ours)
    os.close(theirs)


def test_the_host_key_is_not_known(server: Server, there: StandInEngine) -> None:
    known = server.folder / "known"
    text = known.read_text()
    known.write_text("")
    try:
        told = why()
    finally:
        known.write_text(text)
    assert "host key of 127.0.0.1 is not known here" in told.what
    assert f"`ssh -p {server.port} {server.user}@127.0.0.1`" in told.do


def test_the_host_key_is_another_one(server: Server, there: StandInEngine) -> None:
    known = server.folder / "known"
    text = known.read_text()
    known.write_text(f"[127.0.0.1]:{server.port} {(server.folder / 'own.pub').read_text()}")
    try:
        assert "shows another host key" in why().what
    finally:
        known.write_text(text)


def test_nobody_is_let_in_without_a_key(server: Server, there: StandInEngine) -> None:
    authorized = server.folder / "authorized"
    text = authorized.read_text()
    authorized.write_text("")
    try:
        told = why()
    finally:
        authorized.write_text(text)
    assert "does not let you in without asking" in told.what
    assert "ssh-add" in told.do


def test_there_is_no_docker_there(server: Server, there: StandInEngine) -> None:
    (server.folder / "there" / "docker").unlink()
    assert "There is no docker client on 127.0.0.1" in why().what


def test_docker_does_not_run_there(server: Server, there: StandInEngine) -> None:
    said = "dial unix /var/run/docker.sock: connect: connection refused"
    dials(server, f"#!/bin/sh\necho 'failed to open the raw stream connection: {said}' >&2\nexit 1\n")
    told = why()
    assert isinstance(told, NoEngineError)
    assert "No container engine answers on 127.0.0.1" in told.what
    assert said in told.log[-1]


def test_the_user_may_not_use_it_there(server: Server, there: StandInEngine) -> None:
    said = "dial unix /var/run/docker.sock: connect: permission denied"
    dials(server, f"#!/bin/sh\necho 'failed to open the raw stream connection: {said}' >&2\nexit 1\n")
    assert f"{server.user}@127.0.0.1 may not use the engine's socket there" in why().what


def test_nobody_listens(server: Server, there: StandInEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"ssh://{server.user}@127.0.0.1:1")
    told = why()
    assert isinstance(told, NoEngineError)
    assert "ssh does not reach 127.0.0.1" in told.what


def test_there_is_no_ssh_client(
    server: Server, there: StandInEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(server.folder / "there"))
    told = why()
    assert "needs the ssh client, and there is none" in told.what
    assert "openssh-client" in told.do


def test_it_asks_nothing_behind_the_app(
    server: Server, there: StandInEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client in a session of its own has no terminal that it could ask on."""
    asking = server.folder / "asking"
    asking.mkdir(exist_ok=True)
    (asking / "ssh").write_text(
        f"#!{sys.executable}\nimport os, sys\n"
        "try:\n    os.open('/dev/tty', os.O_RDWR)\n    sys.exit('it has a terminal')\n"
        "except OSError:\n    sys.exit('Host key verification failed.')\n"
    )
    (asking / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{asking}:{os.environ['PATH']}")
    code = "from uvdive.image.endpoint import *; connect(docker_endpoint())"
    spawn = f"import pty, sys; sys.exit(pty.spawn([{sys.executable!r}, '-c', {code!r}]) >> 8)"
    shown = subprocess.run(
        [sys.executable, "-c", spawn], capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    assert b"host key of 127.0.0.1 is not known" in shown.stdout
    assert b"it has a terminal" not in shown.stdout
