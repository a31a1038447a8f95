"""What the judge knows by itself of package managers, accounts and builds: no more is excused."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs
from made_images.layers import content

from uvdive.ledger.reading.contents import ContentPlace
from uvdive.rewrite.plan import Allowances, Decision
from uvdive.verify.checks import NO_CHANCE, Chance, Check, Want
from uvdive.verify.files.check import check_files
from uvdive.verify.files.managers import is_book

SITE = "app/.venv/lib/python3.13/site-packages"


def file(path: str, data: bytes = b"x", mode: int = 0o644) -> pairs.Files:
    return {path: make.file(path, data, mode)}


def installed(*names: str, depends: str = "", extra: pairs.Files | None = None) -> pairs.Files:
    """OS packages that one RUN installed; ``depends`` is a dependency of the first."""
    stanzas = []
    files: dict[str, bytes] = {}
    for name in names:
        more = f"Depends: {depends}\n" if depends and name == names[0] else ""
        stanzas.append(f"Package: {name}\nStatus: install ok installed\nVersion: 1\n{more}")
        files[f"usr/share/{name}"] = content(300, name[0])
        listed = f"/.\n/usr/share/{name}\n/var\n/var/lib\n/var/lib/{name}\n"
        files[f"var/lib/dpkg/info/{name}.list"] = listed.encode()
    files["var/lib/dpkg/status"] = "\n".join(stanzas).encode()
    made = {path: make.file(path, data) for path, data in files.items()}
    return made | {f"var/lib/{name}": make.folder(f"var/lib/{name}") for name in names} | (extra or {})


def check(
    tmp_path: Path,
    old: pairs.Files,
    new: pairs.Files,
    allowed: Allowances = pairs.ALLOWED,
    decisions: Iterable[Decision] | None = None,
    varying: Chance = NO_CHANCE,
) -> Check:
    """The check of two applications with other files, whose contents can be read."""
    reports, places = [], []
    for name, files in (("b.tar", old), ("a.tar", new)):
        report, index = pairs.read_with_contents(tmp_path / name, pairs.python(), pairs.application() | files)
        reports.append(report)
        places.append(ContentPlace(index=index))
    told = None if decisions is None else list(decisions)
    return check_files(*reports, allowed, (places[0], places[1]), varying, told)


@pytest.mark.parametrize(
    "path",
    [
        "/var/lib/dpkg/status", "/var/lib/dpkg", "/var/lib/apt/extended_states", "/var/lib/rpm/rpmdb.sqlite",
        "/lib/apk/db/installed", "/usr/lib/apk/db/triggers", "/etc/ld.so.cache", "/var/cache/apt/pkgcache",
        "/var/cache/debconf/config.dat", "/var/cache/ldconfig/aux-cache", "/var/cache/man/index.db",
        "/var/cache/fontconfig/x.cache-9", "/var/cache/dnf/x", "/var/cache/libdnf5/x", "/var/cache/yum/x",
        "/var/cache/zypp/x", "/var/cache/apk/x", "/var/cache/pacman/pkg/x", "/var/log/dpkg.log",
        "/var/log/dpkg.log.1", "/var/log/alternatives.log.2.gz", "/var/log/apt/history.log",
        "/var/log/bootstrap.log", "/var/log/faillog", "/var/log/lastlog", "/var/log/btmp", "/var/log/wtmp",
        "/var/log/tallylog", "/var/log/fontconfig.log", "/var/log/apk.log", "/var/log/dnf.log",
        "/var/log/dnf.rpm.log", "/var/log/dnf.librepo.log", "/var/log/hawkey.log", "/var/log/yum.log",
        "/var/log/zypper.log", "/var/log/zypp/history", "/var/log/unattended-upgrades",
        "/usr/lib/sysimage/rpm/x", "/var/lib/dnf/x", "/var/lib/yum/x",
    ],
)  # fmt: skip
def test_what_a_package_manager_writes_by_itself(path: str) -> None:
    assert is_book(path.encode())


@pytest.mark.parametrize(
    "path",
    [
        "/var/log", "/var/log/cron.log", "/var/log/nginx/access.log", "/var/log/dpkg.log.txt",
        "/var/log/aptly", "/var/cache", "/var/cache/shop/index", "/var/cache/aptly", "/var/lib/dpkgs",
        "/etc/ld.so.cache.d", "/var/cache/nginx", "/var/lib/alternatives.d", "/var/lib/shop",
    ],
)  # fmt: skip
def test_what_an_author_writes_in_the_same_folders(path: str) -> None:
    assert not is_book(path.encode())


@pytest.mark.parametrize(
    "path", ["var/log/cron.log", "var/cache/shop/index", "var/log/web/x", "home/app/.cache/x"]
)
def test_what_a_run_made_beside_its_packages_must_not_go(tmp_path: Path, path: str) -> None:
    with_package = installed("cron")
    gone = check(tmp_path, with_package | file(path), with_package)
    assert gone.status == "failed"
    assert any(f"/{path}" in line or f"/{path.rpartition('/')[0]}/" in line for line in gone.differences)
    assert check(tmp_path, with_package | file(path), with_package | file(path)).status == "passed"


def test_logs_and_caches_of_installs_may_go(tmp_path: Path) -> None:
    books = file("var/log/dpkg.log") | file("var/cache/debconf/config.dat") | file("var/log/apt/history.log")
    with_package = installed("cron")
    assert check(tmp_path, with_package | books, with_package).status == "passed"


def test_a_link_in_place_of_a_log_is_the_authors(tmp_path: Path) -> None:
    log = "var/log/nginx/access.log"
    linked = installed("nginx") | {log: make.symlink(log, "/dev/stdout")}
    assert check(tmp_path, linked, installed("nginx") | file(log, b"")).status == "failed"


def test_what_packages_write_anew_may_have_another_content(tmp_path: Path) -> None:
    log = "var/log/nginx/made.log"
    old, new = (installed("nginx") | file(log, data) for data in (b"at 1", b"at 23"))
    assert check(tmp_path, old, new).status == "passed"
    other_mode = installed("nginx") | file(log, b"at 1", 0o600)
    assert check(tmp_path, old, other_mode).status == "failed"


NAMED = Decision("package-gcc", "R33", 3, "The OS package gcc", "Nothing uses it.", "drop")


def test_a_package_that_is_gone_must_be_named_by_a_decision(tmp_path: Path) -> None:
    old = installed("gcc", "libc-dev", "tini", depends="libc-dev (>= 2)")
    new = installed("tini")
    announced = replace(pairs.ALLOWED, packages=("gcc", "libc-dev"))
    # libc-dev comes with gcc, which is named.
    assert check(tmp_path, old, new, announced, [NAMED]).status == "passed"
    assert check(tmp_path, old, new, announced, None).status == "passed"
    for decisions, missing in (([], {"gcc", "libc-dev"}), ([replace(NAMED, id="x", summary="gcc-12")], None)):
        found = check(tmp_path, old, new, announced, decisions)
        assert found.status == "failed"
        assert {want.name for want in found.wants if want.kind == "package"} == {"gcc", "libc-dev"}, missing
    silent = check(tmp_path, old, installed("gcc", "libc-dev", depends="libc-dev"), announced, [NAMED])
    assert "missing: the OS package tini 1" in silent.differences
    assert Want("package", "tini") in silent.wants


def test_what_scripts_of_a_dropped_package_made_goes_with_it(tmp_path: Path) -> None:
    made = file("var/lib/gcc/made")
    old, new = installed("gcc", "tini"), installed("tini")
    announced = replace(pairs.ALLOWED, packages=("gcc",))
    assert check(tmp_path, old | made, new, announced, [NAMED]).status == "passed"
    # What lies in a folder of a package that stays is not.
    beside = file("var/lib/tini/made")
    assert check(tmp_path, old | beside, new, announced, [NAMED]).status == "failed"


def test_a_link_to_a_dropped_packages_program_goes_with_it(tmp_path: Path) -> None:
    link = {"usr/bin/cc": make.symlink("usr/bin/cc", "/usr/share/gcc")}
    announced = replace(pairs.ALLOWED, packages=("gcc",))
    assert check(tmp_path, installed("gcc") | link, {}, announced, [NAMED]).status == "passed"


def test_a_module_that_is_bytecode_alone_is_no_bytecode(tmp_path: Path) -> None:
    compiled, source = file("app/lib/secret.pyc", content(99, "c")), file("app/lib/secret.py")
    assert check(tmp_path, compiled, {}).status == "failed"
    assert check(tmp_path, compiled | source, source).status == "passed"


def claimed(data: bytes, *brought: bytes) -> pairs.Files:
    """A file that several distributions list, each with the content that it brings."""
    files = {f"{SITE}/shared/__init__.py": data}
    for number, one in enumerate(brought):
        digest = base64.urlsafe_b64encode(hashlib.sha256(one).digest()).rstrip(b"=")
        info = f"{SITE}/dist{number}-1.dist-info"
        files[f"{info}/RECORD"] = b"shared/__init__.py,sha256=%s,%d\n" % (digest, len(one))
        files[f"{info}/METADATA"] = b"Metadata-Version: 2.1\nName: dist%d\nVersion: 1\n" % number
    return {path: make.file(path, text) for path, text in files.items()}


@pytest.mark.parametrize("other", [b"two", b"a longer one"])
def test_a_file_of_two_distributions_may_be_either(tmp_path: Path, other: bytes) -> None:
    both = (b"one", other)
    done = check(tmp_path, claimed(b"one", *both), claimed(other, *both))
    assert done.status == "passed", done.differences
    assert "files that two distributions bring (1)" in done.detail
    # Neither content, or only one distribution: nothing explains it.
    assert check(tmp_path, claimed(b"one", *both), claimed(b"six", *both)).status == "failed"
    assert check(tmp_path, claimed(b"one", b"one"), claimed(other, b"one")).status == "failed"


def test_what_differs_between_two_builds_of_the_original_is_no_difference(tmp_path: Path) -> None:
    old = file("app/db.sqlite", b"at 1") | file("app/run-1a2b")
    new = file("app/db.sqlite", b"at 2") | file("app/run-9z8y")
    failed = check(tmp_path, old, new)
    assert set(failed.paths) == {b"/app/db.sqlite", b"/app/run-1a2b"}
    database, run = b"/app/db.sqlite", b"/app/run-1a2b"
    varying = Chance(frozenset(failed.paths), frozenset((run,)))
    assert check(tmp_path, old, new, varying=varying).status == "passed"
    for paths in ([database], [run]):
        left = check(tmp_path, old, new, varying=varying.among(paths))
        assert set(left.paths) == {database, run} - set(paths)
    # Another content each time is no reason for a file that is not there.
    lost = check(tmp_path, old, file("app/run-9z8y"), varying=varying)
    assert lost.paths == (database,)
    other_mode = file("app/db.sqlite", b"at 2", 0o600) | file("app/run-9z8y")
    assert check(tmp_path, old, other_mode, varying=varying).paths == (b"/app/db.sqlite",)
