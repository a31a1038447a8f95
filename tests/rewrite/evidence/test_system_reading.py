"""What is read from an image of what the app needs of the system; the image is an archive by hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs
from made_images.elves import elf

from uvdive.distro.kinds import only_builds
from uvdive.distro.needs import wanted_by
from uvdive.image.layers import helper
from uvdive.ledger.reading.contents import ContentPlace, Contents
from uvdive.ledger.report import ImageReport
from uvdive.ledger.system.installed import closure, installed_packages
from uvdive.rewrite.evidence.system import os_needs
from uvdive.rewrite.evidence.system.os_needs import Need, SystemFacts, read_system

SITE = "app/.venv/lib/python3.13/site-packages"
LIB = "usr/lib/x86_64-linux-gnu"
STATUS = b"""\
Package: libc6
Status: install ok installed
Version: 2.41-1

Package: libpq-dev
Status: install ok installed
Version: 17.1-1
Depends: libpq5 (= 17.1-1), libssl-dev | libssl3-dev

Package: libpq5
Status: install ok installed
Version: 17.1-1
Pre-Depends: libc6 (>= 2.38)

Package: libmagic1t64
Status: install ok installed
Version: 1:5.46-5
Provides: libmagic1 (= 1:5.46-5)
Recommends: libmagic-mgc

Package: gone
Status: deinstall ok config-files
Version: 1

Package: git
Status: install ok installed
Version: 1:2.47
"""


def file(name: str, data: bytes, mode: int = 0o644) -> pairs.Files:
    return {name: make.file(name, data, mode)}


def listed(package: str, *paths: str) -> pairs.Files:
    return file(
        f"var/lib/dpkg/info/{package}.list",
        "".join(f"/{path}\n" for path in ("usr", "usr/lib", *paths)).encode(),
    )


def packages() -> pairs.Files:
    """The layer that apt wrote."""
    found: pairs.Files = {}
    for layer in (
        file("var/lib/dpkg/status", STATUS),
        listed("libpq5:amd64", f"{LIB}/libpq.so.5", f"{LIB}/libpq.so.5.17"),
        listed("libpq-dev", f"{LIB}/libpq.so", "usr/include/postgresql", "usr/include/postgresql/libpq-fe.h"),
        listed("libmagic1t64:amd64", f"{LIB}/libmagic.so.1"),
        listed("git", "usr/bin/git"),
        file(f"{LIB}/libpq.so.5.17", elf("libc.so.6")),
        {f"{LIB}/libpq.so.5": make.symlink(f"{LIB}/libpq.so.5", "libpq.so.5.17")},
        {f"{LIB}/libpq.so": make.symlink(f"{LIB}/libpq.so", "libpq.so.5.17")},
        {"usr/include/postgresql": make.folder("usr/include/postgresql")},
        file("usr/include/postgresql/libpq-fe.h", b"int x;\n" * 30),
        file(f"{LIB}/libmagic.so.1", elf("libc.so.6")),
        file("usr/bin/git", b"\x7fELF" + bytes(200), 0o755),
    ):
        found |= layer
    return found


def base() -> pairs.Files:
    libc = file(f"{LIB}/libc.so.6", elf()) | listed("libc6:amd64", f"{LIB}/libc.so.6")
    status = STATUS.split(b"\n\n", maxsplit=1)[0] + b"\n"
    return pairs.python() | libc | file("var/lib/dpkg/status", status)


@pytest.fixture
def image(tmp_path: Path) -> tuple[ImageReport, ContentPlace]:
    app = pairs.application()
    for extra in (
        file(f"{SITE}/psycopg2/_psycopg.so", elf("libpq.so.5", "libc.so.6")),
        file(f"{SITE}/magic/loader.py", b'import ctypes\nctypes.CDLL("libmagic.so.1")\n'),
        file(f"{SITE}/tool/git.py", b'import subprocess\nsubprocess.run(["git", "log"])\n'),
        file(f"{SITE}/tool/word.py", b'name = "git"\n'),
        file("app/deploy.sh", b"#!/bin/sh\ngit pull\n", 0o755),
    ):
        app |= extra
    report, index = pairs.read_with_contents(tmp_path / "a.tar", base(), packages(), app)
    return report, ContentPlace(index=index)


@pytest.fixture
def facts(image: tuple[ImageReport, ContentPlace]) -> SystemFacts:
    return read_system(*image)


def test_pieces_by_two_processes_tell_what_one_reads_at_once(
    facts: SystemFacts, image: tuple[ImageReport, ContentPlace], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who does which piece is chance; here this process does the first, and another all the rest."""
    mine = iter([True])
    monkeypatch.setattr(helper, "may_fork", lambda: True)
    monkeypatch.setattr(helper.Helpers, "claim", lambda *_: next(mine, False))
    monkeypatch.setattr(os_needs, "_MANY", 1)
    monkeypatch.setattr(Contents, "apart", property(lambda _contents: True))
    work, by = os_needs._Needs._looked, []

    def looked(needs: object, *args: object) -> object:
        by.append(os.getpid())
        return work(needs, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(os_needs._Needs, "_looked", looked)
    assert read_system(*image) == facts
    assert by == [os.getpid()], "the others were done elsewhere"


def test_packages_are_read_with_what_they_depend_on(facts: SystemFacts) -> None:
    assert set(facts.packages) == {"libc6", "libpq-dev", "libpq5", "libmagic1t64", "git"}
    assert facts.packages["libpq-dev"].depends == (("libpq5",), ("libssl-dev", "libssl3-dev"))
    assert facts.packages["libmagic1t64"].provides == ("libmagic1",)
    assert facts.first_layer == {"libc6": 0, "libpq-dev": 1, "libpq5": 1, "libmagic1t64": 1, "git": 1}
    assert facts.bytes["git"] > 204  # with what dpkg noted of it
    assert facts.programs["git"] == "git"


def test_a_library_is_told_by_the_header_that_names_it(facts: SystemFacts) -> None:
    linked = [need for need in facts.needs if need.how == "links"]
    assert Need("libpq5", "libpq.so.5", f"/{SITE}/psycopg2/_psycopg.so", "links") in linked
    assert {need.package for need in linked} == {"libpq5", "libc6"}


def test_a_library_is_told_by_the_name_that_code_loads(facts: SystemFacts) -> None:
    (loaded,) = [need for need in facts.needs if need.how == "loads"]
    assert loaded == Need("libmagic1t64", "libmagic.so.1", f"/{SITE}/magic/loader.py", "loads", sure=False)


def test_a_program_is_told_by_the_apps_own_files_first(facts: SystemFacts) -> None:
    (run,) = [need for need in facts.needs if need.how == "runs"]
    assert run == Need("git", "git", "/app/deploy.sh", "runs", sure=False)


def test_folders_and_links_belong_to_the_packages_that_list_them(facts: SystemFacts) -> None:
    assert facts.listed["/usr/include/postgresql"] == {"libpq-dev"}
    assert facts.listed[f"/{LIB}/libpq.so"] == {"libpq-dev"}
    assert facts.listed[f"/{LIB}/libpq.so.5"] == {"libpq5"}


def test_nothing_is_looked_for_where_no_package_was_added(tmp_path: Path) -> None:
    report, index = pairs.read_with_contents(tmp_path / "a.tar", base(), pairs.application())
    assert read_system(report, ContentPlace(index=index)).needs == ()


def test_alpines_database_is_read_too() -> None:
    database = b"""\
P:libpq
V:17.1-r0
D:so:libc.musl-x86_64.so.1 so:libcrypto.so.3
p:so:libpq.so.5=5.17

P:musl
V:1.2.5-r9
p:so:libc.musl-x86_64.so.1=1

P:app
V:1
D:so:libpq.so.5 !conflict foo>=2
"""
    found = installed_packages({b"/lib/apk/db/installed": database}.get)
    assert found["app"].depends == (("so:libpq.so.5",), ("foo",))
    assert closure(found, ["app"]) == {"app", "libpq", "musl"}


@pytest.mark.parametrize(
    ("name", "builds"),
    [
        *((name, True) for name in ("gcc", "g++-14", "libpq-dev", "linux-headers", "build-essential")),
        *((name, False) for name in ("libpq5", "ffmpeg", "make-guile", "libgcc-s1", "device", "python3")),
    ],
)  # fmt: skip
def test_r33_packages_that_only_build_are_told_by_name(name: str, builds: bool) -> None:
    assert only_builds(name) is builds


@pytest.mark.parametrize(
    ("distribution", "package", "how"),
    [
        ("python-magic", "libmagic1t64", "loads"),
        ("weasyprint", "libpangoft2-1.0-0", "loads"),
        ("pydub", "ffmpeg", "runs"),
        ("gitpython", "git", "runs"),
        ("pytesseract", "tesseract-ocr-deu", "runs"),
        ("flask", "git", None),
    ],
)
def test_r57_the_tables_name_what_headers_do_not(distribution: str, package: str, how: str | None) -> None:
    assert wanted_by(distribution, package) == how


def test_debians_own_python_belongs_to_its_packages(tmp_path: Path) -> None:
    status = STATUS + b"".join(
        b"\nPackage: %s\nStatus: install ok installed\nVersion: 3\n" % name
        for name in (b"python3.13-minimal", b"libexpat1", b"libc6-dev")
    )
    added: pairs.Files = {}
    for part in (
        file("var/lib/dpkg/status", status),
        listed("python3.13-minimal", "usr/bin/python3.13", "usr/lib/python3.13/os.py"),
        listed("libexpat1:amd64", f"{LIB}/libexpat.so.1"),
        listed("libc6-dev:amd64", f"{LIB}/libc.so"),
        file("usr/bin/python3.13", elf("libexpat.so.1"), 0o755),
        file("usr/lib/python3.13/os.py", b"import abc\n"),
        file(f"{LIB}/libexpat.so.1", elf()),
        file(f"{LIB}/libc.so", b"GROUP ( /lib/libc.so.6 )\n"),
    ):
        added |= part
    app = pairs.application() | file("app/load.py", b'import ctypes\nctypes.CDLL("libc")\n')
    folders: pairs.Files = {path: make.folder(path) for path in ("usr", "usr/lib", "usr/bin")}
    report, index = pairs.read_with_contents(tmp_path / "a.tar", folders | base(), folders | added, app)
    facts = read_system(report, ContentPlace(index=index))
    # The base's own folders stay, whatever is left out.
    assert not folders.keys() & {path.lstrip("/") for path in facts.listed}
    assert facts.listed["/usr/bin/python3.13"] == facts.listed["/usr/lib/python3.13/os.py"]
    assert facts.listed["/usr/bin/python3.13"] == {"python3.13-minimal"}
    assert facts.first_layer["python3.13-minimal"] == 1
    assert {need.package for need in facts.needs} <= {"libc6"}
