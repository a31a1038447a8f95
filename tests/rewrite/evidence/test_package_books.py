"""What dpkg and apk keep beside the list of packages (R33, R34)."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Mapping

import pytest

from uvdive.rewrite.evidence.system.package_books import (
    asked_anew,
    asked_for,
    listed_by_apk,
    scripted,
    scripted_by_tmpfiles,
)

STATES = b"""Package: a
Architecture: amd64
Auto-Installed: 1

Package: b
Auto-Installed: 0

Architecture: amd64
Package: c
Auto-Installed: 1
"""


def reading(files: Mapping[str, bytes]) -> Callable[[bytes], bytes | None]:
    return lambda path: files.get(path.decode())


def test_apt_s_packages_are_asked_for_unless_they_came_by_themselves() -> None:
    read = reading({"/var/lib/apt/extended_states": STATES})
    assert asked_for(read, ["a", "b", "c", "d"]) == {"b", "d"}
    assert asked_for(reading({}), ["a"]) == {"a"}


def test_apk_s_world_names_what_is_asked_for_without_its_version() -> None:
    read = reading({"/etc/apk/world": b"curl\nopenssl>=3\na~1\nb<2\nc=1\nd@edge\n"})
    assert asked_for(read, ["x"]) == {"curl", "openssl", "a", "b", "c", "d"}


def test_a_layer_asks_anew_for_what_it_adds_to_the_books() -> None:
    after = STATES.replace(b"Package: c\nAuto-Installed: 1", b"Package: c\nAuto-Installed: 0")
    found = asked_anew([(1, b"a"), (3, b"a b"), (4, b"b")], [(0, STATES), (3, after), (5, STATES)])
    assert found == {3: {"b", "c"}, 4: frozenset(), 5: frozenset()}
    assert asked_anew([(1, b"a")], [(1, STATES)]) == {}


@pytest.mark.parametrize("kind", ["preinst", "postinst", "config", "triggers", "conffiles"])
@pytest.mark.parametrize("stem", ["a", "a:amd64"])
def test_paths_in_dpkg_s_scripts_are_the_package_s(kind: str, stem: str) -> None:
    files = {f"/var/lib/dpkg/info/{stem}.{kind}": b"mkdir -p /var/lib/a/; touch /etc/a.\n[ -d /boot/x ]\n"}
    assert scripted(reading(files), ["a"], "amd64") == {"/var/lib/a", "/etc/a"}
    assert scripted(reading(files), ["b"], "amd64") == frozenset()
    assert scripted(reading(files), ["a"], "arm64") == (
        frozenset() if ":" in stem else {"/var/lib/a", "/etc/a"}
    )


def packed(members: Mapping[str, bytes], mode: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize("folder", ["/lib/apk/db", "/usr/lib/apk/db"])
@pytest.mark.parametrize(("name", "mode"), [("scripts.tar", "w"), ("scripts.tar.gz", "w:gz")])
def test_paths_in_apk_s_scripts_are_the_package_s(folder: str, name: str, mode: str) -> None:
    scripts = {"a-1.2-r0.Q1x.post-install": b"touch /etc/a", "ab-1-r0.Q1y.post-install": b"touch /etc/ab"}
    read = reading({f"{folder}/{name}": packed(scripts, mode)})
    assert scripted(read, ["a"], "") == {"/etc/a"}
    assert scripted(read, ["a", "ab"], "") == {"/etc/a", "/etc/ab"}


def test_a_script_of_apk_is_read_to_a_mebibyte() -> None:
    most = (1 << 20) - len(b"/etc/a")
    for more, found in ((0, {"/etc/a"}), (1, frozenset())):
        data = b" " * (most + more) + b"/etc/a"
        read = reading({"/lib/apk/db/scripts.tar": packed({"a-1.post-install": data}, "w")})
        assert scripted(read, ["a"], "") == found


def test_an_archive_of_scripts_that_is_none_tells_nothing() -> None:
    whole = packed({"a-1.post-install": b"touch /etc/a" * 999}, "w:gz")
    for data in (b"no archive", whole[:60], b""):
        assert scripted(reading({"/lib/apk/db/scripts.tar": data}), ["a"], "") == frozenset()


def test_paths_of_tmpfiles_stand_in_the_second_column() -> None:
    texts = [b"d /run/a/ 0755 root root -\n# /run/x\nf\nL var/b - -\n", b"D /var/c"]
    assert scripted_by_tmpfiles(texts) == {"/run/a", "/var/c"}


def test_apk_s_database_lists_folders_and_files_by_package() -> None:
    text = b"P:a\nV:1\nF:etc\nR:a.conf\nF:usr/bin\nR:a\n\nP:b\nF:\nR:top\nF:var\n"
    assert list(listed_by_apk(reading({"/lib/apk/db/installed": text}))) == [
        (b"/etc", "a"),
        (b"/etc/a.conf", "a"),
        (b"/usr/bin", "a"),
        (b"/usr/bin/a", "a"),
        (b"/top", "b"),
        (b"/var", "b"),
    ]
