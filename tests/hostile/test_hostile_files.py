"""A FIFO, a device, a socket or a link that leads elsewhere, wherever a file is read."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from made_images import layers as make
from made_images.layouts import Layout
from strangers import run, told

from uvdive.base.files.foreign import read_file, read_start

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


def itself(path: Path) -> None:
    path.symlink_to(path.name)


KINDS = [fifo, endless, itself]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
def test_no_file_of_a_context_holds_the_planner_up(kind: Callable[[Path], None], tmp_path: Path) -> None:
    for name in NAMES:
        kind(tmp_path / name)
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    assert run("rewrite", "--static", tmp_path, folder=tmp_path).code in (0, 2, 5)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["uvdive.toml", "pyproject.toml", ".dive-ci", "Dockerfile"])
def test_no_file_of_rules_holds_a_check_up(kind: Callable[[Path], None], name: str, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / name).unlink(missing_ok=True)
    kind(tmp_path / name)
    assert run("check", "--static", folder=tmp_path).code in (2, 4)


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
    with pytest.raises(OSError, match=r"no regular file|No such device|Too many levels"):
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


OWN = {
    "verify/python/inside.py": "/dev/null, inside a container",
    "base/files/pages.py": "pages of the package",
    "base/machine.py": "what the kernel says of the machine and of the container",
    "base/processes/beside.py": "what our own process left on standard input",
    "base/processes/pool.py": "/dev/null",
    "base/processes/residence.py": "/dev/null",
    "base/files/wholefile.py": "writes",
    "build/clients/buildx.py": "the id that buildx wrote into a folder of ours",
    "build/running/loading.py": "the program for the maps, of the package",
    "build/running/maps.py": "inside a container",
    "build/running/observing.py": "the probe of the package",
    "build/clients/podman.py": "the id that podman wrote into a folder of ours",
    "build/running/probe.py": "inside a container",
    "cli/commands/completion.py": "a file of the package",
    "cli/telling/console.py": "/dev/null, and the log, which is written",
    "ledger/reading/contents.py": "a stream of the engine; files that ``tar_split`` opened",
    "output/html/page.py": "a template of the package",
    "rewrite/evidence/system/package_books.py": "over bytes that are there",
    "session/opening/caching.py": "a module of the package",
    "session/disk/extracting.py": "writes",
    "session/opening/finished.py": "the modules of the package",
    "session/disk/journal.py": "a note of ours",
    "verify/python/imports.py": "a module of the package",
}
"""Modules that open files themselves, and what they open."""

LOADS = {
    "base/files/config.py": "the state of ours, with every error caught",
    "dockerfile/arguments.py": "an exec form: a list of texts or nothing",
    "dockerfile/text/edits.py": "a text that was matched",
    "build/clients/bake.py": "names for people, with every error caught",
    "image/reaching/contexts.py": "the docker client's settings, as an object or nothing",
    "image/layers/cache.py": "a cache entry, with every error caught",
    "image/tar/split_lines.py": "many lines at a time, with every error caught",
    "ledger/saved/report_file.py": "a saved report, which has its own checks",
    "session/recorded/recording.py": "the demo's recording, decoded by its types",
    "rewrite/elsewhere/readers/devcontainer.py": "an object or nothing",
    "verify/python/inside.py": "inside a container",
}
"""Modules that read JSON without a shape, and why that is enough."""

READS = re.compile(
    r"\.read_(?:text|bytes)\(|(?<![\w.])open\(|\.open\((?:encoding|\"[rx])|os\.open\("
    r"|(?:gzip|bz2|lzma|zipfile)\.\w*open|tarfile\.open\(|ZipFile\(|sqlite3\.connect\((?!\":memory:)"
    r"|(?:json|tomllib|pickle|marshal)\.load\("
)


def modules_with(pattern: re.Pattern[str]) -> set[str]:
    root = Path(__file__).parents[2] / "uvdive"
    return {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if any(pattern.search(line) and "def " not in line for line in path.read_text().splitlines())
    }


def test_links_are_followed_in_one_way() -> None:
    """``Path.resolve`` raises RuntimeError for a link that leads to itself, until Python 3.13."""
    assert modules_with(re.compile(r"\.resolve\(")) == set()


def test_there_is_one_way_to_read_a_file() -> None:
    assert modules_with(READS) == OWN.keys() | {"base/files/foreign.py"}


def test_json_of_others_has_a_shape() -> None:
    assert modules_with(re.compile(r"\bjson\.loads\(")) == LOADS.keys() | {"base/shapes.py"}
