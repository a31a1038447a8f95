"""The check of the libraries: what the loader found in the old image it finds in the new one."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs
from made_images.elves import elf

from uvdive.image.resolve import resolve
from uvdive.ledger.reading import contents
from uvdive.ledger.reading.contents import ContentPlace, place_of
from uvdive.ledger.reading.elf import Elf, offered, read_elf, same_when_loaded
from uvdive.session.opening.images import load_image
from uvdive.verify.checks import Check, Want
from uvdive.verify.python.libraries import check_libraries

SITE = "app/.venv/lib/python3.13/site-packages"
EXTENSION = f"{SITE}/flask/_speed.so"
SYSTEM = "usr/lib/x86_64-linux-gnu"
LIBC = elf(offers=["GLIBC_2.34", "GLIBC_2.38"])
OLD_LIBC = elf(offers=["GLIBC_2.34"])


def file(name: str, data: bytes) -> pairs.Files:
    return {name: make.file(name, data, 0o755)}


def check(tmp_path: Path, old: pairs.Files, new: pairs.Files, **config: object) -> Check:
    """Two images with the same application, each on a system of its own."""
    reports, places = [], []
    for name, system in (("b.tar", old), ("a.tar", new)):
        report, index = pairs.read_with_contents(
            tmp_path / name, pairs.python() | system, pairs.application(), config={**pairs.CONFIG, **config}
        )
        reports.append(report)
        places.append(ContentPlace(index=index))
    return check_libraries(*reports, tuple(places))


def test_the_headers_are_read() -> None:
    data = elf(
        "libc.so.6", "libpq.so.5", runpath="$ORIGIN/../x:/opt", interpreter="/lib64/ld.so",
        versions={"libc.so.6": ["GLIBC_2.34", "GLIBC_2.38"], "libpq.so.5": ["PQ_1"]},
    )  # fmt: skip
    assert read_elf(io.BytesIO(data)) == Elf(
        "EM_X86_64",
        ("libc.so.6", "libpq.so.5"),
        ("$ORIGIN/../x", "/opt"),
        "/lib64/ld.so",
        (("libc.so.6", "GLIBC_2.34"), ("libc.so.6", "GLIBC_2.38"), ("libpq.so.5", "PQ_1")),
    )
    assert offered(io.BytesIO(LIBC)) == {"GLIBC_2.34", "GLIBC_2.38"}
    assert offered(io.BytesIO(data)) == frozenset()


def test_what_is_no_elf_file_or_damaged_is_none() -> None:
    whole = elf("libc.so.6", versions={"libc.so.6": ["GLIBC_2.34"]})
    assert read_elf(io.BytesIO(b"#!/bin/sh\n")) is None
    for end in range(4, len(whole) - 1):
        cut = read_elf(io.BytesIO(whole[:end]))
        assert cut is None or cut.needed in ((), ("libc.so.6",))
    for place in range(4, len(whole)):
        damaged = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        read_elf(io.BytesIO(damaged))
        offered(io.BytesIO(damaged))


def test_a_missing_library_fails(tmp_path: Path) -> None:
    extension = file(EXTENSION, elf("libpq.so.5"))
    library = file(f"{SYSTEM}/libpq.so.5", elf())
    right = check(tmp_path, extension | library, extension | library)
    assert (right.status, right.detail) == (
        "passed",
        "All 2 ELF files find the libraries that they found before.",
    )
    wrong = check(tmp_path, extension | library, extension)
    assert (wrong.status, wrong.differences) == ("failed", (f"/{EXTENSION} needs libpq.so.5",))
    assert wrong.wants == (Want("library", "libpq.so.5"),)
    assert check(tmp_path, extension, extension).status == "passed"  # it was missing before


def test_a_library_of_a_library_counts(tmp_path: Path) -> None:
    files = file(EXTENSION, elf("libpq.so.5")) | file(f"{SYSTEM}/libpq.so.5", elf("libldap.so.2"))
    whole = files | file("usr/lib/libldap.so.2", elf("libpq.so.5"))  # they need each other
    assert check(tmp_path, whole, whole).status == "passed"
    wrong = check(tmp_path, whole, files)
    assert wrong.status == "failed"
    assert f"/{EXTENSION} needs libldap.so.2" in wrong.differences


def test_an_older_libc_fails(tmp_path: Path) -> None:
    extension = file(EXTENSION, elf("libc.so.6", versions={"libc.so.6": ["GLIBC_2.38"]}))
    new, old = (extension | file(f"{SYSTEM}/libc.so.6", libc) for libc in (LIBC, OLD_LIBC))
    assert check(tmp_path, new, new).status == "passed"
    assert check(tmp_path, old, new).status == "passed"
    older = check(tmp_path, new, old)
    assert older.differences == (f"/{EXTENSION} needs GLIBC_2.38 of libc.so.6",)
    assert older.wants == ()  # no package brings another libc


def test_a_weak_version_may_be_missing(tmp_path: Path) -> None:
    extension = file(EXTENSION, elf("libc.so.6", versions={"libc.so.6": ["GLIBC_2.38"]}, weak=True))
    new, old = (extension | file(f"{SYSTEM}/libc.so.6", libc) for libc in (LIBC, OLD_LIBC))
    assert check(tmp_path, new, old).status == "passed"


def test_a_missing_loader_fails(tmp_path: Path) -> None:
    program = file(f"{SITE}/flask/tool", elf(interpreter="/lib/ld-musl-x86_64.so.1"))
    wrong = check(tmp_path, program | file("lib/ld-musl-x86_64.so.1", elf()), program)
    assert wrong.differences == (f"/{SITE}/flask/tool needs the loader /lib/ld-musl-x86_64.so.1",)


@pytest.mark.parametrize(
    ("place", "runpath", "more", "config"),
    [
        (f"{SITE}/flask.libs/libz-1.so", "$ORIGIN/../flask.libs", {}, {}),
        (f"{SITE}/other/libz-1.so", "", {}, {}),  # loaded before by another module
        ("usr/lib/libz-1.so", "", {"lib": make.symlink("lib", "usr/lib")}, {}),
        ("opt/x/libz-1.so", "", {}, {"Env": ["LD_LIBRARY_PATH=/none:/opt/x"]}),
        (
            "opt/x/libz-1.so",
            "",
            {
                "conf": make.file("etc/ld.so.conf", b"include /etc/ld.so.conf.d/*.conf\n"),
                "more": make.file("etc/ld.so.conf.d/x.conf", b"# ours\n/opt/x\n"),
            },
            {},
        ),
    ],
)
def test_where_libraries_are_found(
    tmp_path: Path, place: str, runpath: str, more: pairs.Files, config: dict[str, object]
) -> None:
    extension = file(EXTENSION, elf("libz-1.so", runpath=runpath)) | more
    system = extension | file("usr/local/lib/libz-1.so", elf())
    assert check(tmp_path, system, extension | file(place, elf()), **config).status == "passed"
    # So that it is this place that counts, and not the name alone.
    assert check(tmp_path, system, extension | file(f"srv/{place}", elf()), **config).status == "failed"


@pytest.mark.engine
def test_an_image_of_an_engine_is_read_from_its_storage_or_through_a_container(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report = load_image("docker://python:3.13-slim").report
    entry = report.files.visible(resolve(report.files, b"/usr/local/bin/python3").node or 0) or 0
    text = report.files.visible(resolve(report.files, b"/etc/os-release").node or 0) or 0
    found = []
    for way in ("storage", "container"):
        if way == "container":
            monkeypatch.setattr(contents, "storage_root", lambda *_: None)
        with place_of(report) as place:
            assert place is not None
            made = place.container
            with (
                contents.Contents(report.files, place) as opened,
                opened.open(entry) as program,
                opened.open(text) as small,
            ):
                found.append((read_elf(program), small.read(), opened.digest(entry), opened.digest(text)))
            assert check_libraries(report, report, (place, place)).status in ("passed", "skipped")
    assert found[0] == found[1]
    assert found[0][0] is not None
    assert made
    listed = ["docker", "ps", "--all", "--quiet", "--filter", f"name={made}"]
    assert subprocess.run(listed, capture_output=True, check=True).stdout == b""


def test_an_image_whose_files_cannot_be_read_is_skipped(tmp_path: Path) -> None:
    report = pairs.original(tmp_path)
    skipped = check_libraries(report, report, (None, None))
    assert skipped.status == "skipped"
    assert "can't be read again" in skipped.detail


def test_libraries_are_the_same_where_only_what_debuggers_read_differs() -> None:
    whole = bytearray(elf("libc.so.6", versions={"libc.so.6": ["GLIBC_2.34"]}))
    sections = int.from_bytes(whole[40:48], "little")
    whole[sections + 64 + 8] = 2  # the strings are loaded (SHF_ALLOC), the versions are not
    loaded, noted = (int.from_bytes(whole[sections + i * 64 + 24 :][:8], "little") for i in (1, 2))
    for place, same in ((noted, True), (loaded + 1, False)):
        other = whole[:]
        other[place] ^= 1
        assert same_when_loaded(io.BytesIO(whole), io.BytesIO(other)) is same
    assert not same_when_loaded(io.BytesIO(whole), io.BytesIO(b"\x7fELF"))
    assert not same_when_loaded(io.BytesIO(elf()), io.BytesIO(elf()))  # nothing says what is loaded


def test_what_only_the_new_environment_needs_must_be_there_where_the_original_has_it(tmp_path: Path) -> None:
    """The original installs its environment at start, with what the build's packages left there."""
    needing = file(EXTENSION, elf("libgomp.so.1")) | file(f"{SITE}/flask/_gpu.so", elf("libcuda.so.1"))
    library = file(f"{SYSTEM}/libgomp.so.1", elf())
    sides = []
    for name, system, app in (
        ("b.tar", library, {}),
        ("good.tar", library | needing, pairs.application()),
        ("bad.tar", needing, pairs.application()),
    ):
        report, index = pairs.read_with_contents(tmp_path / name, pairs.python() | system, app)
        sides.append((report, ContentPlace(index=index)))
    (before, old), (good, right), (bad, wrong) = sides
    lost = check_libraries(before, bad, (old, wrong))
    assert (lost.status, lost.differences) == ("failed", (f"/{EXTENSION} needs libgomp.so.1",))
    # A library of the host's driver is in neither image.
    same = check_libraries(before, good, (old, right))
    assert same.status == "announced"
    assert same.differences == (f"/{SITE}/flask/_gpu.so needs libcuda.so.1, as in the original",)


def test_what_python_s_own_module_lacks_is_no_fault_where_the_plan_said_so(tmp_path: Path) -> None:
    own, theirs = "usr/local/lib/python3.13/lib-dynload/_tkinter.so", EXTENSION
    needing = file(own, elf("libtk8.6.so")) | file(theirs, elf("libtk8.6.so"))
    sides = []
    for name, system in (("b.tar", file(f"{SYSTEM}/libtk8.6.so", elf())), ("a.tar", {})):
        report, index = pairs.read_with_contents(
            tmp_path / name, pairs.python() | system, pairs.application() | needing
        )
        sides.append((report, ContentPlace(index=index)))
    (before, old), (after, new) = sides
    told = check_libraries(before, after, (old, new), announced=frozenset({f"/{own}".encode()}))
    assert (told.status, told.differences) == ("failed", (f"/{theirs} needs libtk8.6.so",))
    every = frozenset({f"/{own}".encode(), f"/{theirs}".encode()})
    assert check_libraries(before, after, (old, new), announced=every).status == "failed", (
        "no module of Python"
    )
    assert len(check_libraries(before, after, (old, new)).differences) == 2
    needing.pop(theirs)
    alone = []
    for name, system in (("d.tar", file(f"{SYSTEM}/libtk8.6.so", elf())), ("c.tar", {})):
        report, index = pairs.read_with_contents(
            tmp_path / name, pairs.python() | system, pairs.application() | needing
        )
        alone.append((report, ContentPlace(index=index)))
    (before, old), (after, new) = alone
    said = check_libraries(before, after, (old, new), announced=frozenset({f"/{own}".encode()}))
    assert (said.status, said.differences) == (
        "announced",
        (f"/{own} needs libtk8.6.so, as the plan said",),
    )


def test_what_could_not_be_read_is_said_and_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = pairs.original(tmp_path)
    assert check_libraries(report, report, (None, None)).unseen
    extension = file(EXTENSION, elf())
    sides = [pairs.read_with_contents(tmp_path / "x.tar", pairs.python() | extension, pairs.application())]
    (report, index) = sides[0]

    def unreadable(*_: object) -> None:
        raise contents.UnreadableError("gone")

    monkeypatch.setattr(contents.Contents, "open", unreadable)
    place = ContentPlace(index=index)
    done = check_libraries(report, report, (place, place))
    assert done.status == "skipped"
    assert any("_speed.so could not be read" in line for line in done.unseen)
