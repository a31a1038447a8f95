"""OS packages of dpkg, apk and rpm; the base's and the added ones; what package scripts leave."""

from __future__ import annotations

import sqlite3
import struct
from pathlib import Path

import pytest
from made_images import layers as make
from made_images.owning import found, only_owner, read_layers

from uvdive.distro.kinds import is_python, package_kind

BASE = ("CMD base", [make.file("usr/lib/base.so", bytes(1000)), make.symlink("lib", "usr/lib")])


def dpkg(name: str, *paths: str, section: str = "libs") -> list[make.Entry]:
    status = f"Package: {name}\nSection: {section}\nVersion: 1.0\nDescription: x\n Version: no\n\n"
    listed = "".join(f"{path}\n" for path in ("/.", "/usr", *paths))
    return [
        make.file("var/lib/dpkg/status", status.encode()),
        make.file(f"var/lib/dpkg/info/{name}.list", listed.encode()),
        make.file(f"var/lib/dpkg/info/{name}.postinst", bytes(9)),
    ]


@pytest.mark.parametrize(
    ("name", "section", "kind"),
    [
        ("gcc", "", "build tool"),
        ("gcc-14-x86-64-linux-gnu", "devel", "build tool"),
        ("g++-12", "", "build tool"),
        ("build-base", "", "build tool"),
        (".build-deps", "", "build tool"),
        ("libasan8", "libs", "build tool"),
        ("git", "vcs", "build tool"),
        ("dpkg-dev", "utils", "build tool"),
        ("frobnicator", "devel", "build tool"),
        ("openjdk-21-jdk-headless", "java", "build tool"),
        ("libpq-dev", "libdevel", "headers"),
        ("libpq-dev", "", "headers"),
        ("musl-dev", "", "headers"),
        ("openssl-devel", "", "headers"),
        ("kernel-headers", "", "headers"),
        ("linux-libc-dev", "devel", "headers"),
        ("libfrob", "contrib/libdevel", "headers"),
        ("libpq5", "libs", "runtime"),
        ("libgomp1", "libs", "runtime"),
        ("libgcc-s1", "libs", "runtime"),
        ("libstdc++6", "libs", "runtime"),
        ("openjdk-21-jre-headless", "java", "runtime"),
        ("nodejs", "javascript", "runtime"),
        ("ffmpeg", "video", "runtime"),
        ("makeself", "utils", "runtime"),
        ("gettext-base", "utils", "runtime"),
    ],
)
def test_what_a_package_is_for(name: str, section: str, kind: str) -> None:
    assert package_kind(name, section) == kind


def test_pythons_own_packages_are_known_by_name() -> None:
    mine = (
        "python3 python3.13-minimal libpython3.13-stdlib libpython3-dev python3-yaml pypy3 py3-pip python39"
    )
    assert all(map(is_python, mine.split()))
    assert not any(map(is_python, ["pythonia", "libpythonize", "pylint", "libpq5", "py3"]))


def test_a_packages_files_in_the_database_are_its_own(tmp_path: Path) -> None:
    step = [*dpkg("tool", "/usr/share/tool/x"), make.file("usr/share/tool/x", bytes(50))]
    parts = found(read_layers(tmp_path, BASE, ("RUN apt-get install tool", step)), "os-packages")
    assert parts["runtime", "tool"] == 50 + 9 + len("/.\n/usr\n/usr/share/tool/x\n")
    assert set(parts) == {("runtime", "tool"), ("state", "package databases and system files")}


@pytest.mark.parametrize(
    ("listed", "lies"),
    [
        ("/lib/x/y.so", "usr/lib/x/y.so"),
        ("/usr/lib/x/y.so", "lib/x/y.so"),
        ("/bin/tool", "usr/bin/tool"),
        ("/usr/sbin/tool", "sbin/tool"),
        ("/lib64/ld.so", "usr/lib64/ld.so"),
    ],
)
def test_a_merged_usr_is_found_both_ways(listed: str, lies: str, tmp_path: Path) -> None:
    step = [*dpkg("p", listed), make.file(lies, bytes(50), 0o755)]
    report = read_layers(tmp_path, ("CMD base", []), ("RUN apt-get install p", step))
    assert only_owner(report, f"/{lies}".encode()) == "os-packages/runtime/p"


def test_a_symlinked_folder_is_followed(tmp_path: Path) -> None:
    step = [
        *dpkg("p", "/usr/share/doc/p/data.bin"),
        make.symlink("usr/share/doc/p", "../p-data"),
        make.file("usr/share/p-data/data.bin", bytes(50)),
        make.symlink("usr/share/loop", "loop"),
        *dpkg("q", "/usr/share/loop/x", "/usr/share/../share/x", "//", "no-slash"),
    ]
    report = read_layers(tmp_path, BASE, ("RUN apt-get install p", step))
    assert only_owner(report, b"/usr/share/p-data/data.bin") == "os-packages/runtime/p"


def test_diverted_files_belong_to_the_package_that_they_came_with(tmp_path: Path) -> None:
    step = [
        *dpkg("dash", "/bin/sh"),
        *dpkg("other", "/bin/sh"),
        make.file("var/lib/dpkg/diversions", b"/bin/sh\n/bin/sh.distrib\ndash\n"),
        make.file("bin/sh", bytes(10), 0o755),
        make.file("bin/sh.distrib", bytes(20), 0o755),
    ]
    report = read_layers(tmp_path, ("CMD base", []), ("RUN apt-get install dash", step))
    assert only_owner(report, b"/bin/sh") == "os-packages/runtime/dash"
    assert only_owner(report, b"/bin/sh.distrib") == "os-packages/runtime/other"


def test_the_bases_packages_and_added_ones_are_told_apart(tmp_path: Path) -> None:
    base = [*dpkg("libc6", "/lib/libc.so"), make.file("lib/libc.so", bytes(1000))]
    added = [
        make.file("var/lib/dpkg/status", b"Package: libc6\nVersion: 2\n\nPackage: gcc\nVersion: 14\n\n"),
        make.file("var/lib/dpkg/info/gcc.list", b"/usr/lib/cc1\n"),
        make.file("var/lib/dpkg/info/libc6.list", b"/lib/libc.so\n"),
        make.file("usr/lib/cc1", bytes(700)),
        make.file("lib/libc.so", bytes(1100)),
    ]
    report = read_layers(tmp_path, ("CMD base", base), ("RUN apt-get upgrade && apt-get install gcc", added))
    assert found(report, "base-os")["package", "libc6"] >= 1000
    versions = {(p.name, p.version, p.kind) for p in report.owner("os-packages").components if p.version}
    assert versions == {("gcc", "14", "build tool"), ("libc6", "2", "runtime")}


def test_what_package_scripts_made_is_the_packages_and_downloads_are_the_apps(tmp_path: Path) -> None:
    step = [
        *dpkg("jre", "/usr/lib/jvm/java"),
        make.file("usr/lib/jvm/classes.jsa", bytes(30)),
        make.file("var/lib/jvm/state", bytes(3)),
        make.file("usr/share/gdb/__pycache__/auto.cpython-313.pyc", bytes(4)),
        make.file("usr/local/bin/tool", bytes(50), 0o755),
        make.file("usr/bin/kubectl", bytes(60), 0o755),
        make.file("opt/app/x", bytes(70)),
    ]
    report = read_layers(tmp_path, BASE, ("RUN apt-get install jre && curl -o /usr/bin/kubectl x", step))
    assert found(report, "os-packages")["state", "made by package scripts"] == 37
    assert sum(found(report, "app").values()) == 180


def test_without_a_changed_database_what_a_run_writes_is_the_apps(tmp_path: Path) -> None:
    report = read_layers(tmp_path, BASE, ("RUN make", [make.file("usr/lib/mine.so", bytes(30))]))
    assert found(report, "app") == {("instruction", "RUN make"): 30}


def test_bytecode_is_its_sources_packages(tmp_path: Path) -> None:
    step = [
        *dpkg("gdb-tools", "/usr/share/gdb/auto.py"),
        make.file("usr/share/gdb/auto.py", bytes(30)),
        make.file("usr/share/gdb/__pycache__/auto.cpython-313.pyc", bytes(4)),
    ]
    report = read_layers(tmp_path, BASE, ("RUN apt-get install gdb-tools", step))
    owner = only_owner(report, b"/usr/share/gdb/__pycache__/auto.cpython-313.pyc")
    assert owner == "os-packages/build tool/gdb-tools"


def test_a_whole_system_that_was_copied_keeps_its_packages(tmp_path: Path) -> None:
    step = [
        *dpkg("libfoo", "/usr/lib/libfoo.so"),
        make.file("usr/lib/libfoo.so", bytes(100)),
        make.file("etc/hosts.conf", bytes(8)),
        make.file("app/main.py", bytes(5)),
    ]
    report = read_layers(tmp_path, ("COPY / /", step))
    assert ("runtime", "libfoo") in found(report, "os-packages")
    assert only_owner(report, b"/etc/hosts.conf").startswith("os-packages/state")
    assert found(report, "app") == {("instruction", "COPY / /"): 5}


@pytest.mark.parametrize("command", ["", 'CMD ["cat", "who"]'])
def test_a_squashed_layer_names_the_apps_files_by_path(command: str, tmp_path: Path) -> None:
    step = [make.file("app/main.py", bytes(5)), make.file("etc/x", bytes(2)), make.file("tmp/x", bytes(1))]
    report = read_layers(tmp_path, (command, step))
    assert found(report, "app") == {("path", "/app/main.py"): 5}
    assert found(report, "other") == {("path", "/tmp/x"): 1}


def test_distroless_images_have_a_database_without_dpkg(tmp_path: Path) -> None:
    sums = b"0123456789abcdef0123456789abcdef  usr/lib/libssl.so.3\nshort\n\xff\n"
    layer = [
        make.file("var/lib/dpkg/status.d/libssl3", b"Package: libssl3\nVersion: 3.0\n"),
        make.file("var/lib/dpkg/status.d/libssl3.md5sums", sums),
        make.file("usr/lib/libssl.so.3", bytes(100)),
    ]
    report = read_layers(
        tmp_path, ("bazel build @debian//libssl3", layer), ("COPY app /app", [make.file("app", bytes(5))])
    )
    (part,) = [part for part in report.owner("base-os").components if part.bytes]
    status = len(b"Package: libssl3\nVersion: 3.0\n")
    assert (part.name, part.version, part.bytes) == ("libssl3", "3.0", 100 + len(sums) + status)
    assert found(report, "app") == {("instruction", "COPY app /app"): 5}


APK = b"""C:Q1x
P:musl
V:1.2.5-r9
F:lib
R:ld-musl-x86_64.so.1
Z:Q1y

P:gcc
V:14-r1
F:usr/bin
R:gcc
a:0:0:755
F:
R:rootfile

"""


@pytest.mark.parametrize("folder", ["lib/apk/db", "usr/lib/apk/db"])
def test_apks_database(folder: str, tmp_path: Path) -> None:
    step = [
        make.file(f"{folder}/installed", APK),
        make.file(f"{folder}/scripts.tar", bytes(3)),
        make.file("lib/ld-musl-x86_64.so.1", bytes(100)),
        make.file("usr/bin/gcc", bytes(200), 0o755),
        make.file("rootfile", bytes(5)),
    ]
    report = read_layers(tmp_path, ("CMD base", []), ("RUN apk add gcc", step))
    assert found(report, "os-packages") == {
        ("runtime", "musl"): 100,
        ("build tool", "gcc"): 205,
        ("state", "package databases and system files"): 3 + len(APK),
    }
    assert ("gcc", "14-r1") in {(p.name, p.version) for p in report.owner("os-packages").components}


def rpm_header(name: str, paths: dict[str, list[str]]) -> bytes:
    """A header blob as rpm writes it, with the tags that matter."""
    folders = list(paths)
    names = [(folders.index(folder), file) for folder in folders for file in paths[folder]]
    values = [
        (1000, 6, [name.encode()]),
        (1001, 6, [b"1.0"]),
        (1002, 6, [b"2.fc42"]),
        (1009, 4, [struct.pack(">i", 123)]),
        (1116, 4, [struct.pack(">i", index) for index, _ in names]),
        (1117, 8, [file.encode() for _, file in names]),
        (1118, 8, [folder.encode() for folder in folders]),
    ]
    index, store = b"", b""
    for tag, kind, items in values:
        store += bytes(-len(store) % 4)
        index += struct.pack(">iIii", tag, kind, len(store), len(items))
        store += b"".join(item if kind == 4 else item + b"\0" for item in items)
    return struct.pack(">II", len(values), len(store)) + index + store


def rpmdb(tmp_path: Path, *blobs: bytes) -> bytes:
    path = tmp_path / "rpmdb.sqlite"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
    connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(blob,) for blob in blobs])
    connection.commit()
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize("folder", ["var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"])
def test_rpms_database(folder: str, tmp_path: Path) -> None:
    data = rpmdb(
        tmp_path,
        rpm_header("bash", {"/usr/bin/": ["bash", "sh"], "/usr/share/doc/bash/": ["README"]}),
        rpm_header("openssl-devel", {"/usr/include/openssl/": ["ssl.h"]}),
    )
    step = [
        make.file(f"{folder}/rpmdb.sqlite", data),
        make.file("usr/bin/bash", bytes(100), 0o755),
        make.file("usr/share/doc/bash/README", bytes(10)),
        make.file("usr/include/openssl/ssl.h", bytes(7)),
    ]
    report = read_layers(tmp_path, ("CMD base", []), ("RUN dnf install", step))
    assert found(report, "os-packages") == {
        ("runtime", "bash"): 110,
        ("headers", "openssl-devel"): 7,
        ("state", "package databases and system files"): len(data),
    }
    assert {p.version for p in report.owner("os-packages").components if p.version} == {"1.0-2.fc42"}
    assert report.warnings == ()


@pytest.mark.parametrize(
    "damage", ["no sqlite", "cut", "noise", "bad header", "no table", "a view without end"]
)
def test_a_damaged_rpm_database_is_named_in_a_warning(damage: str, tmp_path: Path) -> None:
    good = rpmdb(tmp_path, *(rpm_header(f"p{n}", {"/usr/": ["x" * 900]}) for n in range(30)))
    data = {
        "no sqlite": b"\0" * 5000,
        "cut": good[: len(good) // 2],
        "noise": good[:5000] + bytes(byte ^ 0x5A for byte in good[5000:]),
        "bad header": rpmdb(tmp_path, struct.pack(">II", 1 << 30, 1 << 30)),
    }.get(damage)
    if data is None:
        path = tmp_path / "odd.sqlite"
        connection = sqlite3.connect(path)
        if damage.startswith("a view"):
            endless = (
                "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n AS blob FROM r"
            )
            connection.execute(f"CREATE VIEW Packages AS {endless}")
        else:
            connection.execute("CREATE TABLE x (y)")
        connection.commit()
        connection.close()
        data = path.read_bytes()
    step = [make.file("var/lib/rpm/rpmdb.sqlite", data)]
    report = read_layers(tmp_path, ("CMD base", []), ("RUN dnf install", step))
    assert any("rpmdb.sqlite cannot be read" in warning for warning in report.warnings)


def test_an_old_rpm_database_is_named_in_a_warning(tmp_path: Path) -> None:
    step = [make.file("var/lib/rpm/Packages", bytes(100))]
    report = read_layers(tmp_path, ("CMD base", []), ("RUN yum install", step))
    assert any("/var/lib/rpm/Packages" in warning for warning in report.warnings)
