"""Who owns what: databases as they stood, hard links, nested places, in images made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import layers as make

from uvdive.base.progress import ignore
from uvdive.image.reference import Target
from uvdive.ledger.report import ImageReport
from uvdive.session.opening.reading import read_image

BASE = [
    make.file("etc/os-release", b'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n'),
    make.file("etc/passwd", b"root:x:0:0:root:/root:/bin/bash\napp:x:1000:1000::/home/app:/bin/sh\n"),
    make.file("var/lib/dpkg/status", b"Package: libc6\nVersion: 2.41\n\n"),
    make.file("var/lib/dpkg/info/libc6:amd64.list", b"/.\n/lib\n/lib/libc.so.6\n"),
    make.symlink("lib", "usr/lib"),
    make.file("usr/lib/libc.so.6", bytes(1000)),
    make.file("usr/lib/loose", bytes(7)),
    make.file("usr/local/bin/uv", bytes(200_000), 0o755),
]
SITE = "app/.venv/lib/python3.13/site-packages"
RECORD = b"""pkg/__init__.py,,
pkg/native.cpython-313-x86_64-linux-gnu.so,,
"pkg/a,b.txt",,
../../../bin/tool,,
pkg-1.0.dist-info/RECORD,,
"""
VENV = [
    make.file("app/.venv/pyvenv.cfg", b"home = /py/bin\nuv = 0.13.9\nversion_info = 3.13.5\n"),
    make.symlink("app/.venv/bin/python", "/py/bin/python3.13"),
    make.file("app/.venv/bin/tool", b"#!/app/.venv/bin/python\n", 0o755),
    make.file(f"{SITE}/pkg/__init__.py", bytes(100)),
    make.file(f"{SITE}/pkg/__pycache__/__init__.cpython-313.pyc", bytes(50)),
    make.file(f"{SITE}/pkg/native.cpython-313-x86_64-linux-gnu.so", bytes(400)),
    make.file(f"{SITE}/pkg/a,b.txt", bytes(3)),
    make.file(f"{SITE}/pkg-1.0.dist-info/RECORD", RECORD),
    make.file(f"{SITE}/stray.py", bytes(5)),
    make.file(f"{SITE}/_editable.pth", b"/app/src\nimport x\n"),
]


def read(tmp_path: Path, *steps: tuple[str, list[make.Entry]], **config: object) -> ImageReport:
    history = ["CMD base", *(command for command, _ in steps)]
    layers = [make.layer(*BASE), *(make.layer(*entries) for _, entries in steps)]
    path = make.archive(tmp_path / "image.tar", layers, commands=history, config=config)
    return read_image(Target("docker-archive", str(path)), None, on_event=ignore)[0]


def owned(report: ImageReport) -> dict[str, int]:
    sums = {owner.owner: owner.bytes for owner in report.owners if owner.bytes}
    assert sum(sums.values()) == report.totals.file_bytes
    assert sum(layer.file_bytes for layer in report.layers) == report.totals.file_bytes
    return sums


def components(report: ImageReport, owner: str) -> dict[str, int]:
    return {component.name: component.bytes for component in report.owner(owner).components}


def test_the_base_is_split_by_package_and_uv_comes_first(tmp_path: Path) -> None:
    report = read(tmp_path, ("COPY src /app/src", [make.file("app/src/main.py", bytes(11))]))
    assert owned(report)["uv"] == 200_000
    assert components(report, "base-os")["libc6"] == 1000 + len(b"/.\n/lib\n/lib/libc.so.6\n")
    assert components(report, "app") == {"COPY src /app/src": 11}
    assert report.os is not None
    assert report.os.codename == "trixie"
    assert [(user.name, user.uid) for user in report.users] == [("root", 0), ("app", 1000)]


def test_an_environment_is_split_by_its_records(tmp_path: Path) -> None:
    report = read(tmp_path, ("RUN uv sync", VENV), Env=["PATH=/bin"])
    parts = components(report, "venv")
    assert parts["pkg"] == 100 + 50 + 400 + 3 + len(RECORD) + len("#!/app/.venv/bin/python\n")
    (environment,) = report.environments
    assert environment.uv_version == "0.13.9"
    assert environment.interpreter_path is None, "the link leads to nothing in this image"
    assert environment.hops == ("/app/.venv/bin/python", "/py/bin/python3.13")
    assert environment.roots == ("/app/src",)
    assert [(script.name, script.interpreter) for script in environment.scripts] == [
        ("tool", "/app/.venv/bin/python")
    ]
    (distribution,) = environment.distributions
    assert (distribution.bytecode_bytes, distribution.native_bytes) == (50, 400)
    assert distribution.modules == ("pkg",)


def test_a_hard_link_between_cache_and_environment_counts_once_with_the_environment(
    tmp_path: Path,
) -> None:
    cache = "root/.cache/uv/archive-v0/xyz/pkg"
    entries = [
        make.file(f"{cache}/__init__.py", bytes(100)),
        make.file(f"{cache}/only-here", bytes(9)),
        *(entry for entry in VENV if entry is not VENV[3]),
        make.hard_link(f"{SITE}/pkg/__init__.py", f"{cache}/__init__.py"),
    ]
    report = read(tmp_path, ("RUN uv sync", entries))
    owned(report)
    cache_owner = report.owner("uv-cache")
    assert (cache_owner.bytes, cache_owner.shared_bytes, cache_owner.reclaimable_bytes) == (9, 100, 9)
    assert report.owner("venv").shared_bytes == 100


def test_a_copied_cache_costs_its_size(tmp_path: Path) -> None:
    entries = [*VENV, make.file("home/app/.cache/uv/archive-v0/xyz/pkg/__init__.py", bytes(100))]
    assert owned(read(tmp_path, ("RUN uv sync", entries)))["uv-cache"] == 100


def test_a_named_cache_folder_is_uvs_cache(tmp_path: Path) -> None:
    entries = [make.file("opt/uvcache/wheels-v5/x", bytes(4)), make.file("opt/uvcache/.lock", b"1")]
    report = read(tmp_path, ("RUN uv sync", entries), Env=["UV_CACHE_DIR=/opt/uvcache"])
    assert owned(report)["uv-cache"] == 5


def test_dead_files_keep_the_owner_that_wrote_them(tmp_path: Path) -> None:
    report = read(
        tmp_path,
        (
            "RUN apt-get install gcc",
            [
                make.file("usr/bin/gcc", bytes(3000), 0o755),
                make.file("var/lib/dpkg/info/gcc.list", b"/usr/bin/gcc\n"),
                make.file("var/lib/dpkg/status", b"Package: gcc\nVersion: 14\n\n"),
            ],
        ),
        (
            "RUN apt-get purge gcc",
            [make.whiteout("usr/bin/gcc"), make.whiteout("var/lib/dpkg/info/gcc.list")],
        ),
    )
    owned(report)
    (gcc,) = [part for part in report.owner("os-packages").components if part.name == "gcc"]
    listed = len(b"/usr/bin/gcc\n")
    assert (gcc.version, gcc.kind) == ("14", "build tool")
    assert (gcc.live_bytes, gcc.dead_bytes) == (0, 3000 + listed)
    (waste,) = [row for row in report.waste if row.path == b"/usr/bin/gcc"]
    assert (waste.cause, waste.layer, waste.killed_by) == ("deleted", 1, 2)


def test_interpreters_own_their_library_and_what_came_with_it(tmp_path: Path) -> None:
    lib = "usr/local/lib/python3.13"
    pip = f"{lib}/site-packages/pip-25.dist-info"
    flask = f"{lib}/site-packages/flask-3.dist-info"
    report = read(
        tmp_path,
        (
            "RUN make install",
            [
                make.file(f"{lib}/os.py", bytes(10)),
                make.file(f"{lib}/__pycache__/os.cpython-313.pyc", bytes(20)),
                make.file("usr/local/bin/python3.13", bytes(30), 0o755),
                make.file(f"{pip}/RECORD", b"pip/__init__.py,,\n"),
                make.file(f"{lib}/site-packages/pip/__init__.py", bytes(40)),
            ],
        ),
        (
            "RUN uv pip install --system flask",
            [
                make.file(f"{flask}/RECORD", b"flask/__init__.py,,\n"),
                make.file(f"{lib}/site-packages/flask/__init__.py", bytes(50)),
            ],
        ),
    )
    assert owned(report)["python"] == 10 + 20 + 30 + 40 + len(b"pip/__init__.py,,\n")
    assert components(report, "venv") == {"flask": 50 + len(b"flask/__init__.py,,\n")}
    (system,) = report.environments
    assert (system.kind, system.interpreter_path) == ("system", "/usr/local/bin/python3.13")


def test_tool_environments_are_uvs(tmp_path: Path) -> None:
    tool = "root/.local/share/uv/tools/ruff"
    entries = [make.file(f"{tool}/pyvenv.cfg", b"uv = 1\n"), make.file(f"{tool}/bin/ruff", bytes(8))]
    report = read(tmp_path, ("RUN uv tool install ruff", entries))
    assert components(report, "uv")["ruff"] == 15
    assert report.environments == ()  # it has no python at all


def test_a_tool_s_environment_is_listed_with_what_is_in_it(tmp_path: Path) -> None:
    tool = "opt/tools/lint"
    site = f"{tool}/lib/python3.13/site-packages"
    record = b"pkg/__init__.py,,\npkg/fast.so,,\n../../../bin/lint,,\npkg-1.0.dist-info/RECORD,,\n"
    entries = [
        make.file(f"{tool}/uv-receipt.toml", b"[tool]\n"),
        make.file(f"{tool}/pyvenv.cfg", b"home = /py/bin\nuv = 0.13.9\nversion_info = 3.13.5\n"),
        make.file("py/bin/python3.13", bytes(3), 0o755),
        make.symlink(f"{tool}/bin/python", "/py/bin/python3.13"),
        make.file(f"{tool}/bin/lint", b"#!/opt/tools/lint/bin/python\n", 0o755),
        make.file(f"{site}/pkg/__init__.py", bytes(100)),
        make.file(f"{site}/pkg/__pycache__/__init__.cpython-313.pyc", bytes(50)),
        make.file(f"{site}/pkg/fast.so", bytes(400)),
        make.file(f"{site}/pkg-1.0.dist-info/RECORD", record),
    ]
    lock = make.file("opt/uv.lock", b'version = 1\n[[package]]\nname = "pkg"\nversion = "1.0"\n')
    report = read(tmp_path, ("RUN uv tool install lint", [*VENV, *entries, lock]))
    assert [(each.kind, each.path) for each in report.environments] == [
        ("venv", "/app/.venv"),
        ("tool", "/opt/tools/lint"),
    ]
    environment = report.environments[1]
    assert (environment.python, environment.uv_version) == ("3.13.5", "0.13.9")
    assert environment.interpreter_path == "/py/bin/python3.13"
    assert [(script.name, script.interpreter) for script in environment.scripts] == [
        ("lint", "/opt/tools/lint/bin/python")
    ]
    (installed,) = environment.distributions
    assert (installed.name, installed.version, installed.modules) == ("pkg", "1.0", ("pkg",))
    script = len(b"#!/opt/tools/lint/bin/python\n")
    assert installed.bytes == 100 + 50 + 400 + script + len(record)
    assert (installed.bytecode_bytes, installed.native_bytes, installed.files) == (50, 400, 5)
    assert (installed.why, installed.group) == ((), None)
    # Its bytes stay the tool's, with uv.
    sizes = components(report, "uv")
    assert sizes["lint"] >= installed.bytes
    owned(report)


def test_a_tool_that_lost_its_python_is_a_finding(tmp_path: Path) -> None:
    tool = "root/.local/share/uv/tools/lint"
    entries = [
        make.file(f"{tool}/pyvenv.cfg", b"uv = 1\n"),
        make.symlink(f"{tool}/bin/python", "/gone/python3"),
    ]
    report = read(tmp_path, ("RUN uv tool install lint", entries))
    assert "interpreter-dangling" in {finding.id for finding in report.findings}


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("var/lib/apt/lists/mirror.example_x", "caches"),
        ("var/cache/apt/archives/x.deb", "caches"),
        ("root/.cache/pip/http/x", "caches"),
        ("root/.npm/_cacache/x", "caches"),
        ("etc/ld.so.cache", "os-packages"),
        ("tmp/uv-0123abcd.lock", "uv"),
        ("tmp/leftover", "other"),
        ("srv/model.bin", "app"),
    ],
)
def test_what_a_run_writes_elsewhere(path: str, owner: str, tmp_path: Path) -> None:
    report = read(tmp_path, ("RUN something", [make.file(path, bytes(6))]))
    assert owned(report)[owner] - (200_000 if owner == "uv" else 0) == 6


def test_a_small_file_called_uv_is_the_users_own(tmp_path: Path) -> None:
    report = read(tmp_path, ("COPY uv /app/uv", [make.file("app/uv", b"#!/bin/sh\n", 0o755)]))
    assert owned(report)["app"] == 10


def test_changes_are_counted_by_path(tmp_path: Path) -> None:
    report = read(
        tmp_path,
        ("COPY . /app", [make.file("app/a", b"1"), make.file("app/b", b"1")]),
        ("RUN x", [make.file("app/a", b"2"), make.file("app/c", b"1"), make.whiteout("app/b")]),
    )
    last = report.layers[-1]
    assert (last.added, last.modified, last.removed) == (1, 1, 1)
