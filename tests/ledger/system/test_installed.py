"""The packages that are installed in the end, and what each brings along."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_images.samples import sample_report

from uvdive.ledger.report import Component
from uvdive.ledger.system.installed import Installed, closure, installed_packages, package_names
from uvdive.ledger.system.package_databases import Stanza, stanzas

STATUS = b"""Package: app
Status: install ok installed
Section: web
Version: 1.0
Pre-Depends: libc6 (>= 2.36)
Depends: python3:any, mta | exim4 (= 4) , libx [amd64],
 continued-is-no-name
Recommends: doc, tools | more
Provides: www (= 1), httpd
Description: x
 Depends: not-this

Package: gone
Status: deinstall ok config-files
Version: 1

Package: half
Status: install ok half-installed
Version: 1

Status: install ok installed
Version: 1

Package: bare
Status: hold ok installed
"""
APK = b"""P:musl
V:1.2.5-r9
p:so:libc.musl.so.1=1 cmd:ldd=1.2
D:a b>=1 !conflict c~2 so:lib.so.1

V:no-name

P:bare
"""


def test_debians_packages() -> None:
    found = installed_packages({b"/var/lib/dpkg/status": STATUS}.get)
    assert found == {
        "app": Installed(
            "app",
            "1.0",
            (("libc6",), ("python3",), ("mta", "exim4"), ("libx",)),
            (("doc",), ("tools", "more")),
            ("www", "httpd"),
        ),
        "bare": Installed("bare", ""),
    }


@pytest.mark.parametrize("folder", ["/lib/apk/db", "/usr/lib/apk/db"])
def test_alpines_packages(folder: str) -> None:
    found = installed_packages({f"{folder}/installed".encode(): APK}.get)
    assert found == {
        "musl": Installed(
            "musl",
            "1.2.5-r9",
            (("a",), ("b",), ("c",), ("so:lib.so.1",)),
            (),
            ("so:libc.musl.so.1", "cmd:ldd"),
        ),
        "bare": Installed("bare", ""),
    }


def test_without_a_database_there_are_none_and_dpkgs_comes_first() -> None:
    assert installed_packages({}.get) == {}
    assert installed_packages({b"/var/lib/rpm/rpmdb.sqlite": b"x"}.get) == {}
    both = {b"/var/lib/dpkg/status": b"", b"/lib/apk/db/installed": APK}
    assert installed_packages(both.get) == {}


def package(name: str, *depends: tuple[str, ...], recommends: str = "", provides: str = "") -> Installed:
    wanted = tuple((item,) for item in recommends.split())
    return Installed(name, "1", depends, wanted, tuple(provides.split()))


PACKAGES = {
    item.name: item
    for item in (
        package("app", ("lib",), ("one", "two"), recommends="doc"),
        package("lib", ("app",)),
        package("two", ("virtual",)),
        package("real", provides="virtual"),
        package("also", provides="virtual other"),
        package("doc", ("page",)),
        package("page"),
        package("alone"),
    )
}


@pytest.mark.parametrize(
    ("names", "how", "brought"),
    [
        (["app"], {}, "app lib two real also"),
        (["app"], {"recommends": True}, "app lib two real also doc page"),
        (["app"], {"surely": True}, "app lib"),
        (["app"], {"surely": True, "recommends": True}, "app lib doc page"),
        (["virtual"], {}, "real also"),
        (["alone", "page"], {}, "alone page"),
        (["unknown"], {}, ""),
        ([], {}, ""),
    ],
)
def test_what_packages_bring_along(names: list[str], how: dict[str, bool], brought: str) -> None:
    assert closure(PACKAGES, names, **how) == set(brought.split())


@pytest.mark.parametrize(
    ("owner", "version", "counted"),
    [
        ("base-os", "1", True),
        ("os-packages", "1", True),
        ("base-os", None, False),
        ("os-packages", None, False),
        ("venv", "1", False),
        ("python", "1", False),
    ],
)
def test_names_of_os_packages_by_the_ledger(owner: str, version: str | None, counted: bool) -> None:
    part = Component(owner, "x", version, "package", "", 1, 1, 0)
    assert package_names(replace(sample_report(), components=(part,))) == ({"x"} if counted else set())


def test_stanzas_of_a_status_file() -> None:
    assert stanzas(STATUS) == {
        "app": Stanza("1.0", "web"),
        "gone": Stanza("1", ""),
        "half": Stanza("1", ""),
        "bare": Stanza("", ""),
    }
