"""Files with several names: what owners share, what goes with one of them, and what uv itself leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import layers as make
from made_images.owning import found, only_owner, read_layers

from uvdive.ledger.accounts.duplicates import duplicate_bytes
from uvdive.ledger.report import ImageReport

BASE = ("CMD base", [make.file("usr/lib/base.so", bytes(1000))])
SITE = "v/lib/python3.13/site-packages"
CACHE = "root/.cache/uv/archive-v0/x"
VENV = [make.file("v/pyvenv.cfg", b"")]


def shares(report: ImageReport, *names: str) -> dict[str, tuple[int, int, int]]:
    """Bytes, shared and reclaimable bytes of owners."""
    found = (report.owner(name) for name in names)
    return {item.owner: (item.bytes, item.shared_bytes, item.reclaimable_bytes) for item in found}


def test_what_two_owners_name_is_the_first_ones_and_neither_frees_it(tmp_path: Path) -> None:
    files = [
        *VENV,
        make.file(f"{CACHE}/a", bytes(70)),
        make.hard_link(f"{SITE}/a", f"{CACHE}/a"),
        make.file(f"{CACHE}/own", bytes(5)),
        make.file(f"{SITE}/own", bytes(3)),
        make.hard_link(f"{SITE}/own2", f"{SITE}/own"),
    ]
    report = read_layers(tmp_path, BASE, ("RUN uv sync", files))
    assert shares(report, "venv", "uv-cache") == {"venv": (73, 70, 3), "uv-cache": (5, 70, 5)}
    assert shares(report, "app") == {"app": (0, 0, 0)}
    assert report.totals.file_bytes == 1000 + 78


def test_names_that_died_count_for_what_a_removal_would_free(tmp_path: Path) -> None:
    files = [*VENV, make.file(f"{CACHE}/a", bytes(70)), make.hard_link(f"{SITE}/a", f"{CACHE}/a")]
    gone = read_layers(tmp_path, BASE, ("RUN a", files), ("RUN b", [make.whiteout("root/.cache")]))
    assert shares(gone, "venv", "uv-cache") == {"venv": (70, 70, 0), "uv-cache": (0, 70, 0)}
    left = read_layers(tmp_path, BASE, ("RUN a", files), ("RUN b", [make.whiteout(f"{SITE}/a")]))
    assert shares(left, "venv", "uv-cache") == {"venv": (0, 70, 0), "uv-cache": (70, 70, 0)}


def test_three_owners_share_one_file(tmp_path: Path) -> None:
    files = [*VENV, make.file(f"{CACHE}/a", bytes(70)), make.hard_link(f"{SITE}/a", f"{CACHE}/a")]
    files.append(make.hard_link("srv/a", f"{CACHE}/a"))
    report = read_layers(tmp_path, BASE, ("RUN a", files))
    assert shares(report, "venv", "uv-cache", "app") == {
        "venv": (70, 70, 0),
        "uv-cache": (0, 70, 0),
        "app": (0, 70, 0),
    }


@pytest.mark.parametrize(
    ("digests", "repeated"),
    [
        ({0: 1, 1: 1, 2: 1}, 20),
        ({0: 1, 1: 2, 2: 1}, 10),
        ({0: 1, 1: 2, 2: 3}, 0),
        ({0: 1, 1: None, 2: 1}, 10),
    ],
)
def test_repeated_contents_count_but_for_the_first(digests: dict[int, int | None], repeated: int) -> None:
    from made_images.trees import Table

    rows = Table()
    for name in (b"/a", b"/b", b"/c"):
        rows.add(name, size=10)
    rows.add(b"/empty", size=0)
    rows.add(b"/empty2", size=0)
    rows.add(b"/other", size=11)
    asked: list[int] = []

    def digest(inode: int) -> int | None:
        asked.append(inode)
        return digests[inode]

    assert duplicate_bytes(rows.table, digest) == repeated
    assert asked == [0, 1, 2], "only what has a neighbour of its size is read"


@pytest.mark.parametrize(
    ("path", "size", "mode", "program"),
    [
        ("bin/uv", 100_000, 0o755, True),
        ("bin/uv", 99_999, 0o755, False),
        ("bin/uv", 100_000, 0o644, False),
        ("bin/uv", 100_000, 0o001, True),
        ("bin/uvx", 100_000, 0o755, True),
        ("bin/uvw", 100_000, 0o755, True),
        ("bin/uvicorn", 100_000, 0o755, False),
        ("bin/xuv", 100_000, 0o755, False),
    ],
)
def test_what_is_uv_itself(path: str, size: int, mode: int, program: bool, tmp_path: Path) -> None:
    report = read_layers(tmp_path, BASE, ("RUN x", [make.file(path, bytes(size), mode)]))
    assert (only_owner(report, f"/{path}".encode()) == f"uv/binary/{path[4:]}") is program


@pytest.mark.parametrize(
    ("path", "size", "state"),
    [
        ("tmp/uv-0a_b.lock", 5, True),
        ("var/tmp/uv-x.lock", 5, True),
        ("tmp/uv-.lock", 5, False),
        ("tmp/uv-a.txt", 5, False),
        ("tmp/sub/uv-a.lock", 5, False),
        ("root/.config/uv/uv-receipt.json", 5, True),
        ("root/.config/xuv/uv-receipt.json", 5, False),
        ("root/.local/bin/env", 4096, True),
        ("root/.local/bin/env", 4097, False),
        ("root/.local/bin/env.fish", 10, True),
        ("root/.local/bin/env.sh", 10, False),
        ("srv/bin/env", 10, False),
        ("srv/env", 10, False),
    ],
)
def test_what_uv_and_its_installer_leave(path: str, size: int, state: bool, tmp_path: Path) -> None:
    uv = [make.file(f"{folder}/uv", bytes(200_000), 0o755) for folder in ("root/.local/bin", "srv")]
    report = read_layers(tmp_path, BASE, ("RUN x", [*uv, make.file(path, bytes(size))]))
    assert found(report, "uv").get(("state", "lock files and receipts"), 0) == (size if state else 0)


@pytest.mark.parametrize(
    ("command", "named"),
    [
        ("UV_CACHE_DIR=/c uv sync", True),
        ("uv --cache-dir /c sync", True),
        ("uv --cache-dir=/c sync", True),
        ("UV_CACHE_DIR='/c' uv sync", True),
        ('UV_CACHE_DIR="/c" uv sync', True),
        ("UV_CACHE_DIR=/c;uv sync", True),
        ("UV_CACHE_DIR=/c&&uv sync", True),
        ("UV_CACHE_DIR=$C uv sync", True),
        ("UV_CACHE_DIR=${C} uv sync", True),
        ("UV_CACHE_DIR=$NO/c uv sync", False),
        ("UV_CACHE_DIR=c uv sync", False),
        ("MY_UV_CACHE_DIR=/c uv sync", False),
        ("UV_CACHE_DIRS=/c uv sync", False),
        ("uv --cache-dirs /c sync", False),
    ],
)
def test_a_folder_that_an_instruction_names_as_uvs_cache(command: str, named: bool, tmp_path: Path) -> None:
    files = [make.file("c/simple-v1/x", bytes(6)), make.file("c/loose", bytes(7))]
    report = read_layers(tmp_path, BASE, (f"RUN {command}", files), Env=["C=/c"])
    assert found(report, "uv-cache") == ({("bucket", "simple"): 6, ("bucket", "other"): 7} if named else {})


@pytest.mark.parametrize(
    ("value", "named"), [("/c", True), ("/x/../c/", True), ("c", False), ("/none", False)]
)
def test_the_cache_that_a_variable_of_the_image_names(value: str, named: bool, tmp_path: Path) -> None:
    report = read_layers(
        tmp_path, BASE, ("RUN x", [make.file("c/loose", bytes(7))]), Env=[f"UV_CACHE_DIR={value}"]
    )
    assert found(report, "uv-cache") == ({("bucket", "other"): 7} if named else {})
