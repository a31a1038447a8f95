"""Whose the files of no package are in each folder of the system, by what wrote them."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import layers as make
from made_images.owning import owners, read_layers

BASE = ("CMD base", [make.file("usr/lib/base.so", bytes(1000))])
STATUS = make.file("var/lib/dpkg/status", b"Package: x\nVersion: 1\n\n")

SYSTEMS_OWN = """etc var/lib/apt var/lib/pam var/lib/systemd var/lib/dbus var/lib/ucf var/lib/dnf var/lib/yum
var/lib/alternatives var/log var/cache/debconf var/cache/ldconfig var/backups usr/share/mime usr/share/info
usr/share/ca-certificates usr/local/share/ca-certificates run/systemd"""
DATABASES = """var/lib/dpkg lib/apk/db usr/lib/apk/db var/lib/rpm usr/lib/sysimage/rpm usr/share/rpm"""
SCRIPTED = "usr/share usr/lib var var/lib var/cache lib lib64 lib32 boot"
RUNNABLE = "usr/local usr/local/lib usr/src usr/bin usr/sbin bin sbin var/www var/task"
TEMPORARY = "tmp var/tmp run var/run"
OTHERS = "app opt srv root home/x etcetera usrx varlog data"


def told(tmp_path: Path, command: str, *, database: bool) -> dict[str, str]:
    """The owner of a file in each of the folders that one layer of this instruction wrote."""
    folders = f"{SYSTEMS_OWN} {DATABASES} {SCRIPTED} {RUNNABLE} {TEMPORARY} {OTHERS}".split()
    files = [make.file(f"{folder}/some/file-of-nobody", bytes(6)) for folder in folders]
    report = read_layers(tmp_path, BASE, (command, [*files, *([STATUS] if database else [])]))
    found = owners(report)
    return {folder: found[f"/{folder}/some/file-of-nobody"] for folder in folders}


@pytest.mark.parametrize(
    ("command", "database", "state", "scripted", "temporary"),
    [
        ("RUN apt-get install x", True, "os-packages", "os-packages", "other"),
        ("RUN make install", False, "os-packages", "app", "other"),
        ("COPY . /", False, "app", "app", "app"),
        ("ADD root.tar /", False, "app", "app", "app"),
        ("COPY --from=built / /", True, "os-packages", "os-packages", "app"),
    ],
)
def test_folders_of_the_system(
    command: str, database: bool, state: str, scripted: str, temporary: str, tmp_path: Path
) -> None:
    found = told(tmp_path, command, database=database)
    assert {folder: found[folder] for folder in SYSTEMS_OWN.split()} == dict.fromkeys(
        SYSTEMS_OWN.split(), state
    )
    assert {found[folder] for folder in DATABASES.split()} == {"os-packages"}, "whatever wrote it"
    assert {folder: found[folder] for folder in SCRIPTED.split()} == dict.fromkeys(SCRIPTED.split(), scripted)
    assert {folder: found[folder] for folder in RUNNABLE.split()} == dict.fromkeys(RUNNABLE.split(), "app")
    assert {folder: found[folder] for folder in TEMPORARY.split()} == dict.fromkeys(
        TEMPORARY.split(), temporary
    )
    assert {folder: found[folder] for folder in OTHERS.split()} == dict.fromkeys(OTHERS.split(), "app")


def test_what_the_base_brought_is_the_bases_wherever_it_lies(tmp_path: Path) -> None:
    folders = f"{SYSTEMS_OWN} {DATABASES} {SCRIPTED} {RUNNABLE} {TEMPORARY} {OTHERS}".split()
    files = [make.file(f"{folder}/file-of-nobody", bytes(6)) for folder in folders]
    history = {"created_by": 'CMD ["bash"]', "empty_layer": True}
    path = make.archive(
        tmp_path / "image.tar",
        [make.layer(*files), make.layer(make.file("app/x", b"1"))],
        commands=["# debian.sh --arch 'amd64' out/", history, "COPY x /app/"],
    )
    from made_images.hand_made import read

    report = read(path)
    assert [layer.base for layer in report.layers] == [True, False]
    parts = {part.name: part.bytes for part in report.owner("base-os").components}
    own = len(SYSTEMS_OWN.split()) + len(DATABASES.split())
    assert parts == {
        "package databases and system files": 6 * own,
        "of no package": 6 * (len(folders) - own),
    }


SAYS_NOTHING = (
    """ARG CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL MAINTAINER ONBUILD SHELL STOPSIGNAL USER VOLUME"""
)


@pytest.mark.parametrize("keyword", ["", *SAYS_NOTHING.split()])
def test_an_instruction_that_writes_nothing_says_not_who_wrote_a_layer(keyword: str, tmp_path: Path) -> None:
    files = [make.file("app/deep/down/x", bytes(6)), make.file("tmp/deep/x", bytes(7))]
    report = read_layers(tmp_path, BASE, (f"{keyword} x".strip() if keyword else "", files))
    parts = {(part.owner, part.kind, part.name) for part in report.components if part.bytes in (6, 7)}
    assert parts == {("app", "path", "/app/deep"), ("other", "path", "/tmp/deep")}


@pytest.mark.parametrize("keyword", ["ADD", "COPY", "FROM", "RUN", "WORKDIR", "run", "copy"])
def test_an_instruction_that_writes_is_named(keyword: str, tmp_path: Path) -> None:
    report = read_layers(tmp_path, BASE, (f"{keyword} x /", [make.file("app/deep/down/x", bytes(6))]))
    parts = {(part.owner, part.kind) for part in report.components if part.bytes == 6}
    assert parts == {("app", "instruction")}
