"""Databases of packages in every shape, layer by layer: dpkg's, distroless, apk's, conda's and uv's tools."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_images import layers as make
from made_images.owning import found, only_owner, read_layers

from uvdive.ledger.report import ImageReport

BASE = ("CMD base", [make.file("usr/lib/base.so", bytes(1000))])


def status(*packages: str) -> make.Entry:
    text = "".join(f"Package: {name}\nVersion: 1\nSection: libs\n\n" for name in packages)
    return make.file("var/lib/dpkg/status", text.encode())


def listed(name: str, *paths: str) -> make.Entry:
    return make.file(f"var/lib/dpkg/info/{name}.list", "".join(f"{path}\n" for path in paths).encode())


def owner(report: ImageReport, path: str) -> str:
    return only_owner(report, path.encode())


@pytest.mark.parametrize("name", ["tool", "tool:amd64"])
def test_a_packages_list_is_named_with_or_without_its_architecture(name: str, tmp_path: Path) -> None:
    files = [status("tool"), listed(name, "/usr/share/x"), make.file("usr/share/x", bytes(6))]
    files += [
        make.file(f"var/lib/dpkg/info/{name}.md5sums", bytes(7)),
        make.file("var/lib/dpkg/info/y", b"1"),
    ]
    report = read_layers(tmp_path, BASE, ("RUN apt-get install tool", files))
    assert owner(report, "/usr/share/x") == "os-packages/runtime/tool"
    assert owner(report, f"/var/lib/dpkg/info/{name}.md5sums") == "os-packages/runtime/tool"
    assert owner(report, "/var/lib/dpkg/info/y").startswith("os-packages/state")
    versions = {part.version for part in report.owner("os-packages").components if part.name == "tool"}
    assert versions == {"1"}


def test_a_list_without_a_stanza_is_a_package_without_a_version(tmp_path: Path) -> None:
    files = [listed("lost", "/usr/share/x"), make.file("usr/share/x", bytes(6))]
    report = read_layers(tmp_path, BASE, ("RUN x", files))
    (part,) = (part for part in report.owner("os-packages").components if part.name == "lost")
    assert (part.version, part.kind) == (None, "runtime")


@pytest.mark.parametrize(
    ("lines", "owners"),
    [
        ("/bin/sh\n/bin/sh.distrib\ndash\n", ("dash", "other")),
        ("/x\n/y\nx\n/bin/sh\n/bin/sh.distrib\ndash\n", ("dash", "other")),
        ("/bin/sh\n/bin/sh.distrib\n:\n", ("RUN x", "dash")),  # a local one moves what every package brings
    ],
)
def test_diversions_come_three_lines_each(lines: str, owners: tuple[str, str], tmp_path: Path) -> None:
    files = [
        status("dash", "other"),
        listed("dash", "/bin/sh"),
        listed("other", "/bin/sh"),
        make.file("var/lib/dpkg/diversions", lines.encode()),
        make.file("bin/sh", bytes(6)),
        make.file("bin/sh.distrib", bytes(7)),
    ]
    report = read_layers(tmp_path, BASE, ("RUN x", files))
    first, second = (owner(report, path).split("/")[2] for path in ("/bin/sh", "/bin/sh.distrib"))
    assert (first, second) == owners


def test_databases_are_read_as_each_layer_left_them(tmp_path: Path) -> None:
    one = [status("one"), listed("one", "/usr/share/x"), make.file("usr/share/x", bytes(6))]
    two = [status("two"), listed("two", "/usr/share/x"), make.whiteout("var/lib/dpkg/info/one.list")]
    report = read_layers(
        tmp_path, BASE, ("RUN one", one), ("RUN two", [*two, make.file("usr/share/x", bytes(60))])
    )
    sizes = {part.name: part.bytes for part in report.owner("os-packages").components}
    assert sizes["one"] == 6 + len("/usr/share/x\n")
    assert sizes["two"] == 60 + len("/usr/share/x\n")


SUMS = "0123456789abcdef0123456789abcdef"


def test_distroless_packages_by_their_sums(tmp_path: Path) -> None:
    folder = "var/lib/dpkg/status.d"
    files = [
        make.file(f"{folder}/one", b"Package: one\nVersion: 1\n"),
        make.file(
            f"{folder}/one.md5sums",
            f"{SUMS}  usr/share/x\n{SUMS}  ./usr/share/no\n{SUMS}  /usr/share/y\n".encode(),
        ),
        make.file(f"{folder}/two", b"Package: two\nVersion: 2\n"),
        make.file("usr/share/x", bytes(6)),
        make.file("usr/share/y", bytes(7)),
        make.file("usr/share/z", bytes(8)),
    ]
    report = read_layers(tmp_path, ("CMD base", []), ("RUN x", files))
    for path in ("/usr/share/x", "/usr/share/y", f"/{folder}/one", f"/{folder}/one.md5sums"):
        assert owner(report, path) == "os-packages/runtime/one", path
    assert owner(report, f"/{folder}/two") == "os-packages/runtime/two"
    assert owner(report, "/usr/share/z") == "os-packages/state/made by package scripts", (
        "a database was written"
    )


APK = b"""P:one
V:1
F:usr/share
R:x
F:
R:top

R:nobodys

F:usr/lib
P:two
V:2
R:y
"""


def test_apks_lines_belong_to_the_package_before_them(tmp_path: Path) -> None:
    files = [make.file(path, bytes(6)) for path in ("usr/share/x", "top", "usr/lib/y")]
    report = read_layers(tmp_path, BASE, ("RUN x", [make.file("lib/apk/db/installed", APK), *files]))
    told = {path: owner(report, path) for path in ("/usr/share/x", "/top", "/usr/lib/y")}
    assert told == {
        "/usr/share/x": "os-packages/runtime/one",
        "/top": "os-packages/runtime/one",
        "/usr/lib/y": "os-packages/runtime/two",
    }
    versions = {part.name: part.version for part in report.owner("os-packages").components if part.version}
    assert versions == {"one": "1", "two": "2"}


@pytest.mark.parametrize("folder", ["var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"])
@pytest.mark.parametrize("file", ["Packages", "Packages.db"])
def test_rpms_older_databases_are_named_while_they_are_there(folder: str, file: str, tmp_path: Path) -> None:
    step = (
        "RUN yum install x",
        [make.file(f"{folder}/{file}", bytes(6)), make.file("usr/share/x", bytes(7))],
    )
    report = read_layers(tmp_path, BASE, step)
    assert report.warnings == (f"/{folder}/{file} is in a format that is not read",)
    assert owner(report, "/usr/share/x") == "os-packages/state/made by package scripts"
    gone = read_layers(tmp_path, BASE, step, ("RUN rm", [make.whiteout(f"{folder}/{file}")]))
    assert gone.warnings == ()


CONDA_PYTHON = "python pypy python_abi pip setuptools wheel cpython"


def record(folder: str, name: str, *files: str, **more: object) -> make.Entry:
    data = {"name": name, "version": "1.0", "files": list(files), **more}
    return make.file(f"{folder}/conda-meta/{name}-1.0-h0.json", json.dumps(data).encode())


@pytest.mark.parametrize("name", [*CONDA_PYTHON.split(), "python2", "numpy", "wheels"])
def test_condas_python_and_what_comes_with_it(name: str, tmp_path: Path) -> None:
    step = ("RUN conda install x", [record("opt/c", name, "lib/x"), make.file("opt/c/lib/x", bytes(6))])
    told = owner(read_layers(tmp_path, BASE, step), "/opt/c/lib/x")
    assert told == f"{'python' if name in CONDA_PYTHON.split() else 'venv'}/conda/{name}"


def test_a_conda_package_owns_what_lies_in_its_prefix(tmp_path: Path) -> None:
    files = ["lib/x", "../out", "/abs", "./lib/../lib/y", "lib/gone"]
    entries = [
        make.file(f"opt/{path}", bytes(6)) for path in ("c/lib/x", "out", "c/abs", "c/lib/y", "c/left")
    ]
    report = read_layers(tmp_path, BASE, ("RUN conda install x", [record("opt/c", "p", *files), *entries]))
    mine = {
        path
        for path in ("/opt/c/lib/x", "/opt/c/abs", "/opt/c/lib/y")
        if owner(report, path) == "venv/conda/p"
    }
    assert mine == {"/opt/c/lib/x", "/opt/c/abs", "/opt/c/lib/y"}
    assert owner(report, "/opt/out").startswith("app/")
    assert owner(report, "/opt/c/left") == "venv/environment/environment"


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[]",
        b'{"version": "1", "files": []}',
        b'{"name": 1, "version": "1"}',
        b'{"name": "x", "version": "1", "files": 3}',
        b"[" * 100_000,
    ],
)
def test_a_record_that_is_none_is_named(data: bytes, tmp_path: Path) -> None:
    report = read_layers(tmp_path, BASE, ("RUN x", [make.file("opt/c/conda-meta/x.json", data)]))
    assert report.warnings == ("/opt/c/conda-meta/x.json is no record of a conda package",)
    fine = read_layers(tmp_path, BASE, ("RUN x", [record("opt/c", "x", files=None)]))
    assert fine.warnings == ()
    assert found(fine, "venv") == {("conda", "x"): fine.layers[1].file_bytes}


def test_condas_folder_at_the_top_or_in_a_cache_is_no_environment(tmp_path: Path) -> None:
    for prefix in ("conda-meta", "root/.cache/x/conda-meta"):
        files = [make.file(f"{prefix}/x.json", b"{}"), make.file("lib/x", bytes(6))]
        report = read_layers(tmp_path, BASE, ("RUN x", files))
        assert found(report, "venv") == {}
        assert report.warnings == ()


def test_tools_and_what_is_in_them(tmp_path: Path) -> None:
    root, site = "opt/tools/ruff", "lib/python3.13/site-packages"
    listing = "ruff.py,,\n../../../bin/ruff,,\n../../../../other,,\nruff-1.dist-info/RECORD,,\n"
    files = [
        make.file(f"{root}/pyvenv.cfg", b"version_info = 3.13\nuv = 0.9\n"),
        make.symlink(f"{root}/bin/python", "/usr/bin/python3"),
        make.file(f"{root}/uv-receipt.toml", b"[tool]\n"),
        make.file(f"{root}/{site}/ruff.py", bytes(60)),
        make.file(f"{root}/{site}/ruff-1.dist-info/RECORD", listing.encode()),
        make.file(f"{root}/bin/ruff", bytes(700), 0o755),
        make.file("opt/tools/other", bytes(5)),
        make.file(f"{root}/lib/python3/site-packages/no-1.dist-info/RECORD", b""),
    ]
    report = read_layers(tmp_path, BASE, ("RUN uv tool install ruff", files))
    (tool,) = (item for item in report.environments if item.kind == "tool")
    assert (tool.path, tool.python, tool.uv_version) == (f"/{root}", "3.13", "0.9")
    (ruff,) = tool.distributions
    assert (ruff.name, ruff.version, ruff.files) == ("ruff", "1", 3)
    assert ruff.bytes == 60 + 700 + len(listing)
    assert (ruff.why, ruff.group) == ((), None)
    assert owner(report, f"/{root}/{site}/ruff.py") == "uv/tool/ruff"
    assert owner(report, "/opt/tools/other").startswith("app/")
