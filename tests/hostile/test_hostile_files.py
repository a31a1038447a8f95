"""A FIFO, a device, a socket or a link that leads elsewhere, wherever a file is read."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable
from pathlib import Path

import layers as make
import pytest
from layouts import Layout
from strangers import run, told

from uvdive.base.foreign import read_file, read_start

DOCKERFILE = (
    "FROM python:3.13-slim\nCOPY --from=ghcr.io/astral-sh/uv /uv /bin/uv\nWORKDIR /app\nCOPY . .\n"
    'RUN uv sync\nCMD ["./start.sh"]\n'
)
NAMES = (
    *(".dockerignore", "Dockerfile.dockerignore", ".python-version", "Makefile", "Procfile", "justfile"),
    *("tasks.py", "app.py", "compose.yaml", "pyproject.toml", "uv.lock", "uv.toml", "start.sh"),
    *("docker-bake.hcl", "docker-bake.json", "compose.override.yaml", ".env", "package.json", "fly.toml"),
)


def fifo(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))


KINDS = [fifo, endless]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
def test_no_file_of_a_context_holds_the_planner_up(kind: Callable[[Path], None], tmp_path: Path) -> None:
    for name in NAMES:
        kind(tmp_path / name)
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    assert run("rewrite", "--static", tmp_path, folder=tmp_path).code in (0, 2, 5)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "argument",
    [
        "Dockerfile",
        "./x",
        "x.tar",
        "x.tar.gz",
        "x.uvdive",
        "docker-archive:x",
        "oci-archive:x",
        "compose.yaml",
    ],
)
def test_no_argument_holds_a_command_up(kind: Callable[[Path], None], argument: str, tmp_path: Path) -> None:
    kind(tmp_path / argument.rpartition(":")[2])
    command = ("rewrite", "--static", argument) if argument == "Dockerfile" else (argument, "--report")
    assert run(*command, folder=tmp_path).code in (2, 4)


@pytest.mark.parametrize("kind", KINDS)
def test_no_blob_of_a_layout_holds_it_up(kind: Callable[[Path], None], tmp_path: Path) -> None:
    layout = Layout()
    folder = layout.folder(tmp_path / "layout", layout.image([make.layer(make.file("a", b"x"))]))
    for blob in (folder / "blobs" / "sha256").iterdir():
        blob.unlink()
        kind(blob)
    told(run(folder, "--report", folder=tmp_path), "lacks")


@pytest.mark.parametrize("kind", [*KINDS, listening])
def test_only_regular_files_are_read(kind: Callable[[Path], None], tmp_path: Path) -> None:
    kind(tmp_path / "a")
    with pytest.raises(OSError, match=r"no regular file|No such device"):
        read_file(tmp_path / "a")


def test_links_lead_nowhere_else(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret").write_text("x")
    (inside / "here").write_text("y")
    (inside / "out").symlink_to("../secret")
    (inside / "in").symlink_to("here")
    assert read_file(inside / "in", within=inside) == b"y"
    assert read_file(inside / "out") == b"x"
    with pytest.raises(OSError, match="a link out of"):
        read_file(inside / "out", within=inside)


def test_only_so_much_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 11)
    assert read_start(tmp_path / "a", 5) == b"xxxxx"
    assert len(read_file(tmp_path / "a", 11)) == 11
    with pytest.raises(OSError, match="larger than 10"):
        read_file(tmp_path / "a", 10)


OWN = frozenset(
    {
        "base/pages.py",  # pages of the package
        "build/bake.py",  # what bake wrote into a folder of ours
        "session/journal.py",  # a note of ours
        "build/observing.py",  # the probe of the package
        "build/probe.py",  # inside a container
        "build/buildx.py",  # the id that buildx wrote into a folder of ours
        "build/podman.py",  # the same
        "session/caching.py",  # a module of the package
        "session/freshness.py",  # files that ``Ignored.files`` found, regular all of them
        "verify/python/imports.py",  # a module of the package
    }
)


def test_there_is_one_way_to_read_a_file() -> None:
    root = Path(__file__).parents[2] / "uvdive"
    reads = re.compile(r"\.read_(?:text|bytes)\(|(?<![\w.])open\([^)]*\"r|\.open\(\"r|\.open\(encoding")
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if any(reads.search(line) and "def " not in line for line in path.read_text().splitlines())
    }
    assert found - OWN - {"base/foreign.py"} == set()
