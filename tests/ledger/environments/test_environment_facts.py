"""What is told of an environment: its program, modules, editable sources, and where they come from."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import hand_made as hand
from made_images import layers as make

from uvdive.ledger.report import Distribution, Environment, ImageReport

SITE = "v/lib/python3.13/site-packages"


def environment(report: ImageReport, path: str = "/v") -> Environment:
    (found,) = (item for item in report.environments if item.path == path)
    return found


def image(tmp_path: Path, *entries: make.Entry) -> ImageReport:
    return hand.image(tmp_path, "FROM x\nCOPY . /", [*hand.venv("v"), *entries])


def distribution(tmp_path: Path, *paths: str, direct: bytes | None = None) -> Distribution:
    record = "".join(f"{path},,\n" for path in paths).encode()
    entries = [make.file(f"{SITE}/p-1.dist-info/RECORD", record)]
    if direct is not None:
        entries.append(make.file(f"{SITE}/p-1.dist-info/direct_url.json", direct))
    (found,) = environment(image(tmp_path, *entries)).distributions
    return found


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("top.py", "top"),
        ("top.so", "top"),
        ("top.cpython-313-x86_64-linux-gnu.so", "top"),
        ("pkg/x.py", "pkg"),
        ("pkg/deep/x.so", "pkg"),
        ("pkg/data.txt", None),
        ("top.txt", None),
        ("no-name.py", None),
        ("no-name/x.py", None),
        ("__pycache__/x.py", None),
        ("p-1.dist-info/x.py", None),
        ("../../../bin/x.py", None),
        ("__editable___p_finder.py", None),
    ],
)
def test_modules_that_can_be_imported(path: str, module: str | None, tmp_path: Path) -> None:
    assert distribution(tmp_path, path).modules == (() if module is None else (module,))


def test_modules_are_named_once_in_order(tmp_path: Path) -> None:
    assert distribution(tmp_path, "b/x.py", "a.py", "b/y.py", "_c/x.so").modules == ("_c", "a", "b")


@pytest.mark.parametrize(
    ("direct", "editable"),
    [
        (b'{"url": "file:///app", "dir_info": {"editable": true}}', "/app"),
        (b'{"url": "file:///app", "dir_info": {"editable": false}}', None),
        (b'{"url": "file:///app", "dir_info": {}}', None),
        (b'{"url": "file:///app"}', None),
        (b'{"dir_info": {"editable": true}}', ""),
        (b'{"url": "file:///app", "dir_info": []}', None),
        (b"[]", None),
        (b"{", None),
        (b"", None),
        (None, None),
    ],
)
def test_an_editable_install(direct: bytes | None, editable: str | None, tmp_path: Path) -> None:
    assert distribution(tmp_path, direct=direct).editable == editable


ROOTS = {
    "a.pth": (b"/one\n/two \nimport x\nrelative\n", ("/one", "/two")),
    "a.egg-link": (b"/three\n.\n", ("/three",)),
    "__editable___a_finder.py": (b"x = 1\nMAPPING = {'m': '/four/m', 'n': 'rel'}\n", ("/four/m",)),
    "__editable___b_finder.py": (b"MAPPING: dict[str, str] = {\n 'm': '/five'\n}\nN = {}\n", ("/five",)),
    "__editable___c_finder.py": (b"MAPPING = {1: call()}\n", ()),
    "__editable___d_finder.py": (b"MAPPING = {'a', '/b'}\n", ()),
    "__editable___e_finder.py": (b"NOTHING = {}\n", ()),
    "other_finder.py": (b"MAPPING = {'m': '/six'}\n", ()),
}


@pytest.mark.parametrize("name", ROOTS)
def test_sources_outside_that_an_environment_points_to(name: str, tmp_path: Path) -> None:
    data, roots = ROOTS[name]
    entries = [make.file(f"{SITE}/{name}", data), make.file(f"{SITE}/p-1.dist-info/RECORD", b"")]
    assert environment(image(tmp_path, *entries)).roots == roots


def test_sources_are_told_once_in_order(tmp_path: Path) -> None:
    entries = [make.file(f"{SITE}/{n}.pth", data) for n, data in (("a", b"/z\n/a\n"), ("b", b"/a\n"))]
    assert environment(image(tmp_path, *entries)).roots == ("/a", "/z")


@pytest.mark.parametrize(
    ("programs", "first"),
    [
        ("python python3 python3.13", "python"),
        ("python3 python3.13", "python3"),
        ("python3.13", None),
    ],
)
def test_the_program_of_a_virtual_environment(programs: str, first: str | None, tmp_path: Path) -> None:
    files = [make.file("w/pyvenv.cfg", b"version = 3.12\n")]
    files += [make.file(f"w/bin/{name}", b"x", 0o755) for name in programs.split()]
    report = hand.image(tmp_path, "FROM x\nCOPY . /", files)
    found = [item for item in report.environments if item.path == "/w"]
    assert [item.interpreter for item in found] == ([] if first is None else [f"/w/bin/{first}"])
    assert all(item.python == "3.12" and item.interpreter_path == item.interpreter for item in found)


@pytest.mark.parametrize(
    ("programs", "first"),
    [
        ("python3.13 python pypy3", "python3.13"),
        ("python python3", "python"),
        ("python3 pypy3.13", "python3"),
        ("pypy3.13 pypy3", "pypy3.13"),
        ("pypy3 pypy", "pypy3"),
        ("pypy", "pypy"),
        ("python3.12", None),
    ],
)
def test_the_program_of_an_interpreter(programs: str, first: str | None, tmp_path: Path) -> None:
    files = [make.file(f"opt/py/bin/{name}", b"x", 0o755) for name in programs.split()]
    files.append(make.file("opt/py/lib/python3.13/os.py", b"x"))
    report = hand.image(tmp_path, "FROM x\nCOPY . /", files)
    found = [item.interpreter for item in report.environments if item.path == "/opt/py"]
    assert found == ([] if first is None else [f"/opt/py/bin/{first}"])


def test_hops_lead_from_the_program_to_the_file_or_to_nothing(tmp_path: Path) -> None:
    found = environment(image(tmp_path))
    assert found.hops == ("/v/bin/python", hand.PYTHON)
    assert (found.interpreter_path, found.python, found.uv_version) == (hand.PYTHON, "3.13", "0.13.9")
    dead = hand.image(tmp_path, "FROM x\nCOPY . /", hand.venv("v", python="/gone"))
    assert (environment(dead).hops, environment(dead).interpreter_path) == (("/v/bin/python", "/gone"), None)


def test_an_environment_or_a_package_that_was_removed_is_not_told(tmp_path: Path) -> None:
    files = hand.venv("v", ("a", {"a.py": 1}), ("b", {"b.py": 1}))
    text = "FROM x\nRUN a\nRUN b"
    gone = hand.image(tmp_path, text, files, [make.whiteout(f"{SITE}/a-1.0.dist-info")])
    assert [item.name for item in environment(gone).distributions] == ["b"]
    none = hand.image(tmp_path, text, files, [make.whiteout("v")])
    assert [item.path for item in none.environments] == ["/usr/local"]


def test_virtual_environments_come_first_and_tools_last(tmp_path: Path) -> None:
    tool = [make.file("t/x/pyvenv.cfg", b""), make.file("t/x/uv-receipt.toml", b"x")]
    tool.append(make.symlink("t/x/bin/python", hand.PYTHON))
    report = image(tmp_path, *tool)
    assert [(item.kind, item.path) for item in report.environments] == [
        ("venv", "/v"),
        ("system", "/usr/local"),
        ("tool", "/t/x"),
    ]
