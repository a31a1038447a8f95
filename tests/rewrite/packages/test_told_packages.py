"""Package lists that are no plain words: the text or the image tells what they bring (R33, R43)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_images.system_facts import facts, packages
from rewrites.dockerfiles import BASE, FLASK, SYNC, decision, last_stage, refused

from uvdive.ledger.system.installed import Installed
from uvdive.rewrite.evidence.system.package_books import (
    asked_anew,
    asked_for,
    listed_by_apk,
    scripted,
    scripted_by_tmpfiles,
)

FOUND = packages("libc6", "tini", "file: libmagic1t64", "libmagic1t64: (libmagic1)", "gcc: cpp", "cpp", "jq")
UPDATE = "RUN apt-get update && "


def planned(project, run: str, *, only=("tini", "file"), asked=None, choices=None, before="", **image):
    """The plan of a project whose first RUN brings ``only`` and what these need."""
    made = project(f"{BASE}{before}{run}\n{SYNC}{FLASK}", **image)
    layer = 1 + before.count("COPY") + before.count("RUN")
    system = facts(found=FOUND, programs=(), only=only)
    layers = {name: 0 if name == "libc6" else layer for name in system.packages}
    asked = frozenset(only) if asked is None else asked
    return made.plan(system=replace(system, first_layer=layers, asked_for=asked), choices=choices or {})


@pytest.mark.parametrize(
    "command",
    [
        "apt-get install -y $(cat packages.txt)",
        "apt-get install -y `cat packages.txt`",
        "apt-get install -y $(grep -v '^#' /tmp/packages.txt)",
        "apt-get install -y $(sed 's/#.*//' /tmp/packages.txt)",
        "apt-get install -y $(awk '{print $1}' /tmp/list)",
        "apt-get install -y $(cut -d= -f1 list)",
        "apt-get install -y $(< packages.txt)",
        "xargs apt-get install -y < packages.txt",
        "xargs -r -a packages.txt apt-get install -y",
        "cat packages.txt | xargs apt-get install -y",
        "grep -v '#' packages | xargs -n 10 apt-get install -y",
        "while read p; do apt-get install -y $p; done < packages.txt",
        "for p in $(cat packages.txt); do apt-get install -y $p; done",
        "P=$(cat packages.txt) && apt-get install -y $P",
        "export P=$(sort packages.txt) && apt-get install -y $P",
    ],
)
def test_a_list_in_a_file_is_replaced_by_the_packages_that_came(project, command) -> None:
    result = planned(project, f"{UPDATE}{command}")
    assert f"{UPDATE}apt-get install -y file tini\n" in last_stage(result)
    assert "packages.txt" not in last_stage(result)
    assert "file, tini" in decision(result, "listed-packages").reason
    assert result.allowed.packages == ()
    # tini, file and libmagic1t64, with what the layer holds beside.
    assert result.predicted.owners["os-packages"] == (0, 3000)


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ('ARG PKGS="tini file"\n', "apt-get install -y $PKGS"),
        ('ENV PKGS="tini file"\n', "apt-get install -y ${PKGS}"),
        ("", "P='tini file' && apt-get install -y $P"),
        ("", "for p in tini file; do apt-get install -y $p; done"),
        ("", "echo tini file | xargs apt-get install -y"),
        ("", "apt-get install -y {tini,file}"),
    ],
)
def test_a_list_that_the_final_stage_has_too_stays_as_it_is_and_is_counted(project, before, command) -> None:
    result = planned(project, f"{UPDATE}{command}", before=before)
    assert f"{UPDATE}{command}\n" in last_stage(result)
    assert before in last_stage(result)
    assert {"tini", "file"} <= set(decision(result, "listed-packages").reason.replace(",", "").split())
    assert result.allowed.packages == ()
    assert result.predicted.owners["os-packages"] == (0, 3000)


@pytest.mark.parametrize(
    "command",
    [
        "apt-get install -y tini $PKGS",
        "for p in tini gcc; do apt-get install -y $p; done",
        "apt-get install -y tini $(cat packages.txt)",
    ],
)
def test_what_only_builds_is_left_out_of_a_list_too(project, command) -> None:
    before = 'ARG PKGS="gcc"\n'
    result = planned(project, f"{UPDATE}{command}", before=before, only=("tini", "gcc"))
    assert f"{UPDATE}apt-get install -y tini\n" in last_stage(result)
    assert set(result.allowed.packages) == {"gcc", "cpp"}
    assert "gcc" in decision(result, "build-packages").reason
    kept = planned(
        project,
        f"{UPDATE}{command}",
        before=before,
        only=("tini", "gcc"),
        choices={"build-packages": "keep"},
    )
    assert kept.allowed.packages == ()


def test_one_package_of_a_list_is_a_choice_of_its_own(project) -> None:
    run = f"{UPDATE}apt-get install -y $PKGS jq"
    before = 'ARG PKGS="tini file"\n'
    result = planned(
        project, run, before=before, only=("tini", "file", "jq"), choices={"package-tini": "drop"}
    )
    assert f"{UPDATE}apt-get install -y file jq\n" in last_stage(result)
    assert result.allowed.packages == ("tini",)


def test_a_version_that_the_text_tells_stays(project) -> None:
    result = planned(project, f"{UPDATE}V=$(cat v) && apt-get install -y tini=$V file")
    assert f"{UPDATE}apt-get install -y tini file\n" in last_stage(result)


def test_a_list_of_packages_that_are_removed_again_brings_nothing(project) -> None:
    run = f"{UPDATE}apt-get install -y $(cat build.txt) && make && apt-get purge -y $(cat build.txt)"
    result = planned(project, run, only=("cpp",), asked=frozenset())
    assert "apt-get" not in last_stage(result)
    assert "cpp" in decision(result, "left-over-packages").reason


def test_what_came_with_a_package_that_is_removed_again_is_named(project) -> None:
    run = f"{UPDATE}apt-get install -y gcc && make && apt-get purge -y gcc"
    result = planned(project, run, only=("cpp",), asked=frozenset())
    assert "apt-get" not in last_stage(result)
    assert "cpp" in decision(result, "left-over-packages").reason
    assert result.allowed.packages == ("cpp",)


def test_without_marks_of_who_asked_the_fewest_names_are_taken(project) -> None:
    made = project(f"{BASE}{UPDATE}apt-get install -y $(cat list)\n{SYNC}{FLASK}")
    result = made.plan(system=facts(found=FOUND, programs=(), only=("tini", "file")))
    assert f"{UPDATE}apt-get install -y file tini\n" in last_stage(result)


def test_apks_lists_are_told_as_well(project) -> None:
    result = planned(project, "RUN apk add --no-cache --virtual .run $(cat packages.txt)")
    assert "RUN apk add --no-cache --virtual .run file tini\n" in last_stage(result)
    result = planned(project, "RUN xargs apk add --no-cache < packages.txt")
    assert "RUN apk add --no-cache file tini\n" in last_stage(result)


@pytest.mark.parametrize(
    "command", ["apt-get install -y $(grep x list.txt)", "awk 1 f | xargs apt-get install"]
)
def test_without_the_contents_a_list_in_a_file_is_refused(project, command) -> None:
    assert refused(project(f"{BASE}{UPDATE}{command}\n{SYNC}{FLASK}").plan()) == ("R33", 2)


def test_what_an_upgrade_brings_is_brought_again_and_needs_no_name(project) -> None:
    result = planned(project, f"{UPDATE}apt-get dist-upgrade -y && apt-get install -y tini")
    assert f"{UPDATE}apt-get dist-upgrade -y && apt-get install -y tini\n" in last_stage(result)
    assert result.allowed.packages == ()
    assert result.predicted.owners["os-packages"] == (0, 3000)


def test_who_asked_for_a_package_stands_in_apts_and_apks_books() -> None:
    installed = dict.fromkeys(("tini", "libmagic1t64"), Installed("x", "1"))
    states = (
        b"Package: libmagic1t64\nArchitecture: amd64\nAuto-Installed: 1\n\nPackage: tini\nAuto-Installed: 0\n"
    )
    assert asked_for({b"/var/lib/apt/extended_states": states}.get, installed) == {"tini"}
    assert asked_for({b"/etc/apk/world": b"tini=1.2\n.run\nfile@edge\n"}.get, {}) == {"tini", ".run", "file"}
    assert asked_for({}.get, installed) == set(installed)


def test_what_a_layer_asked_for_that_was_there_before_is_told_by_what_its_books_add() -> None:
    worlds = [(0, b"a\n"), (3, b"a\ntzdata\n"), (5, b"a\ntzdata\n.run\n")]
    automatic = b"Package: x\nAuto-Installed: 1\n\n"
    states = [(1, automatic), (3, automatic.replace(b"1", b"0"))]
    assert asked_anew(worlds, []) == {3: {"tzdata"}, 5: {".run"}}
    assert asked_anew(worlds, states) == {3: {"tzdata", "x"}, 5: {".run"}}
    assert asked_anew([], []) == {}


def test_a_list_that_names_what_is_there_already_is_kept_for_the_books(project) -> None:
    made = project(f"{BASE}RUN apk add $(cat list)\n{SYNC}{FLASK}")
    system = replace(
        facts(found=FOUND, programs=(), only=("libc6",)), asked_for=frozenset(), asked_anew={1: {"libc6"}}
    )
    assert "RUN apk add libc6\n" in last_stage(made.plan(system=system))


def test_the_paths_in_packages_scripts_and_in_apks_lists() -> None:
    files = {
        b"/var/lib/dpkg/info/nginx.postinst": b'logdir="/var/log/nginx"\ntouch /var/log/nginx/access.log; x',
        b"/var/lib/dpkg/info/vim:amd64.conffiles": b"/etc/vim/vimrc\n",
        b"/lib/apk/db/installed": b"P:tini\nF:sbin\nR:tini\n\nP:x\nF:\nR:a\nF:var/lib/x\n",
    }
    assert scripted(files.get, ["nginx", "vim"], "amd64") == {
        "/var/log/nginx",
        "/var/log/nginx/access.log",
        "/etc/vim/vimrc",
    }
    tmpfiles = b"# x\nd /run/sudo 0711 root root\nL+ /etc/mtab - - - - ../proc/self/mounts\nr! /x/\n"
    assert scripted_by_tmpfiles([tmpfiles]) == {"/run/sudo", "/etc/mtab", "/x"}
    assert list(listed_by_apk(files.get)) == [
        (b"/sbin", "tini"), (b"/sbin/tini", "tini"), (b"/a", "x"), (b"/var/lib/x", "x")
    ]  # fmt: skip


def test_several_installs_of_a_run_keep_what_serves_them_where_one_goes(project) -> None:
    lists = "rm -rf /var/lib/apt/lists/*"
    listed = "apt-get install -y $(awk '/^lib/' /opt/list)"
    run = f"{UPDATE}sed s/#.*// /opt/list | xargs apt-get install -y && {listed}"
    for order in (run, f"{UPDATE}{listed} && sed s/#.*// /opt/list | xargs apt-get install -y"):
        # What is removed besides is not in the final stage.
        result = planned(project, f"{order} && {lists} /opt/list", before="COPY list /opt/list\n")
        (line,) = [line for line in last_stage(result).splitlines() if line.startswith("RUN apt-get")]
        assert line.startswith(f"{UPDATE}apt-get install -y file tini")
        assert line.endswith(f" && {lists}")
