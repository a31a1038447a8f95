"""Databases and names that are not what they should be: a right reading or a warning, never a crash."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_images import layers as make
from made_images.owning import check_sums, found, only_owner, read_layers

from uvdive.image.table import FileTable

BASE = ("CMD base", [make.file("var/lib/dpkg/status", b"Package: p\nVersion: 1\n\n")])
SITE = "app/.venv/lib/python3.13/site-packages"
VENV = [make.file("app/.venv/pyvenv.cfg", b"x"), make.symlink("app/.venv/bin/python", "/x")]
DATABASES = [
    "var/lib/dpkg/status",
    "var/lib/dpkg/info/p.list",
    "var/lib/dpkg/diversions",
    "var/lib/dpkg/status.d/p",
    "var/lib/dpkg/status.d/p.md5sums",
    "lib/apk/db/installed",
    "var/lib/rpm/rpmdb.sqlite",
    f"{SITE}/p-1.dist-info/RECORD",
    f"{SITE}/p-1.dist-info/direct_url.json",
    f"{SITE}/p-1.dist-info/top_level.txt",
    f"{SITE}/q-1.egg-info/installed-files.txt",
    f"{SITE}/x.pth",
    f"{SITE}/__editable___x_finder.py",
    "opt/conda/conda-meta/p-1-0.json",
    "app/.venv/pyvenv.cfg",
    "app/uv.lock",
    "app/pyproject.toml",
    "etc/os-release",
    "etc/passwd",
]
PIECES = st.sampled_from(
    [
        b"\n",
        b"\n\n",
        b"/",
        b"../",
        b"P:",
        b"F:",
        b"R:",
        b'"',
        b",,",
        b"Package: ",
        b"Version: ",
        b"=",
        b"[[package]]",
        b"\xff",
        b"\x00",
        b"/usr/lib/x",
        b"{",
        b'{"name":"x","version":1,"files":[1,"a"]}',
        b"MAPPING = {",
        b"SQLite format 3\x00",
    ]
)
NOISE = st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=20).map(b"".join))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(DATABASES), NOISE), min_size=1, max_size=6))
def test_noise_in_databases_still_adds_up(files: list[tuple[str, bytes]]) -> None:
    entries = [*VENV, make.file("usr/lib/x", b"12"), *(make.file(path, data) for path, data in files)]
    with TemporaryDirectory() as folder:
        check_sums(read_layers(Path(folder), BASE, ("RUN x", entries), ("RUN y", entries)))


NAME = st.sampled_from(
    [
        b".dist-info",
        b"-.dist-info",
        b"a-1.dist-info",
        b"x.egg",
        b".egg-info",
        b"pyvenv.cfg",
        b"conda-meta",
        b"uv",
        b".cache",
        b"site-packages",
        b"dist-packages",
        b"python3.13",
        b"lib",
        b"bin",
        b"os.py",
        b"RECORD",
        b"uv.lock",
        b"uv-receipt.toml",
        b"archive-v0",
        b"CACHEDIR.TAG",
        b"__pycache__",
        b"x.pyc",
        b"env",
        b"\xff\xfe",
        b"\x1b[2J",
        b"[red]",
        b"lib-python",
        b"tests",
        b"pkgs",
        b"installed",
        b"info",
        b"a.list",
        b"x.json",
        b"top_level.txt",
        b".lock",
    ]
)
PATH = st.lists(NAME, min_size=1, max_size=6).map(b"/".join)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(PATH, NOISE), min_size=1, max_size=12), st.lists(st.tuples(PATH, PATH), max_size=3))
def test_odd_trees_still_add_up(files: list[tuple[bytes, bytes]], links: list[tuple[bytes, bytes]]) -> None:
    entries = [make.file(path, data, 0o755) for path, data in files]
    for path, target in links:
        spelled = (part.decode("utf-8", "surrogateescape") for part in (path, b"/" + target))
        entries.append(make.symlink(*spelled))
    with TemporaryDirectory() as folder:
        check_sums(read_layers(Path(folder), ("RUN x", entries), ("RUN y", entries[::-1])))


def test_names_that_are_not_utf_8_are_found(tmp_path: Path) -> None:
    name = b"caf\xe9.so"
    step = [
        make.file("var/lib/dpkg/info/p.list", b"/usr/lib/" + name + b"\n"),
        make.file(b"usr/lib/" + name, bytes(10)),
        *VENV,
        make.file(f"{SITE}/p-1.dist-info/RECORD", b"p/" + name + b",,\n"),
        make.file(f"{SITE}/p/".encode() + name, bytes(20)),
        make.file(b"root/.cache/" + name + b"/x", bytes(40)),
    ]
    report = read_layers(tmp_path, BASE, ("RUN x", step))
    assert only_owner(report, b"/usr/lib/" + name) == "os-packages/runtime/p"
    assert only_owner(report, f"/{SITE}/p/".encode() + name) == "venv/distribution/p"
    assert only_owner(report, b"/root/.cache/" + name + b"/x") == "caches/data cache/caf\ufffd.so"


@pytest.mark.parametrize("path", ["app/.venv/bin/python", "usr/lib", "var/lib/dpkg/status", "app/uv.lock"])
def test_links_in_loops_end(path: str, tmp_path: Path) -> None:
    step = [
        make.symlink(path, f"/{path}"),
        make.file("app/.venv/pyvenv.cfg", b"x"),
        make.file("var/lib/dpkg/info/p.list", b"/usr/lib/a/b\n/lib/a\n"),
    ]
    check_sums(read_layers(tmp_path, BASE, ("RUN x", step)))


def test_folders_where_files_belong(tmp_path: Path) -> None:
    step = [
        make.file("var/lib/dpkg/info/p.list/x", b"1"),
        make.file("lib/apk/db/installed/x", b"1"),
        make.file("var/lib/rpm/rpmdb.sqlite/x", b"1"),
        make.file(f"{SITE}/p-1.dist-info/RECORD/x", b"1"),
        make.file("app/.venv/pyvenv.cfg/x", b"1"),
        make.file("app/uv.lock/x", b"1"),
        make.folder(f"{SITE}/empty-1.dist-info"),
        make.file("pyvenv.cfg", b"at the top"),
        make.file("conda-meta/x.json", b"{}"),
        make.file("uv-receipt.toml", b"at the top"),
        make.file("x-1.dist-info/RECORD", b"y.py,,"),
    ]
    check_sums(read_layers(tmp_path, BASE, ("RUN x", step)))


def test_one_path_that_everybody_claims_is_counted_once(tmp_path: Path) -> None:
    names = [f"p{number}" for number in range(200)]
    step = [
        *(make.file(f"var/lib/dpkg/info/{name}.list", b"/usr/lib/x\n" * 50) for name in names),
        *(make.file(f"{SITE}/{name}-1.dist-info/RECORD", b"shared.py,,\n" * 50) for name in names),
        make.file("usr/lib/x", bytes(10)),
        make.file(f"{SITE}/shared.py", bytes(20)),
        *VENV,
    ]
    check_sums(read_layers(tmp_path, BASE, ("RUN x", step)))


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Counts how many children were handed out and how many nodes were asked for."""
    count = [0]
    children, visible = FileTable.children, FileTable.visible

    def counted(table: FileTable, node: int) -> object:
        count[0] += 1
        return children(table, node)

    def seen(table: FileTable, node: int, *layer: int) -> int | None:
        count[0] += 1
        return visible(table, node, *layer)

    monkeypatch.setattr(FileTable, "children", counted)
    monkeypatch.setattr(FileTable, "visible", seen)
    return count


@pytest.mark.parametrize(
    "path",
    [
        "app/e%d/pyvenv.cfg",
        "opt/d%d/x-1.dist-info/RECORD",
        f"{SITE}/p%d-1.dist-info/RECORD",
        "opt/p%d/lib/python3.13/os.py",
        "root/.cache/t%d/x",
        "x/wheels-v%d/x",
        "data/%d",
    ],
)
def test_the_work_grows_with_the_files_and_not_with_their_square(
    path: str, steps: list[int], tmp_path: Path
) -> None:
    costs = []
    for number in (200, 400):
        steps[0] = 0
        read_layers(tmp_path, BASE, ("RUN x", [make.file(path % n, b"x") for n in range(number)]))
        costs.append(steps[0])
    assert costs[1] < 2.5 * costs[0] + 100


def test_a_name_that_looks_like_markup_stays_text(tmp_path: Path) -> None:
    report = read_layers(tmp_path, BASE, ("RUN x", [make.file("root/.cache/[red]\x1b[2J/x", b"1")]))
    assert found(report, "caches") == {("data cache", "[red]\x1b[2J"): 1}
