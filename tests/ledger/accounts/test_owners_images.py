"""Whole images: sums to the byte, and hardly anything that nobody owns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from made_images import layers as make
from made_images.owning import check_sums, found, read_layers

from uvdive.ledger.report import Distribution, ImageReport

UV = "ghcr.io/astral-sh/uv"
BED = [
    "debian:trixie-slim",
    "debian:bookworm-slim",
    "python:3.13-slim",
    "python:3.13-slim-bookworm",
    f"{UV}:latest",
    f"{UV}:trixie-slim",
    f"{UV}:bookworm-slim",
    f"{UV}:python3.13-trixie-slim",
    f"{UV}:python3.13-bookworm-slim",
]
LARGE = ["science", "django", "managed", "system", "java"]
ReportOf = Callable[[str], ImageReport]


def share_of_other(report: ImageReport) -> float:
    return report.owner("other").bytes / report.totals.file_bytes


def distributions(report: ImageReport, path: str) -> dict[str, Distribution]:
    (environment,) = [item for item in report.environments if item.path == path]
    return {item.name: item for item in environment.distributions}


@pytest.mark.engine
@pytest.mark.parametrize("name", [*BED, *LARGE])
def test_every_byte_has_an_owner(name: str, report_of: ReportOf) -> None:
    report = report_of(name)
    check_sums(report)
    assert share_of_other(report) < 0.01
    for environment in report.environments:
        for item in environment.distributions:
            parts = (
                item.code_bytes,
                item.native_bytes,
                item.bytecode_bytes,
                item.data_bytes,
                item.tests_bytes,
            )
            assert sum(parts) == item.bytes, item.name


@pytest.mark.engine
@pytest.mark.parametrize("name", LARGE)
def test_hardly_anything_in_an_environment_belongs_to_no_distribution(name: str, report_of: ReportOf) -> None:
    report = report_of(name)
    unclaimed = sum(part.bytes for part in report.owner("venv").components if part.kind == "unclaimed")
    assert unclaimed < report.owner("venv").bytes / 100
    assert report.dockerfile is not None
    assert report.dockerfile.matches
    assert report.image.base is not None
    assert [layer.line is None for layer in report.layers] == [layer.base for layer in report.layers]


@pytest.mark.engine
def test_a_scientific_stack(report_of: ReportOf) -> None:
    report = report_of("science")
    parts = distributions(report, "/opt/venv")
    assert parts.keys() == {"numpy", "pandas", "python-dateutil", "scipy", "six", "tzdata"} & parts.keys()
    assert parts["scipy"].native_bytes > parts["scipy"].code_bytes > 1_000_000
    assert parts["pandas"].tests_bytes > 1_000_000
    assert parts["numpy"].bytecode_bytes > 1_000_000
    assert parts["numpy"].why == ("model", "pandas")
    assert parts["pandas"].why == ("model",)
    copied = report.owner("uv-cache")
    assert copied.bytes > 100_000_000, "UV_LINK_MODE=copy leaves a second copy"
    assert copied.shared_bytes == 0


@pytest.mark.engine
def test_django_with_build_tools(report_of: ReportOf) -> None:
    report = report_of("django")
    packages = {(part.name, part.kind): part for part in report.owner("os-packages").components}
    gcc = packages["gcc-14-x86-64-linux-gnu", "build tool"]
    assert (gcc.live_bytes, gcc.dead_bytes > 50_000_000) == (0, True), "purged in a later layer"
    assert packages["libpq-dev", "headers"].live_bytes > 0
    assert packages["libpq5", "runtime"].live_bytes > 0
    assert not {"libc6", "perl-base"} & {name for name, _ in packages}, "those are the base's"
    parts = distributions(report, "/app/.venv")
    assert (parts["django"].why, parts["django"].group) == (("shop",), None)
    assert (parts["pluggy"].why, parts["pluggy"].group) == (("shop", "pytest"), "dev")
    assert "gunicorn" not in parts
    assert parts["psycopg2"].native_bytes > 0


@pytest.mark.engine
def test_a_managed_python_of_a_user(report_of: ReportOf) -> None:
    report = report_of("managed")
    kinds = {part.kind for part in report.owner("python").components}
    assert {"interpreter", "standard library", "headers", "bundled"} <= kinds
    assert all(
        part.path.startswith("/home/app/.local/share/uv/python/cpython-3.13")
        for part in report.owner("python").components
    )
    assert found(report, "uv")["tool", "pycowsay"] > 10_000
    cache = report.owner("uv-cache")
    assert {part.path.rpartition("/")[0] for part in cache.components} <= {"/home/app/.uvcache", "/home/app"}
    assert cache.shared_bytes > cache.bytes, "the environment links to it"
    assert [item.path for item in report.environments if item.kind == "venv"] == ["/home/app/web/.venv"]


@pytest.mark.engine
def test_packages_in_a_system_python(report_of: ReportOf) -> None:
    report = report_of("system")
    assert {"flask", "sqlalchemy", "pip", "uv"} <= distributions(report, "/usr/local").keys()
    by_path = {(part.name, part.path) for part in report.owner("venv").components if part.bytes}
    assert {("flask", "/usr/local"), ("six", "/root/.local"), ("idna", "/opt/deps")} <= by_path
    assert found(report, "uv")["binary", "uv"] > 30_000_000
    assert ("distribution", "uv") in found(report, "uv")
    assert ("bundled", "pip") in found(report, "python")
    assert sum(found(report, "app").values()) < 1000


@pytest.mark.engine
def test_java_and_node_from_apt(report_of: ReportOf) -> None:
    report = report_of("java")
    packages = {name for kind, name in found(report, "os-packages") if kind == "runtime"}
    assert {"openjdk-21-jre-headless", "nodejs"} <= packages
    python = found(report, "python")
    assert python["standard library", "standard library"] > 10_000_000
    assert python["bytecode", "bytecode of the standard library"] > 5_000_000
    assert python["package", "python3-yaml"] > 500_000
    assert found(report, "venv").keys() == {("distribution", "py4j")}
    assert distributions(report, "/usr").keys() >= {"py4j", "pyyaml"}


PACKAGES = {
    "musl": ("1.2.5-r9", ["lib/ld-musl-x86_64.so.1", "lib/libc.musl-x86_64.so.1"]),
    "busybox": ("1.37-r12", ["bin/busybox", "etc/securetty", "usr/share/udhcpc/default.script"]),
    "apk-tools": ("2.14-r8", ["sbin/apk", "lib/libapk.so.2.14.0"]),
    "ca-certificates-bundle": ("2024-r0", ["etc/ssl/certs/ca-certificates.crt"]),
}
ADDED = {
    "python3": (
        "3.12.11-r0",
        ["usr/bin/python3.12", "usr/lib/python3.12/os.py", "usr/lib/libpython3.12.so.1.0"],
    ),
    "py3-yaml": ("6.0-r0", ["usr/lib/python3.12/site-packages/yaml/x.py"]),
    "gcc": ("14-r6", ["usr/bin/gcc", "usr/libexec/gcc/x86_64-alpine-linux-musl/14/cc1"]),
    "musl-dev": ("1.2.5-r9", ["usr/include/stdio.h", "usr/lib/libc.a"]),
    "libffi": ("3.4-r2", ["usr/lib/libffi.so.8"]),
    ".build-deps": ("0", []),
}


def apk(packages: dict[str, tuple[str, list[str]]]) -> bytes:
    """The text of apk's database of installed packages."""
    stanzas = []
    for name, (version, paths) in packages.items():
        files = "".join(
            f"F:{path.rpartition('/')[0]}\nR:{path.rpartition('/')[2]}\nZ:Q1=\n" for path in paths
        )
        stanzas.append(f"C:Q1=\nP:{name}\nV:{version}\nA:x86_64\n{files}\n")
    return "".join(stanzas).encode()


def files(packages: dict[str, tuple[str, list[str]]]) -> list[make.Entry]:
    paths = [path for _, paths in packages.values() for path in paths]
    return [make.file(path, bytes(10_000), 0o755 if "bin/" in path else 0o644) for path in paths]


def test_an_alpine_image(tmp_path: Path) -> None:
    database = "lib/apk/db/installed"
    site = "app/.venv/lib/python3.12/site-packages"
    record = b"flask/__init__.py,,\nflask/c.cpython-312-x86_64-linux-musl.so,,\n"
    report = read_layers(
        tmp_path,
        (
            "ADD alpine-minirootfs-3.22.0-x86_64.tar.gz / # buildkit",
            [
                *files(PACKAGES),
                make.file(database, apk(PACKAGES)),
                make.file("lib/apk/db/scripts.tar", bytes(100)),
                make.file("etc/os-release", b"ID=alpine\nVERSION_ID=3.22.0\n"),
                make.file("etc/apk/world", b"x"),
                make.file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n"),
                make.symlink("bin/sh", "/bin/busybox"),
            ],
        ),
        ('CMD ["/bin/sh"]', []),
        (
            "RUN apk add python3 py3-yaml gcc musl-dev libffi",
            [
                *files(ADDED),
                make.file(database, apk({**PACKAGES, **ADDED})),
                make.file("etc/apk/world", b"python3"),
                make.file("usr/lib/python3.12/__pycache__/os.cpython-312.pyc", bytes(700)),
                make.file("usr/lib/python3.12/site-packages/yaml/__pycache__/x.cpython-312.pyc", bytes(300)),
                make.file("usr/lib/python3.12/site-packages/PyYAML-6.0.dist-info/METADATA", bytes(5)),
                make.file("var/cache/apk/APKINDEX.x.tar.gz", bytes(900)),
            ],
        ),
        ("COPY --from=uv /uv /bin/uv", [make.file("bin/uv", bytes(300_000), 0o755)]),
        (
            "RUN uv sync",
            [
                make.file("app/.venv/pyvenv.cfg", b"home = /usr/bin\n"),
                make.symlink("app/.venv/bin/python", "/usr/bin/python3.12"),
                make.file(f"{site}/flask/__init__.py", bytes(20_000)),
                make.file(f"{site}/flask/c.cpython-312-x86_64-linux-musl.so", bytes(50_000)),
                make.file(f"{site}/flask-3.0.dist-info/RECORD", record),
            ],
        ),
        ("RUN apk del gcc", [make.whiteout("usr/bin/gcc"), make.file(database, apk(PACKAGES))]),
        ("COPY . /app", [make.file("app/main.py", bytes(5000))]),
    )
    assert share_of_other(report) == 0
    base = found(report, "base-os")
    assert base["package", "musl"] == 20_000
    assert set(base) == {("package", name) for name in PACKAGES} | {
        ("state", "package databases and system files")
    }
    added = found(report, "os-packages")
    assert added["build tool", "gcc"] == 20_000, "read as the database stood in its layer"
    assert added["headers", "musl-dev"] == 20_000
    assert added["runtime", "libffi"] == 10_000
    assert "musl" not in {name for _, name in added}
    python = found(report, "python")
    assert python["standard library", "standard library"] == 10_000
    assert python["bytecode", "bytecode of the standard library"] == 700
    assert python["package", "py3-yaml"] == 10_300
    assert found(report, "caches") == {("cache", "apk"): 900}
    flask = distributions(report, "/app/.venv")["flask"]
    assert (flask.code_bytes, flask.native_bytes) == (20_000, 50_000)
    environment = report.environments[0]
    assert environment.interpreter_path == "/usr/bin/python3.12"
    assert found(report, "app") == {("instruction", "COPY . /app"): 5000}
    assert found(report, "uv") == {("binary", "uv"): 300_000}
    assert report.os is not None
    assert report.os.id == "alpine"
