"""An ssh server of our own on a high port of the loopback, with its keys and users' settings in a folder."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
HOST = "uvdive-away"


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens, and the folder with the ``ssh`` that goes there and ``path``, its users' PATH."""

    port: int
    folder: Path
    user: str

    @property
    def client(self) -> Path:
        """A folder for the PATH whose ``ssh`` knows our keys, and none of the user's settings."""
        return self.folder / "client"

    def url(self, path: str = "") -> str:
        return f"ssh://{self.user}@127.0.0.1:{self.port}{path}"


def is_there() -> bool:
    return Path(SSHD).exists() and shutil.which("ssh") is not None


def _key(path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(folder: Path, *, path: str = os.environ["PATH"]) -> Iterator[Server]:
    """A server that lets this user in by a key, and gives its programs that PATH."""
    user = pwd.getpwuid(os.getuid()).pw_name
    folder.chmod(0o700)
    for name in ("host", "own"):
        _key(folder / name)
    shutil.copyfile(folder / "own.pub", folder / "authorized")
    server = Server(_free_port(), folder, user)
    host_key = (folder / "host.pub").read_text()
    (folder / "known").write_text(f"[127.0.0.1]:{server.port} {host_key}")
    (folder / "ssh_config").write_text(
        f"IdentityFile {folder}/own\nIdentitiesOnly yes\nUserKnownHostsFile {folder}/known\n"
        "GlobalKnownHostsFile /dev/null\n"
    )
    server.client.mkdir()
    ssh = server.client / "ssh"
    ssh.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/ssh_config "$@"\n')
    ssh.chmod(0o755)
    (folder / "sshd_config").write_text(
        f"Port {server.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\n"
        f"AuthorizedKeysFile {folder}/authorized\nPasswordAuthentication no\nUsePAM no\nStrictModes no\n"
        f"KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nPidFile none\n"
        f'SetEnv PATH="{path}"\nMaxStartups 100\n'
    )
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    log = folder / "sshd.log"
    with log.open("wb") as said:
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=said)
    try:
        _wait(server, process, log)
        yield server
    finally:
        process.terminate()
        process.wait(10)


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    """Ask it for its host key until it answers; ssh-keyscan waits by itself."""
    for _ in range(100):
        asked = subprocess.run(
            ["ssh-keyscan", "-T", "2", "-p", str(server.port), "127.0.0.1"], capture_output=True, check=False
        )
        if asked.stdout:
            return
        assert process.poll() is None, log.read_text()
    raise AssertionError(log.read_text())
