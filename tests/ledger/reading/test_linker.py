"""Where the loader looks for a library, folder by folder, and what a file lacks, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs
from made_images.elves import elf

from uvdive.ledger.reading.contents import ContentPlace, Contents
from uvdive.ledger.reading.elf import Elf
from uvdive.ledger.reading.linker import Linker

PROGRAM = b"/opt/app/bin/tool"


def plain(machine: str = "EM_X86_64", search: tuple[str, ...] = ()) -> Elf:
    return Elf(machine, (), search, None, ())


@contextmanager
def linker(folder: Path, *entries: make.Entry, env: tuple[str, ...] = ()) -> Iterator[Linker]:
    files = {str(number): entry for number, entry in enumerate(entries)}
    report, index = pairs.read_with_contents(folder / "image.tar", files, config={"Env": list(env)})
    with Contents(report.files, ContentPlace(index=index)) as contents:
        yield Linker(report, contents)


def found(of: Linker, name: str = "libx.so", elf_: Elf | None = None) -> str | None:
    """Where a library is found."""
    entry = of.find(elf_ or plain(), PROGRAM, name)
    table = of._report.files
    return None if entry is None else table.path(table.entry_node[entry]).decode()


def library(*folders: str, name: str = "libx.so", data: bytes = b"x") -> list[make.Entry]:
    return [make.file(f"{folder}/{name}", data) for folder in folders]


MACHINES = {
    "EM_X86_64": ("x86_64-linux-gnu", "lib64"),
    "EM_AARCH64": ("aarch64-linux-gnu", "lib64"),
    "EM_386": ("i386-linux-gnu", "lib32"),
    "EM_ARM": ("arm-linux-gnueabihf", "lib"),
    "EM_PPC64": ("powerpc64le-linux-gnu", "lib64"),
    "EM_S390": ("s390x-linux-gnu", "lib64"),
    "EM_RISCV": ("riscv64-linux-gnu", "lib64"),
}


@pytest.mark.parametrize("machine", MACHINES)
def test_the_systems_folders_in_their_order(machine: str, tmp_path: Path) -> None:
    triplet, other = MACHINES[machine]
    folders = [
        f"lib/{triplet}",
        "lib",
        other,
        f"usr/lib/{triplet}",
        "usr/lib",
        f"usr/{other}",
        "usr/local/lib",
    ]
    folders = list(dict.fromkeys(folders))
    cache = make.file("etc/ld.so.cache", b"x")
    for number, folder in enumerate(folders):
        with linker(tmp_path, cache, *library(*folders[number:], "lib/of-another-gnu", "srv")) as of:
            assert found(of, elf_=plain(machine)) == f"/{folder}/libx.so"
    with linker(tmp_path, *library("lib/of-another-gnu", "usr/local/lib64", "opt/app/bin")) as of:
        assert found(of, elf_=plain(machine)) is None


@pytest.mark.parametrize(
    ("more", "finds"), [((), False), (("etc/ld.so.conf",), True), (("lib/ld-musl-x86_64.so.1",), True)]
)
def test_the_folder_beside_the_systems_is_musls_or_the_caches(
    tmp_path: Path, more: tuple[str, ...], finds: bool
) -> None:
    """glibc knows /usr/local/lib by ldconfig's cache alone, which distroless has not."""
    files = [make.file(path, b"") for path in more]
    with linker(tmp_path, *files, *library("usr/local/lib")) as of:
        assert (found(of) is not None) == finds


def test_a_machine_that_is_not_known_has_no_folder_of_its_own(tmp_path: Path) -> None:
    with linker(tmp_path, *library("lib64", "lib/x86_64-linux-gnu")) as of:
        assert found(of, elf_=plain("EM_ALPHA")) == "/lib64/libx.so"
        assert found(of) == "/lib/x86_64-linux-gnu/libx.so", "each machine has its own answer"


def test_a_files_own_folders_come_first_then_the_environments_then_the_configured(tmp_path: Path) -> None:
    conf = make.file("etc/ld.so.conf", b"/opt/one/ # note\n\n# /opt/no\nrelative\n/opt/two\n/opt/one\n")
    env = ("LD_LIBRARY_PATH=:relative:/opt/env:/opt/more",)
    order = ["opt/app/lib", "opt/app/bin/lib", "opt/own", "opt/env", "opt/more", "opt/one", "opt/two", "lib"]
    own = plain(search=("$ORIGIN/../$LIB", "${ORIGIN}/${LIB}", "relative", "/opt/own"))
    for number, folder in enumerate(order):
        with linker(tmp_path, conf, *library(*order[number:], "opt/no", "relative"), env=env) as of:
            got = found(of, elf_=own)
            assert got is not None
            assert got.endswith(f"/{folder}/libx.so")
    with linker(tmp_path, conf, *library("opt/no", "relative"), env=env) as of:
        assert found(of, elf_=own) is None


def test_configuration_includes_others_by_pattern_to_a_depth(tmp_path: Path) -> None:
    confs = [
        make.file("etc/ld.so.conf", b"include ld.so.conf.d/*.conf /srv/extra.conf\n"),
        make.file("etc/ld.so.conf.d/b.conf", b"/opt/b\n"),
        make.file("etc/ld.so.conf.d/a.conf", b"/opt/a\n"),
        make.file("etc/ld.so.conf.d/c.txt", b"/opt/c\n"),
        make.file("srv/extra.conf", b"/opt/extra\n"),
    ]
    for folders, expected in (
        (["opt/a", "opt/b"], "/opt/a/libx.so"),
        (["opt/b", "opt/extra"], "/opt/b/libx.so"),
        (["opt/extra"], "/opt/extra/libx.so"),
        (["opt/c"], None),
    ):
        with linker(tmp_path, *confs, *library(*folders)) as of:
            assert found(of) == expected


@pytest.mark.parametrize(("depth", "read"), [(4, True), (5, False)])
def test_configuration_that_includes_itself_ends(depth: int, read: bool, tmp_path: Path) -> None:
    confs = [make.file("etc/ld.so.conf", b"include 1.conf\ninclude ld.so.conf\n")]
    confs += [make.file(f"etc/{n}.conf", b"include %d.conf\n" % (n + 1)) for n in range(1, depth)]
    confs.append(make.file(f"etc/{depth}.conf", b"/opt/deep\n"))
    with linker(tmp_path, *confs, *library("opt/deep")) as of:
        assert (found(of) is not None) is read


def test_a_name_with_a_slash_is_a_path(tmp_path: Path) -> None:
    with linker(tmp_path, *library("lib", "srv"), make.symlink("srv/link.so", "libx.so")) as of:
        assert found(of, "/srv/libx.so") == "/srv/libx.so"
        assert found(of, "/srv/link.so") == "/srv/libx.so"
        assert found(of, "srv/libx.so") is None
        assert found(of, "/srv/liby.so") is None
        assert found(of, "/srv") is None, "a folder is no library"


def test_a_library_of_an_environment_may_be_loaded_before(tmp_path: Path) -> None:
    venv = [make.file("v/pyvenv.cfg", b"x"), make.symlink("v/bin/python", "/x")]
    site = "v/lib/python3.13/site-packages"
    wheel = [*library(f"{site}/pkg.libs"), make.symlink(f"{site}/pkg/liby.so", "../pkg.libs/libx.so")]
    with linker(tmp_path, *venv, *wheel, *library("srv", name="libz.so")) as of:
        assert found(of) == f"/{site}/pkg.libs/libx.so"
        assert found(of, "liby.so") == f"/{site}/pkg.libs/libx.so"
        assert found(of, "libz.so") is None
    with linker(tmp_path, *venv, *wheel, *library("lib")) as of:
        assert found(of) == "/lib/libx.so", "the system's comes first"


def lacks(folder: Path, program: bytes, *entries: make.Entry) -> set[str]:
    with linker(folder, make.file("opt/app/bin/tool", program, 0o755), *entries) as of:
        table = of._report.files
        node = table.find(PROGRAM)
        assert node is not None
        entry = table.visible(node)
        assert entry is not None
        assert of.lacks(entry) == of.lacks(entry)
        return set(of.lacks(entry))


def test_what_a_file_lacks(tmp_path: Path) -> None:
    assert lacks(tmp_path, b"#!/bin/sh\n") == set()
    assert lacks(tmp_path, elf("liba.so", "libx.so")) == {"liba.so", "libx.so"}
    assert lacks(tmp_path, elf("libx.so"), *library("lib")) == set()
    loader = elf(interpreter="/lib/ld.so")
    assert lacks(tmp_path, loader) == {"the loader /lib/ld.so"}
    assert lacks(tmp_path, loader, make.file("lib/ld.so", b"x")) == set()
    deep = library("lib", data=elf("libdeep.so", "libx.so"))
    assert lacks(tmp_path, elf("libx.so"), *deep) == {"libdeep.so"}


def test_versions_that_a_library_should_have(tmp_path: Path) -> None:
    program = elf("libx.so", "liby.so", versions={"libx.so": ["A_1", "A_2"], "liby.so": ["A_3"]})
    some = library("lib", data=elf(offers=["A_1"]))
    none = library("lib", name="liby.so", data=elf())
    assert lacks(tmp_path, program, *some, *none) == {"A_2 of libx.so"}
    full = library("lib", data=elf(offers=["A_1", "A_2"]))
    assert lacks(tmp_path, program, *full, *none) == set()
    other = library("lib", name="liby.so", data=elf(offers=["A_1"]))
    assert lacks(tmp_path, program, *full, *other) == {"A_3 of liby.so"}
