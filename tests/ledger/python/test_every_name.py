"""Every name by which parts of a Python and its packages are known, with the nearest that are none."""

from __future__ import annotations

import contextlib
import csv
import io
from pathlib import Path

import pytest
from made_images import layers as make
from made_images.owning import found, only_owner, read_layers

from uvdive.base.names import normal_name
from uvdive.ledger.marks.paths import Paths
from uvdive.ledger.python.distributions import name_and_version, record_paths
from uvdive.ledger.python.interpreters import LIB

OS = ("CMD base", [make.file("var/lib/dpkg/status", b"")])
PROGRAMS = """bin/python bin/python3 bin/python3.13 bin/python3.13t bin/python3-config bin/python3.13-config
bin/python3.13-dbg bin/idle bin/idle3 bin/idle3.13 bin/pydoc bin/pydoc3.13 bin/2to3 bin/2to3-3.13 bin/pypy
bin/pypy3.11 bin/pyvenv bin/pyvenv-3.13 bin/libpypy3.11-c.so lib/libpython3.13.so.1.0 lib/libpython3.so
lib/libpython2.7.so.1.0 lib64/libpython3.13.so share/man/man1/python3.1 share/man/man1/python3.13.1
share/doc/python3.13 share/doc/python-3 share/doc/pypy3"""
HEADERS = """lib/libpython3.13.a lib/pkgconfig/python3.pc lib/pkgconfig/python-3.13.pc
lib/pkgconfig/python-3.13-embed.pc include/python3.13/Python.h include/python3.13t/Python.h
lib/python3.13/config-3.13-x86_64-linux-gnu/libpython3.13.a lib/python3.13/config-3.13/Makefile"""
NONE_OF_THEM = """bin/pythonic bin/ipython bin/pip bin/flask bin/2to4 lib/libpythonize.so lib/libpython.so
lib/libpython4.so lib/xlibpython3.so lib/pkgconfig/pygobject-3.pc share/man/man1/pythonic.1 share/doc/pythonic
include/python3.12/Python.h include/openssl/ssl.h share/python3/x sbin/python3.13"""
TESTS = """test/test_os.py unittest/test/x.py tests/x.py idlelib/idle_test/x.py ctypes/test/deep/x.py"""
NO_TESTS = """testing/x.py latest/x.py test.py"""


def stdlib(prefix: str, name: str = "python3.13") -> list[make.Entry]:
    return [make.file(f"{prefix}/lib/{name}/os.py", bytes(1000))]


def test_the_programs_headers_and_tests_of_an_interpreter(tmp_path: Path) -> None:
    named = f"{PROGRAMS} {HEADERS} {NONE_OF_THEM}".split()
    inside = [f"lib/python3.13/{path}" for path in f"{TESTS} {NO_TESTS}".split()]
    files = [make.file(f"usr/local/{path}", bytes(6), 0o755) for path in (*named, *inside)]
    report = read_layers(tmp_path, OS, ("RUN make", [*stdlib("usr/local"), *files]))

    def told(paths: str, folder: str = "") -> dict[str, str]:
        return {path: only_owner(report, f"/usr/local/{folder}{path}".encode()) for path in paths.split()}

    assert told(PROGRAMS) == dict.fromkeys(PROGRAMS.split(), "python/interpreter/system")
    assert told(HEADERS) == dict.fromkeys(HEADERS.split(), "python/headers/headers")
    assert {owner.partition("/")[0] for owner in told(NONE_OF_THEM).values()} == {"app"}
    lib = "lib/python3.13/"
    assert set(told(TESTS, lib).values()) == {"python/tests/tests of the standard library"}
    assert set(told(NO_TESTS, lib).values()) == {"python/standard library/standard library"}


def test_tests_of_what_is_installed_beside_are_no_tests_of_the_library(tmp_path: Path) -> None:
    for site in ("site-packages", "dist-packages"):
        path = f"usr/local/lib/python3.13/{site}/pkg/test/x.py"
        report = read_layers(tmp_path, ("RUN x", stdlib("usr/local")), ("RUN y", [make.file(path, bytes(6))]))
        assert "tests" not in only_owner(report, f"/{path}".encode())


@pytest.mark.parametrize(
    "prefix",
    [
        "opt/python3.13",
        "opt/cpython-3.13.5",
        "opt/cp313",
        "opt/pypy3.11",
        "opt/graalpy-24",
        "opt/python",
        "opt/pypy",
        "root/.pyenv/versions/3.13.5",
        f"nix/store/{'a1' * 16}-python3-3.13",
    ],
)
def test_a_folder_that_holds_an_interpreter_and_nothing_else(prefix: str, tmp_path: Path) -> None:
    step = ("RUN x", [*stdlib(prefix), make.file(f"{prefix}/LICENSE", bytes(6))])
    report = read_layers(tmp_path, OS, step)
    assert only_owner(report, f"/{prefix}/LICENSE".encode()) == "python/interpreter/system"


@pytest.mark.parametrize(
    "prefix", ["usr", "usr/local", "opt", "opt/app", "opt/mypython", "opt/cpp", "srv/x3.13"]
)
def test_a_folder_that_holds_other_things_too(prefix: str, tmp_path: Path) -> None:
    report = read_layers(tmp_path, OS, ("RUN x", [*stdlib(prefix), make.file(f"{prefix}/LICENSE", bytes(6))]))
    assert only_owner(report, f"/{prefix}/LICENSE".encode()).startswith("app/")
    root = read_layers(tmp_path, OS, ("RUN x", [*stdlib("."), make.file("LICENSE", bytes(6))]))
    assert only_owner(root, b"/LICENSE").startswith("app/")


@pytest.mark.parametrize(
    ("folder", "version"),
    [
        ("cpython-3.13.5-linux-x86_64-gnu", "3.13.5"),
        ("cpython-3.13-linux-x86_64-gnu", "3.13"),
        ("cpython-3.14.0rc1-linux-x86_64-gnu", "3.14.0rc1"),
        ("cpython-3.13.5+freethreaded-linux-x86_64-gnu", "3.13.5"),
        ("pypy-3.11.13-linux-x86_64-gnu", "3.11.13"),
        ("graalpy-3.12.0-linux-x86_64-gnu", "3.12.0"),
    ],
)
def test_a_managed_interpreter_is_known_by_its_folder(folder: str, version: str, tmp_path: Path) -> None:
    report = read_layers(tmp_path, OS, ("RUN x", stdlib(f"python/{folder}")))
    assert {(part.name, part.version) for part in report.owner("python").components if part.bytes} == {
        ("standard library", version)
    }
    assert report.environments == (), "it has no program"


def test_housekeeping_beside_managed_interpreters(tmp_path: Path) -> None:
    names = [".lock", ".gitignore", ".temp", ".tmp", ".cache"]
    near = [".locks", "lock", ".git", "temp"]
    files = [make.file(f"py/{name}", bytes(6)) for name in (*names, *near)]
    report = read_layers(tmp_path, OS, ("RUN x", [*stdlib("py/cpython-3.13.5-linux-x86_64-gnu"), *files]))
    assert found(report, "uv") == {("state", "lock files and receipts"): 6 * len(names)}
    assert sum(found(report, "app").values()) == 6 * len(near)


@pytest.mark.parametrize(
    ("name", "minor"),
    [
        (b"python3.13", b"3.13"),
        (b"python3.13t", b"3.13"),
        (b"pypy3.11", b"3.11"),
        (b"python3", None),
        (b"python3.13d", None),
        (b"xpython3.13", None),
        (b"graalpy3.12", None),
    ],
)
def test_a_folder_of_a_standard_library(name: bytes, minor: bytes | None) -> None:
    match = LIB.match(name)
    assert (match[1] if match else None) == minor


@pytest.mark.parametrize("lib", ["lib", "lib64"])
def test_a_library_lies_in_lib_or_lib64(lib: str, tmp_path: Path) -> None:
    step = ("RUN x", [make.file(f"usr/local/{lib}/python3.13/os.py", bytes(6))])
    assert found(read_layers(tmp_path, OS, step), "python") == {("standard library", "standard library"): 6}
    for near in ("libs/python3.13/os.py", "lib/python3.13/posixpath.py", "lib/python3/os.py"):
        step = ("RUN x", [make.file(f"usr/local/{near}", bytes(6))])
        assert found(read_layers(tmp_path, OS, step), "python") == {}


def test_an_old_pypy(tmp_path: Path) -> None:
    step = ("RUN x", [make.file("opt/pypy/lib-python/3/os.py", bytes(6)), make.file("opt/pypy/x", bytes(7))])
    parts = found(read_layers(tmp_path, OS, step), "python")
    assert parts == {("standard library", "standard library"): 6, ("interpreter", "system"): 7}


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (b"Flask-3.1.dist-info", ("flask", "3.1")),
        (b"my_pkg.x-1.0.dist-info", ("my-pkg-x", "1.0")),
        (b"a-b-1.0.dist-info", ("a-b", "1.0")),
        (b"flask.dist-info", None),
        (b"Old_One-1.0-py3.13.egg-info", ("old-one", "1.0")),
        (b"Old-1.0.egg-info", ("old", "1.0")),
        (b"Old.egg-info", ("old", "")),
        (b"Old-1.0-py3.13-linux-x86_64.egg", ("old", "1.0")),
        (b"flask.egg-link", None),
        (b"flask-1.0.dist-information", None),
        (b"flask", None),
    ],
)
def test_name_and_version_of_metadata(file: bytes, expected: tuple[str, str] | None) -> None:
    assert name_and_version(file) == expected


def test_names_are_compared_without_case_and_separators() -> None:
    assert {normal_name(name) for name in ("A.B_c", "a-b-c", "a__b..c", "A-_.B.c")} == {"a-b-c"}


def test_paths_of_a_record() -> None:
    record = b'a.py,sha256=x,1\n"b,c.py",,\n\n,,\n"d""e.py",,\nf\xe9.py,,\r\nlast.py,,'
    assert list(record_paths(record)) == [b"a.py", b"b,c.py", b'd"e.py', b"f\xe9.py", b"last.py"]


@pytest.mark.parametrize(
    "record",
    [
        b"a.py,sha256=x,1\nb/c.py,,",
        b"",
        b"\n\na\n,x,\n,\nb",
        b" a ,b,\n\xff\xc3\xa9,,\n\xed\xa0\x80,,\n",
        b"a" * 131_072 + b"\nlast",
        b"a,\n" * 70_000 + b"b" * 131_073 + b",\nlast,,\n",
        "a\u2028b,,\n\x0c,\x1c,\nc".encode(),
    ],
)
def test_a_record_without_quotes_is_read_as_csv_is(record: bytes) -> None:
    lines = io.StringIO(record.decode("utf-8", "surrogateescape"), newline="")
    read: list[bytes] = []
    with contextlib.suppress(csv.Error):
        read.extend(row[0].encode("utf-8", "surrogateescape") for row in csv.reader(lines) if row and row[0])
    assert list(record_paths(record)) == read


VENV = [make.file("v/pyvenv.cfg", b"x")]
SITE = "v/lib/python3.13/site-packages"


@pytest.mark.parametrize(
    "module",
    [
        "top.py",
        "top/x",
        "top/deep/x",
        "top.pth",
        "top.so",
        "top.abi3.so",
        "top.cpython-313-x86_64-linux-gnu.so",
    ],
)
def test_a_recorded_module_that_only_one_distribution_brings(module: str, tmp_path: Path) -> None:
    record = f"{module},,\ntop-1.dist-info/RECORD,,\n".encode()
    files = [make.file(f"{SITE}/top-1.dist-info/RECORD", record), make.file(f"{SITE}/{module}", bytes(6))]
    extra = (
        [make.file(f"{SITE}/{module}/made-later", bytes(7))]
        if "/" not in module and "." not in module
        else []
    )
    report = read_layers(tmp_path, OS, ("RUN x", [*VENV, *files, *extra]))
    assert found(report, "venv")["distribution", "top"] == 6 + len(record)


def test_folders_that_are_no_modules_stay_nobodys(tmp_path: Path) -> None:
    folders = ["__pycache__", "bin", "share", "etc"]
    record = "".join(f"{folder}/x,,\n" for folder in folders) + "pkg/x,,\n"
    files = [make.file(f"{SITE}/{folder}/other", bytes(6)) for folder in (*folders, "pkg")]
    info = make.file(f"{SITE}/p-1.dist-info/RECORD", record.encode())
    report = read_layers(tmp_path, OS, ("RUN x", [*VENV, *files, info]))
    assert found(report, "venv")["distribution", "p"] == 6 + len(record), "what lies in its package"
    assert found(report, "venv")["unclaimed", "of no distribution"] == 6 * len(folders)


@pytest.mark.parametrize("name", ["pip", "setuptools", "wheel", "ensurepip"])
def test_what_an_interpreter_bundles(name: str, tmp_path: Path) -> None:
    site = "usr/local/lib/python3.13/site-packages"
    entries = [make.file(f"{site}/{name}-1.dist-info/METADATA", bytes(6))]
    report = read_layers(tmp_path, ("RUN make", [*stdlib("usr/local"), *entries]))
    assert found(report, "python")["bundled", name] == 6
    near = [make.file(f"{site}/{name}x-1.dist-info/METADATA", bytes(6))]
    report = read_layers(tmp_path, ("RUN make", [*stdlib("usr/local"), *near]))
    assert found(report, "venv") == {("distribution", f"{name}x"): 6}


def test_paths_of_many_nodes_are_those_of_each(tmp_path: Path) -> None:
    table = read_layers(tmp_path, ("CMD x", [make.file("a/b/c"), make.file("a/b/d"), make.file("e")])).files
    paths = Paths(table)
    assert [paths.of(node) for node in range(len(table.names))] == list(
        map(table.path, range(len(table.names)))
    )
