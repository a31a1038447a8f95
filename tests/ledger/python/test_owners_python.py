"""Interpreters and environments of every make, and what is installed in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_images import layers as make
from made_images.owning import found, only_owner, read_layers

from uvdive.ledger.report import Distribution, ImageReport

OS = ("CMD base", [make.file("var/lib/dpkg/status", b"")])


def stdlib(prefix: str, name: str = "python3.13") -> list[make.Entry]:
    lib = f"{prefix}/lib/{name}"
    return [
        make.file(f"{lib}/os.py", bytes(1000)),
        make.file(f"{lib}/__pycache__/os.cpython-313.pyc", bytes(200)),
        make.file(f"{lib}/test/test_os.py", bytes(30)),
        make.file(f"{lib}/unittest/test/__pycache__/x.pyc", bytes(4)),
        make.file(f"{prefix}/bin/{name}", bytes(50_000), 0o755),
        make.file(f"{prefix}/include/{name}/Python.h", bytes(7)),
        make.file(f"{lib}/config-3.13-x86_64-linux-gnu/libpython3.13.a", bytes(60)),
    ]


def dist(site: str, name: str, *files: str, record: bool = True) -> list[make.Entry]:
    """A distribution with files of ten bytes each."""
    listed = "".join(f"{file},,\n" for file in (*files, f"{name}-1.0.dist-info/RECORD"))
    info = f"{site}/{name}-1.0.dist-info"
    entries = [make.file(f"{site}/{file}", bytes(10)) for file in files if ".." not in file]
    return [*entries, make.file(f"{info}/{'RECORD' if record else 'METADATA'}", listed.encode())]


def distribution(report: ImageReport, name: str) -> Distribution:
    matches = [item for env in report.environments for item in env.distributions if item.name == name]
    assert len(matches) == 1, matches
    return matches[0]


@pytest.mark.parametrize(
    ("prefix", "name", "made"),
    [
        ("usr/local", "system", "3.13"),
        ("usr", "system", "3.13"),
        ("opt/pypy", "system", "3.13"),
        ("root/.pyenv/versions/3.13.5", "system", "3.13"),
        ("python/cpython-3.13.5-linux-x86_64-musl", "uv-managed", "3.13.5"),
        (
            "home/app/.local/share/uv/python/cpython-3.13.5+freethreaded-linux-x86_64-gnu",
            "uv-managed",
            "3.13.5",
        ),
    ],
)
def test_an_interpreter_is_split_into_its_parts(prefix: str, name: str, made: str, tmp_path: Path) -> None:
    library = "pypy3.13" if "pypy" in prefix else "python3.13"
    report = read_layers(tmp_path, OS, ("RUN install", stdlib(prefix, library)))
    assert found(report, "python") == {
        ("standard library", "standard library"): 1000,
        ("bytecode", "bytecode of the standard library"): 200,
        ("tests", "tests of the standard library"): 34,
        ("interpreter", name): 50_000,
        ("headers", "headers"): 67,
    }
    assert {part.version for part in report.owner("python").components} == {made}
    (environment,) = report.environments
    assert (environment.kind, environment.path) == ("managed" if "uv" in name else "system", f"/{prefix}")


@pytest.mark.parametrize(
    ("header", "version"),
    [
        (b'#define PY_MAJOR_VERSION 3\n/* x */\n#define PY_VERSION      "3.13.5+"\n', "3.13.5"),
        (b'#define PY_VERSION "3.12.1"', "3.13"),
        (b"\xff", "3.13"),
    ],
)
def test_a_header_tells_the_whole_version(header: bytes, version: str, tmp_path: Path) -> None:
    path = "usr/local/include/python3.13/patchlevel.h"
    report = read_layers(tmp_path, OS, ("RUN make", [*stdlib("usr/local"), make.file(path, header)]))
    assert report.environments[0].python == version


def test_an_os_package_tells_the_whole_version(tmp_path: Path) -> None:
    entries = [
        *stdlib("usr"),
        make.file("var/lib/dpkg/status", b"Package: libpython3.13-stdlib\nVersion: 3.13.5-2+deb13u1\n"),
        make.file("var/lib/dpkg/info/libpython3.13-stdlib:amd64.list", b"/usr/lib/python3.13/os.py\n"),
    ]
    report = read_layers(tmp_path, OS, ("RUN apt-get install python3", entries))
    assert report.environments[0].python == "3.13.5"


def test_housekeeping_beside_managed_interpreters_is_uvs_and_the_folder_around_is_not(tmp_path: Path) -> None:
    entries = [
        *stdlib("opt/cpython-3.13.5-linux-x86_64-gnu"),
        make.file("opt/.lock", b"1"),
        make.file("opt/.gitignore", b"*"),
        make.file("opt/mine", bytes(3)),
    ]
    report = read_layers(tmp_path, OS, ("RUN uv python install", entries))
    assert found(report, "uv") == {("state", "lock files and receipts"): 2}
    assert found(report, "app") == {("instruction", "RUN uv python install"): 3}


def test_debians_modules_belong_to_python_and_pips_to_the_environment(tmp_path: Path) -> None:
    modules, local = "usr/lib/python3/dist-packages", "usr/local/lib/python3.13/dist-packages"
    listing = f"/{modules}/yaml/__init__.py\n/{modules}/PyYAML-6.0.egg-info/PKG-INFO\n/usr/share/doc/yaml\n"
    status = b"Package: python3-yaml\nVersion: 6.0\n\n"
    report = read_layers(
        tmp_path,
        OS,
        (
            "RUN apt-get install python3-yaml && pip install flask",
            [
                *stdlib("usr"),
                make.file("var/lib/dpkg/status", status),
                make.file("var/lib/dpkg/info/python3-yaml.list", listing.encode()),
                make.file(f"{modules}/yaml/__init__.py", bytes(20)),
                make.file(f"{modules}/yaml/__pycache__/__init__.cpython-313.pyc", bytes(40)),
                make.file(f"{modules}/PyYAML-6.0.egg-info/PKG-INFO", bytes(5)),
                make.file(f"{modules}/left", bytes(2)),
                *dist(local, "flask", "flask/__init__.py", "../../../bin/flask"),
                make.file("usr/local/bin/flask", bytes(9), 0o755),
            ],
        ),
    )
    parts = found(report, "python")
    assert parts["package", "python3-yaml"] == 20 + 40 + 5 + len(listing)
    assert parts["standard library", "standard library"] == 1000 + 2, "what came along is Python's too"
    (environment,) = report.environments
    brought = {item.name: item.os_package for item in environment.distributions}
    assert brought == {"flask": None, "pyyaml": "python3-yaml"}
    assert distribution(report, "pyyaml").bytecode_bytes == 40
    record = len("flask/__init__.py,,\n../../../bin/flask,,\nflask-1.0.dist-info/RECORD,,\n")
    assert found(report, "venv") == {("distribution", "flask"): 10 + 9 + record}


def test_only_what_is_bundled_comes_with_the_interpreter_even_in_a_squashed_image(tmp_path: Path) -> None:
    site = "usr/local/lib/python3.13/site-packages"
    entries = [*stdlib("usr/local"), *dist(site, "pip", "pip/x.py"), *dist(site, "flask", "flask/x.py")]
    report = read_layers(tmp_path, ("CMD squashed", entries))
    assert ("bundled", "pip") in found(report, "python")
    assert set(found(report, "venv")) == {("distribution", "flask")}


def test_a_pip_that_was_installed_later_is_the_environments(tmp_path: Path) -> None:
    site = "usr/local/lib/python3.13/site-packages"
    report = read_layers(
        tmp_path, ("RUN make", stdlib("usr/local")), ("RUN pip install -U pip", dist(site, "pip", "pip/x.py"))
    )
    assert set(found(report, "venv")) == {("distribution", "pip")}


@pytest.mark.parametrize(
    ("site", "path"),
    [
        ("root/.local/lib/python3.13/site-packages", "/root/.local"),
        ("opt/deps", "/opt/deps"),
        ("var/task", "/var/task"),
        ("usr/local/lib/python3.13/site-packages", "/usr/local"),
    ],
)
def test_packages_without_an_interpreter_of_their_own(site: str, path: str, tmp_path: Path) -> None:
    report = read_layers(tmp_path, OS, ("RUN pip install", dist(site, "six", "six.py", "../../bin/tool")))
    (part,) = [part for part in report.owner("venv").components if part.bytes]
    assert (part.kind, part.name, part.path) == ("distribution", "six", path)


VENV = [make.file("app/.venv/pyvenv.cfg", b"x"), make.symlink("app/.venv/bin/python", "/usr/bin/python3")]
SITE = "app/.venv/lib/python3.13/site-packages"


def venv(tmp_path: Path, *entries: make.Entry) -> ImageReport:
    return read_layers(tmp_path, OS, ("RUN uv sync", [*VENV, *entries]))


def test_what_belongs_to_no_distribution_says_so(tmp_path: Path) -> None:
    report = venv(tmp_path, *dist(SITE, "pkg", "pkg/x.py"), make.file(f"{SITE}/stray.py", bytes(5)))
    parts = found(report, "venv")
    assert parts["unclaimed", "of no distribution"] == 5
    assert parts["environment", "environment"] == 1


@pytest.mark.parametrize("damage", ["missing", "empty", "not utf-8", "unclosed quote", "stale"])
def test_a_bad_record_leaves_the_files_with_their_modules_folder(damage: str, tmp_path: Path) -> None:
    record = {
        "missing": None,
        "empty": b"",
        "not utf-8": b"\xff\xfe\x00,,\n",
        "unclosed quote": b'"pkg/x.py' + b"y" * 200_000,
        "stale": b"gone/x.py,,\n",
    }[damage]
    info = f"{SITE}/My_Pkg-1.0.dist-info"
    report = venv(
        tmp_path,
        make.file(f"{info}/METADATA", bytes(3)),
        make.file(f"{info}/top_level.txt", b"pkg\n"),
        *([] if record is None else [make.file(f"{info}/RECORD", record)]),
        make.file(f"{SITE}/pkg/x.py", bytes(10)),
        make.file(f"{SITE}/pkg/deep/__pycache__/x.cpython-313.pyc", bytes(20)),
    )
    size = 30 + 3 + len(b"pkg\n") + len(record or b"")
    assert found(report, "venv")["distribution", "my-pkg"] == size


def test_the_name_tells_where_nothing_else_does(tmp_path: Path) -> None:
    report = venv(
        tmp_path,
        make.file(f"{SITE}/some_lib-1.0.dist-info/METADATA", bytes(3)),
        make.file(f"{SITE}/some_lib.py", bytes(10)),
    )
    assert found(report, "venv")["distribution", "some-lib"] == 13


def test_a_namespace_that_two_distributions_share_is_split_by_their_records(tmp_path: Path) -> None:
    report = venv(
        tmp_path,
        *dist(SITE, "google_a", "google/a.py"),
        *dist(SITE, "google_b", "google/b.py"),
        make.file(f"{SITE}/google/of_nobody", bytes(3)),
    )
    assert found(report, "venv")["unclaimed", "of no distribution"] == 3


def test_egg_infos_eggs_and_old_file_lists(tmp_path: Path) -> None:
    report = venv(
        tmp_path,
        make.file(f"{SITE}/Old_One-1.0-py3.13.egg-info/PKG-INFO", bytes(2)),
        make.file(f"{SITE}/Old_One-1.0-py3.13.egg-info/installed-files.txt", b"../old/x.py\nPKG-INFO\n"),
        make.file(f"{SITE}/old/x.py", bytes(10)),
        make.file(f"{SITE}/single-2.0-py3.13.egg-info", bytes(4)),
        make.file(f"{SITE}/single.py", bytes(10)),
        make.file(f"{SITE}/Eggy-3.0-py3.13.egg/EGG-INFO/PKG-INFO", bytes(5)),
        make.file(f"{SITE}/Eggy-3.0-py3.13.egg/eggy/x.py", bytes(10)),
    )
    parts = found(report, "venv")
    assert parts["distribution", "old-one"] == 2 + len("../old/x.py\nPKG-INFO\n") + 10
    assert parts["distribution", "single"] == 14
    assert parts["distribution", "eggy"] == 15
    assert [(d.name, d.version) for d in report.environments[0].distributions] == [
        ("eggy", "3.0"),
        ("old-one", "1.0"),
        ("single", "2.0"),
    ]


def test_a_record_cannot_claim_what_lies_outside_its_environment(tmp_path: Path) -> None:
    record = b"../../../../../etc/passwd,,\n/usr/lib/libc.so.6,,\npkg/x.py,,\n"
    report = venv(
        tmp_path,
        make.file("usr/lib/libc.so.6", bytes(100)),
        make.file("etc/passwd", bytes(50)),
        make.file(f"{SITE}/pkg-1.0.dist-info/RECORD", record),
        make.file(f"{SITE}/pkg/x.py", bytes(10)),
    )
    assert found(report, "venv")["distribution", "pkg"] == 10 + len(record)


def test_absolute_paths_of_a_record_are_absolute(tmp_path: Path) -> None:
    record = f"/{SITE}/abs.py,,\n/x.py,,\nx.py,,\n/app/.venv/bin/tool,,\n".encode()
    report = venv(
        tmp_path,
        make.file(f"{SITE}/pkg-1.0.dist-info/RECORD", record),
        make.file(f"{SITE}/abs.py", bytes(10)),
        make.file(f"{SITE}/x.py", bytes(20)),
        make.file("x.py", bytes(40)),
        make.file("app/.venv/bin/tool", bytes(80), 0o755),
    )
    assert found(report, "venv")["distribution", "pkg"] == 110 + len(record)
    assert sum(found(report, "app").values()) == 40


def test_vendored_metadata_makes_no_distribution(tmp_path: Path) -> None:
    report = venv(
        tmp_path,
        *dist(SITE, "setuptools", "setuptools/x.py"),
        *dist(f"{SITE}/setuptools/_vendor", "wheel", "wheel/x.py"),
    )
    assert [item.name for item in report.environments[0].distributions] == ["setuptools"]


def test_an_editable_installs_source_stays_the_apps(tmp_path: Path) -> None:
    info = f"{SITE}/web-1.0.dist-info"
    direct = json.dumps({"url": "file:///app", "dir_info": {"editable": True}}).encode()
    report = read_layers(
        tmp_path,
        OS,
        ("COPY src /app/src", [make.file("app/src/web/__init__.py", bytes(70))]),
        (
            "RUN uv sync",
            [
                *VENV,
                make.file(f"{SITE}/_web.pth", b"/app/src\n"),
                make.file(f"{info}/RECORD", b"_web.pth,,\nweb-1.0.dist-info/RECORD,,\n"),
                make.file(f"{info}/direct_url.json", direct),
            ],
        ),
    )
    assert found(report, "app") == {("instruction", "COPY src /app/src"): 70}
    assert distribution(report, "web").editable == "/app"
    assert report.environments[0].roots == ("/app/src",)
    assert ("unclaimed", "of no distribution") not in found(report, "venv")


def test_a_distribution_is_split_into_code_native_bytecode_data_and_tests(tmp_path: Path) -> None:
    sizes = {
        "pkg/x.py": 1,
        "pkg/x.pyi": 2,
        "pkg/__pycache__/x.cpython-313.pyc": 4,
        "pkg/_c.cpython-313-x86_64-linux-gnu.so": 8,
        "pkg.libs/libfoo-1234.so.1.2": 16,
        "pkg/tests/test_x.py": 32,
        "pkg/tests/data/big.bin": 64,
        "pkg/words.txt": 128,
        "pkg/testing/help.py": 256,
    }
    record = "".join(f"{path},,\n" for path in sizes).encode()
    report = venv(
        tmp_path,
        *(make.file(f"{SITE}/{path}", bytes(size)) for path, size in sizes.items()),
        make.file(f"{SITE}/pkg-1.0.dist-info/RECORD", record),
    )
    item = distribution(report, "pkg")
    assert (item.code_bytes, item.bytecode_bytes, item.native_bytes) == (259, 4, 24)
    assert (item.tests_bytes, item.data_bytes) == (96, 128 + len(record))
    assert item.bytes == 511 + len(record)


def test_tests_beside_the_environment_do_not_count_as_a_packages_tests(tmp_path: Path) -> None:
    root = "srv/tests/venv"
    entries = dist(f"{root}/lib/python3.13/site-packages", "pkg", "pkg/x.py")
    python = make.symlink(f"{root}/bin/python", "/x")
    report = read_layers(tmp_path, OS, ("RUN x", [make.file(f"{root}/pyvenv.cfg", b""), python, *entries]))
    assert distribution(report, "pkg").tests_bytes == 0


def conda(name: str, *files: str, prefix: str = "opt/conda") -> make.Entry:
    record = json.dumps({"name": name, "version": "1.0", "build": "h0", "files": files}).encode()
    return make.file(f"{prefix}/conda-meta/{name}-1.0-h0.json", record.ljust(300))


def test_condas_packages_are_components_by_their_records(tmp_path: Path) -> None:
    site = "opt/conda/lib/python3.13/site-packages"
    report = read_layers(
        tmp_path,
        OS,
        (
            "RUN conda install numpy",
            [
                *stdlib("opt/conda"),
                conda("python", "bin/python3.13", "lib/python3.13/os.py", "include/python3.13/Python.h"),
                conda("openssl", "lib/libssl.so.3"),
                conda(
                    "numpy",
                    *(f"lib/python3.13/site-packages/numpy{f}" for f in ("/x.py", "-1.0.dist-info/RECORD")),
                ),
                make.file("opt/conda/lib/libssl.so.3", bytes(500)),
                *dist(site, "numpy", "numpy/x.py"),
                make.file("opt/conda/pkgs/numpy-1.0/x.py", bytes(80)),
                make.file("opt/conda/pkgs/openssl-3/lib/libssl.so.3", bytes(500)),
                make.file("opt/conda/etc/profile.d/conda.sh", bytes(6)),
                make.file("opt/conda/conda-meta/broken.json", b"{]"),
            ],
        ),
        ("RUN pip install six", dist(site, "six", "six.py")),
    )
    parts = found(report, "venv")
    record = len("numpy/x.py,,\nnumpy-1.0.dist-info/RECORD,,\n")
    assert parts["conda", "numpy"] == 300 + 10 + record
    assert parts["conda", "openssl"] == 800
    assert parts["environment", "environment"] == 6 + 2
    assert ("distribution", "six") in parts
    assert found(report, "python")["conda", "python"] == 300 + 50_000 + 1000 + 7
    assert found(report, "caches") == {("cache", "conda packages"): 580}
    (environment,) = report.environments
    assert {item.name: item.os_package for item in environment.distributions} == {"numpy": None, "six": None}
    assert any("broken.json" in warning for warning in report.warnings)


def test_poetrys_environments_are_environments_though_they_lie_in_its_cache(tmp_path: Path) -> None:
    root = "root/.cache/pypoetry/virtualenvs/web-abc-py3.13"
    entries = [
        make.file(f"{root}/pyvenv.cfg", b"x"),
        *dist(f"{root}/lib/python3.13/site-packages", "flask", "flask/x.py"),
        make.file("root/.cache/pypoetry/artifacts/ab/flask.whl", bytes(90)),
    ]
    report = read_layers(tmp_path, OS, ("RUN poetry install", entries))
    assert found(report, "caches") == {("cache", "pypoetry"): 90}
    assert ("distribution", "flask") in found(report, "venv")


def test_an_interpreter_in_a_cache_is_only_a_copy(tmp_path: Path) -> None:
    report = read_layers(tmp_path, OS, ("RUN x", stdlib("root/.cache/pre-commit/py_env")))
    assert report.environments == ()
    assert only_owner(report, b"/root/.cache/pre-commit/py_env/bin/python3.13") == "caches/cache/pre-commit"
