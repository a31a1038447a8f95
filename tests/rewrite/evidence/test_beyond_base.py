"""What a smaller base lacks, read out of images with real ELF headers (R63)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from made_images import layers as make
from made_images import pairs_of_images as pairs
from made_images.elves import elf

from uvdive.ledger.reading.contents import ContentPlace
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.evidence.system.beyond_base import BeyondBase, libc_of, read_beyond
from uvdive.rewrite.evidence.system.os_needs import Need

SITE = "app/.venv/lib/python3.13/site-packages"
SYSTEM = "usr/lib/x86_64-linux-gnu"
LIBC = elf(offers=["GLIBC_2.34", "GLIBC_2.38"])
Pair = tuple[ImageReport, ContentPlace]


def files(contents: dict[str, bytes]) -> pairs.Files:
    return {path: make.file(path, data, 0o755) for path, data in contents.items()}


def image(path: Path, *layers: pairs.Files) -> Pair:
    report, index = pairs.read_with_contents(path, *layers)
    return report, ContentPlace(index=index)


def beyond(
    tmp_path: Path, system: dict[str, bytes], app: dict[str, bytes], base: dict[str, bytes], *loads: str
) -> BeyondBase:
    """What a base lacks of an app on a system; links stand as ``path -> target``."""
    built = image(
        tmp_path / "built.tar",
        pairs.python() | pairs.package("libs", "1", system) | linked(system),
        pairs.application() | files(app),
    )
    lean = image(tmp_path / "base.tar", files({"etc/release": b"x", **base}))
    needs = [Need(name, name, name, "loads") for name in loads]
    return read_beyond((built,), lean, needs)


def linked(system: dict[str, bytes]) -> pairs.Files:
    """A link by its soname to each library whose name goes on behind it (libz.so.1.3 of libz.so.1)."""
    found = {}
    for path in system:
        head, dot, _ = path.rpartition(".")
        if ".so." in head and dot:
            found[head] = make.symlink(head, path.rpartition("/")[2])
    return found


def test_libraries_come_with_what_they_need_in_turn_by_the_name_that_is_asked_for(tmp_path: Path) -> None:
    found = beyond(
        tmp_path,
        {
            f"{SYSTEM}/libpq.so.5.17": elf("libssl.so.3", "libc.so.6"),
            f"{SYSTEM}/libssl.so.3": elf("libc.so.6"),
            f"{SYSTEM}/libunused.so.1": elf(),
            f"{SYSTEM}/libc.so.6": LIBC,
        },
        {f"{SITE}/psycopg2/_psycopg.so": elf("libpq.so.5", "libc.so.6")},
        {f"{SYSTEM}/libc.so.6": LIBC},
    )
    assert [(each.path, each.to, each.package) for each in found.app.brought] == [
        (f"/{SYSTEM}/libpq.so.5", "/usr/lib/libpq.so.5", "libs"),
        (f"/{SYSTEM}/libssl.so.3", "/usr/lib/libssl.so.3", "libs"),
    ]
    assert all(each.size and each.by.endswith("_psycopg.so") for each in found.app.brought)
    assert (found.app.unfit, found.app.nowhere) == ((), ())


def test_what_a_wheel_brings_itself_comes_along(tmp_path: Path) -> None:
    found = beyond(
        tmp_path,
        {f"{SYSTEM}/libc.so.6": LIBC},
        {
            f"{SITE}/numpy/_core.so": elf("libblas-1a.so", runpath="$ORIGIN/../numpy.libs"),
            f"{SITE}/numpy.libs/libblas-1a.so": elf("libc.so.6"),
        },
        {f"{SYSTEM}/libc.so.6": LIBC},
    )
    assert found.app.brought == ()


def test_a_base_that_is_too_old_for_the_build_is_unfit(tmp_path: Path) -> None:
    found = beyond(
        tmp_path,
        {f"{SYSTEM}/libc.so.6": LIBC},
        {f"{SITE}/x.so": elf("libc.so.6", versions={"libc.so.6": ["GLIBC_2.38"]})},
        {f"{SYSTEM}/libc.so.6": elf(offers=["GLIBC_2.34"])},
    )
    (why,) = found.app.unfit
    assert "GLIBC_2.38 of libc.so.6" in why


def test_what_nobody_has_is_named_and_not_brought(tmp_path: Path) -> None:
    path = "usr/local/lib/python3.13/lib-dynload/_tkinter.so"
    built = image(
        tmp_path / "built.tar", pairs.python() | files({path: elf("libtk8.6.so")}), pairs.application()
    )
    lean = image(tmp_path / "base.tar", files({"etc/release": b"x"}))
    found = read_beyond((built,), lean)
    assert found.python.nowhere == ((f"/{path}", "libtk8.6.so"),)
    assert found.python.brought == ()


def test_a_library_that_a_run_installed_beside_the_systems_goes_where_the_loader_looks(
    tmp_path: Path,
) -> None:
    built = image(
        tmp_path / "built.tar",
        pairs.python() | files({"etc/ld.so.conf": b"/usr/local/lib\n"}),
        pairs.application() | files({f"{SITE}/x.so": elf("libown.so.1"), "usr/local/lib/libown.so.1": elf()}),
    )
    lean = image(tmp_path / "base.tar", files({"etc/release": b"x"}))
    (brought,) = read_beyond((built,), lean).app.brought
    assert (brought.path, brought.to) == ("/usr/local/lib/libown.so.1", "/usr/lib/libown.so.1")


def test_libraries_that_are_loaded_by_name_come_with_what_they_need(tmp_path: Path) -> None:
    system = {
        f"{SYSTEM}/libmagic.so.1.0": elf("libz.so.1"),
        f"{SYSTEM}/libz.so.1": elf(),
        f"{SYSTEM}/libc.so.6": LIBC,
    }
    found = beyond(tmp_path, system, {}, {f"{SYSTEM}/libc.so.6": LIBC}, "libs")
    names = {each.to for each in found.by_name["libs"].brought}
    assert names == {"/usr/lib/libmagic.so.1", "/usr/lib/libz.so.1"}


def test_data_that_the_base_lacks_is_named_with_its_bytes_and_package(tmp_path: Path) -> None:
    system = {
        "etc/ssl/certs/ca-certificates.crt": b"certificates",
        "usr/share/zoneinfo/Europe/Berlin": b"TZif2",
        "usr/share/zoneinfo/UTC": b"TZif",
        "etc/services": b"http 80/tcp\n",
    }
    found = beyond(tmp_path, system, {}, {"etc/services": b"http 80/tcp\n"})
    assert {each.path: (each.size, each.package) for each in found.data} == {
        "/etc/ssl/certs/ca-certificates.crt": (12, "libs"),
        "/usr/share/zoneinfo": (9, "libs"),
    }


def test_openssls_folder_comes_along_where_the_base_neither_has_it_nor_names_a_bundle(tmp_path: Path) -> None:
    """debian:trixie-slim lacks the package openssl, whose links lead Python's ssl to the certificates."""
    bundle = "etc/ssl/certs/ca-certificates.crt"
    built = image(
        tmp_path / "built.tar",
        pairs.python()
        | files({bundle: b"certificates", "etc/ssl/openssl.cnf": b"[a]", "usr/lib/ssl/misc/tsget": b"#!perl"})
        | {"usr/lib/ssl/certs": make.symlink("usr/lib/ssl/certs", "/etc/ssl/certs")},
        pairs.application(),
    )

    def lacking(name: str, base: pairs.Files, *env: str) -> list[str]:
        report, place = image(tmp_path / name, files({"etc/release": b"x", bundle: b"theirs"}) | base)
        report = replace(report, config=replace(report.config, env=env))
        return [each.path for each in read_beyond((built,), (report, place)).data]

    both = ["/usr/lib/ssl", "/etc/ssl/openssl.cnf"]
    assert lacking("slim.tar", {}) == both
    assert lacking("empty.tar", {"usr/lib/ssl": make.folder("usr/lib/ssl")}) == both
    assert lacking("told.tar", {}, "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt") == []
    own = {"usr/lib/ssl/certs": make.symlink("usr/lib/ssl/certs", "/etc/ssl/certs")}
    assert lacking("own.tar", own) == []


def test_data_that_the_base_has_empty_is_lacking_and_empty_data_is_none(tmp_path: Path) -> None:
    bundle = "etc/ssl/certs/ca-certificates.crt"
    system = {bundle: b"certificates", "etc/services": b"", "etc/protocols": b"ip 0\n"}
    found = beyond(tmp_path, system, {}, {bundle: b"", "etc/protocols": b"ip 0\n"})
    assert [each.path for each in found.data] == [f"/{bundle}"]


def test_the_c_library_is_told_by_the_loader(tmp_path: Path) -> None:
    libcs = [
        libc_of(image(tmp_path / f"{number}.tar", files({path: LIBC, "etc/release": b"x"}))[0])
        for number, path in enumerate(
            ("lib/ld-musl-x86_64.so.1", "lib64/ld-linux-x86-64.so.2", f"{SYSTEM}/ld-linux-x86-64.so.2", "x")
        )
    ]
    assert libcs == ["musl", "gnu", "", ""]


def test_code_that_asks_a_shell_or_ldconfig_is_named(tmp_path: Path) -> None:
    """The app's own, and what loads libraries of packages: another library's words count for nothing."""
    texts = {
        "app/run.py": b"import os\nos.system('ls')\n",
        "app/load.py": b"from ctypes.util import find_library\nfind_library('pq')\n",
        "app/plain.py": b"# os.systems and shells\n",
        f"{SITE}/flask/more.py": b"import os\nos.system('clear')\nfind_library('x')\n",
    }
    app = {**pairs.application(), **{path: make.file(path, data) for path, data in texts.items()}}
    built = image(tmp_path / "built.tar", pairs.python(), app)
    lean = image(tmp_path / "base.tar", files({"etc/release": b"x"}))
    found = read_beyond((built,), lean)
    assert found.in_shell == ("/app/run.py",)
    assert found.finders == ("/app/load.py",)
    loads = Need("libx", "libx", "flask", "loads")
    assert f"/{SITE}/flask/more.py" in read_beyond((built,), lean, [loads]).finders


def test_pythons_own_library_goes_where_the_interpreter_finds_it(tmp_path: Path) -> None:
    """By its RUNPATH; where it has none, by the loader's cache, which the base has not."""
    library, module = "usr/local/lib/libpython3.13.so.1.0", "usr/local/lib/python3.13/lib-dynload/_x.so"
    places = []
    for number, runpath in enumerate(("$ORIGIN/../lib", "")):
        program = elf("libpython3.13.so.1.0", **({"runpath": runpath} if runpath else {}))
        files_of_python = {
            "usr/local/bin/python3.13": program,
            module: elf("libpython3.13.so.1.0"),
            library: elf(),
            "etc/ld.so.conf": b"/usr/local/lib\n",
        }
        built = image(
            tmp_path / f"b{number}.tar", pairs.python() | files(files_of_python), pairs.application()
        )
        lean = image(tmp_path / f"l{number}.tar", files({"etc/release": b"x"}))
        places.append([each.to for each in read_beyond((built,), lean).python.brought])
    assert places == [[f"/{library}"], ["/usr/lib/libpython3.13.so.1.0"]]
