"""Locks and project files in every shape that they are read in, and which of several explains what."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import hand_made as hand
from made_images import layers as make

from uvdive.ledger.environments.bytes_by_kind import Parts
from uvdive.ledger.environments.environments import pyvenv
from uvdive.ledger.environments.lockfile import Need, Package, parse_lock, parse_project
from uvdive.ledger.environments.reasons import Asked, Reason, asked_extras, explain
from uvdive.ledger.report import VIRTUAL, ImageReport

NEED = 'dependencies = [{ name = "A_b", extra = ["X_y", "z"], marker = "m" }, { name = "c" }]'


def test_what_a_package_of_a_lock_asks_for() -> None:
    lock = parse_lock(
        f"""
[[package]]
name = "My.App"
source = {{ editable = "." }}
{NEED}
[package.optional-dependencies]
gpu = [{{ name = "cuda" }}]
[package.dev-dependencies]
dev = [{{ name = "pytest" }}]
[[package]]
name = "my-app"
version = "2"
dependencies = [{{ name = "d" }}]
[package.optional-dependencies]
gpu = [{{ name = "rocm" }}]
""".encode()
    )
    assert lock is not None
    assert lock.roots == ("my-app",)
    assert lock.packages["my-app"] == Package(
        [Need("a-b", ("x-y", "z"), always=False), Need("c"), Need("d")],
        {"gpu": [Need("cuda"), Need("rocm")]},
        {"dev": [Need("pytest")]},
    ), "of several versions all needs count"


ROOTS = [
    ('source = { virtual = "." }', 'source = { editable = "libs/b" }', "", ("a",)),
    ('source = { editable = "." }', 'source = { registry = "x" }', "", ("a",)),
    ('source = { editable = "libs/a" }', 'source = { virtual = "." }', "", ("b",)),
    ('source = { editable = "libs/a" }', 'source = { editable = "libs/b" }', "", ("a", "b")),
    ('source = { editable = "libs/a" }', 'source = { virtual = "." }', '["a", "b"]', ("b", "a")),
    ('source = { editable = "libs/a" }', 'source = { virtual = "." }', '["A"]', ("a",)),
    ('source = { virtual = "." }', 'source = { virtual = "." }', '["nobody"]', ("a", "b")),
    ('source = { registry = "x" }', "", "", ()),
]


@pytest.mark.parametrize(("first", "second", "members", "roots"), ROOTS)
def test_the_projects_own_packages(first: str, second: str, members: str, roots: tuple[str, ...]) -> None:
    manifest = f"[manifest]\nmembers = {members}\n" if members else ""
    text = f'{manifest}[[package]]\nname = "a"\n{first}\n[[package]]\nname = "b"\n{second}\n'
    lock = parse_lock(text.encode())
    assert lock is not None
    assert lock.roots == roots


def test_a_lock_without_packages_of_its_own_may_ask_by_its_manifest() -> None:
    asks = (
        b'[manifest]\nrequirements = [{ name = "a" }]\n[[package]]\nname = "a"\nsource = { virtual = "." }\n'
    )
    lock = parse_lock(asks)
    assert lock is not None
    assert lock.roots == ("a", "")
    assert parse_lock(b"version = 1\n") is None
    assert parse_lock(b"package = []\n") is None


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("flask", Need("flask")),
        (" Flask [Async, dotenv] >=3", Need("flask", ("async", "dotenv"))),
        ("zope.interface; python_version < '4'", Need("zope-interface", always=False)),
        ("a[]", Need("a")),
        ("2to3==1", Need("2to3")),
        ("-e .", None),
        ("", None),
    ],
)
def test_requirements_of_a_project(text: str, need: Need | None) -> None:
    lock = parse_project(f'[project]\nname = "App"\ndependencies = ["""{text}"""]\n'.encode())
    assert lock is not None
    assert lock.roots == ("app",)
    assert lock.packages["app"].needs == ([] if need is None else [need])


def test_groups_that_include_each_other_end() -> None:
    lock = parse_project(b"""
[project]
name = "app"
[dependency-groups]
a = ["one", { include-group = "b" }]
b = ["two", { include-group = "a" }, { include-group = "none" }]
""")
    assert lock is not None
    names = {group: [need.name for need in needs] for group, needs in lock.packages["app"].groups.items()}
    assert names == {"a": ["one", "two"], "b": ["two", "one"]}


def reasons(text: str, installed: str, asked: Asked | None = None) -> dict[str, Reason]:
    lock = parse_lock(text.encode())
    assert lock is not None
    return dict(explain(lock, installed.split(), *([asked] if asked else [])))


CHAIN = """
[[package]]
name = "app"
source = { virtual = "." }
dependencies = [{ name = "a" }, { name = "missing" }]
[package.dev-dependencies]
dev = [{ name = "c", extra = ["x"] }]
[[package]]
name = "a"
dependencies = [{ name = "b" }]
[[package]]
name = "missing"
dependencies = [{ name = "behind" }]
[[package]]
name = "c"
[package.optional-dependencies]
x = [{ name = "d" }]
y = [{ name = "e" }]
"""


def test_reasons_lead_through_what_is_installed() -> None:
    assert reasons(CHAIN, "a b behind c d e") == {
        "a": Reason(("app",), None),
        "b": Reason(("app", "a"), None),
        "c": Reason(("app",), "dev"),
        "d": Reason(("app", "c"), "dev"),
    }
    assert reasons(CHAIN, "") == {}


@pytest.mark.parametrize(
    ("text", "extras"),
    [
        ("uv sync --extra=a", "a"),
        ("uv sync --extra   a --extra 'b'", "a b"),
        ("uv sync --extra \\\n b", "b"),
        ("X='c' uv sync --extra ${X}", "c"),
        ("pip install app[a,b] ./x/[c] ${D}[d]", "a b c d"),
        ("[a] x [b]", ""),
        ("x[0]", "0"),
        ("a[-b]", ""),
        ("--extras a", ""),
    ],
)
def test_extras_that_a_text_asks_for(text: str, extras: str) -> None:
    assert asked_extras([text]) == Asked(frozenset(extras.split()))
    assert asked_extras([text, "RUN uv sync --all-extras"]) == Asked(frozenset(extras.split()), every=True)
    assert not asked_extras(["--all-extrasx"]).every


def environment(folder: str, *names: str) -> hand.Files:
    return hand.venv(f"{folder}/.venv", *((name, {f"{name}.py": 10}) for name in names))


def lock(name: str, *needs: str) -> bytes:
    listed = ", ".join(f'{{ name = "{need}" }}' for need in needs)
    return f'[[package]]\nname = "{name}"\nsource = {{ virtual = "." }}\ndependencies = [{listed}]\n'.encode()


def whys(report: ImageReport, path: str) -> dict[str, tuple[str, ...]]:
    (found,) = (item for item in report.environments if item.path == path)
    return {item.name: item.why for item in found.distributions}


def test_between_equals_the_nearest_folder_explains(tmp_path: Path) -> None:
    files = [
        *environment("srv/app", "a", "b"),
        make.file("uv.lock", lock("far", "a", "b")),
        make.file("srv/uv.lock", lock("near", "a", "b")),
        make.file("srv/app/uv.lock", lock("own", "a", "b")),
        make.file("srv/app2/uv.lock", lock("beside", "a", "b")),
    ]
    report = hand.image(tmp_path, "FROM x\nCOPY . /", files)
    assert whys(report, "/srv/app/.venv") == {"a": ("own",), "b": ("own",)}
    more = [*files, make.file("opt/uv.lock", lock("fuller", "a", "b", "c"))]
    report = hand.image(tmp_path, "FROM x\nCOPY . /", [*environment("srv/app", "c"), *more])
    assert whys(report, "/srv/app/.venv")["a"] == ("fuller",), "what it explains says more"


@pytest.mark.parametrize(
    ("explained", "others", "near", "told"),
    [
        (1, 3, False, False),
        (1, 2, False, True),
        (2, 4, False, True),
        (2, 5, False, False),
        (1, 9, True, True),
    ],
)
def test_a_third_of_an_environment_has_to_fit_or_the_folder(
    explained: int, others: int, near: bool, told: bool, tmp_path: Path
) -> None:
    needs = [f"n{number}" for number in range(explained)]
    names = [*needs, *(f"o{number}" for number in range(others))]
    file = make.file(f"{'srv' if near else 'opt'}/uv.lock", lock("app", *needs))
    report = hand.image(tmp_path, "FROM x\nCOPY . /", [*environment("srv", *names), file])
    assert (whys(report, "/srv/.venv")["n0"] == ("app",)) is told


def test_a_lock_comes_before_a_project_file_and_the_dockerfiles_folder_is_looked_at(tmp_path: Path) -> None:
    project = b'[project]\nname = "project"\ndependencies = ["a"]\n'
    (tmp_path / "pyproject.toml").write_bytes(project)
    files = environment("srv", "a", "b")
    assert whys(hand.image(tmp_path, "FROM x\nCOPY . /", files), "/srv/.venv")["a"] == ("project",)
    both = [*files, make.file("srv/pyproject.toml", project), make.file("srv/uv.lock", lock("lock", "a"))]
    assert whys(hand.image(tmp_path, "FROM x\nCOPY . /", both), "/srv/.venv")["a"] == ("lock",)
    (tmp_path / "uv.lock").write_bytes(lock("beside", "a", "b"))
    assert whys(hand.image(tmp_path, "FROM x\nCOPY . /", both), "/srv/.venv")["b"] == ("beside",)
    padding = b"#" * ((8 << 20) - len(lock("beside", "a", "b")) + 1)
    (tmp_path / "uv.lock").write_bytes(lock("beside", "a", "b") + padding)
    assert whys(hand.image(tmp_path, "FROM x\nCOPY . /", both), "/srv/.venv")["b"] == (), "8 MiB are enough"
    (tmp_path / "uv.lock").write_bytes(lock("beside", "a", "b") + padding[1:])
    assert whys(hand.image(tmp_path, "FROM x\nCOPY . /", both), "/srv/.venv")["b"] == ("beside",)


@pytest.mark.parametrize(("before", "told"), [(31, True), (32, False)])
def test_so_many_locks_of_an_image_are_read(before: int, told: bool, tmp_path: Path) -> None:
    files = [make.file(f"a{n:02}/uv.lock", lock("other", "x")) for n in range(before)]
    files += [make.file("z/uv.lock", lock("last", "a")), *environment("srv", "a")]
    report = hand.image(tmp_path, "FROM x\nCOPY . /", files)
    assert (whys(report, "/srv/.venv")["a"] == ("last",)) is told


def test_settings_of_an_environment() -> None:
    text = b"Home = /usr/bin\nversion_info=3.13.5\nno setting\nprompt = a = b\n"
    assert pyvenv(text) == {"home": "/usr/bin", "version_info": "3.13.5", "prompt": "a = b"}
    assert {"venv", "tool"} == VIRTUAL


def kinds(*files: tuple[str, int, int]) -> tuple[int, ...]:
    """Bytes of a distribution's files (path, size, mode): tests, native, bytecode, code, data."""
    from tempfile import TemporaryDirectory

    site = "v/lib/python3.13/site-packages"
    record = "".join(f"{path},,\n" for path, _, _ in files)
    entries = [make.file(f"{site}/{path}", bytes(size), mode) for path, size, mode in files]
    info = make.file(f"{site}/p-1.dist-info/RECORD", record.encode())
    with TemporaryDirectory() as folder:
        report = hand.image(Path(folder), "FROM x\nCOPY . /", [*hand.venv("v"), *entries, info])
    (found,) = next(item for item in report.environments if item.path == "/v").distributions
    parts = (found.tests_bytes, found.native_bytes, found.bytecode_bytes, found.code_bytes)
    assert found.files == len(files) + 1
    return (*parts, found.data_bytes - len(record))


@pytest.mark.parametrize(
    ("names", "place"),
    [
        ("p/test/a p/tests/b/c.so p/x/tests/d.py", 0),
        ("p/a.so p/b.so.1 p/c.so.1.2.3 p/d.a p/e.o p/f.dylib p/g.pyd p/h.dll", 1),
        ("p/__pycache__/a.pyc p/b.pyc", 2),
        ("p/a.py p/b.pyi p/c.pyx p/d.pxd e.pth", 3),
        ("p/a.txt p/so p/a.so.txt p/a.sox p/b.pyo p/testing p/c.pys p/latest/x p/d.so.x", 4),
    ],
)
def test_what_a_files_bytes_are(names: str, place: int) -> None:
    files = [(path, 10, 0o644) for path in names.split()]
    expected = [0] * 5
    expected[place] = 10 * len(files)
    assert kinds(*files) == tuple(expected)


@pytest.mark.parametrize(
    ("name", "size", "mode", "place"),
    [
        ("p/bin", 65_535, 0o755, 3),
        ("p/bin", 65_536, 0o755, 1),
        ("p/bin.x", 65_536, 0o755, 3),
        ("p/bin", 65_536, 0o644, 4),
        ("p/bin", 10, 0o100, 3),
        ("p/bin", 10, 0o001, 3),
    ],
)
def test_a_large_program_without_a_suffix_is_native(name: str, size: int, mode: int, place: int) -> None:
    expected = [0] * 5
    expected[place] = size
    assert kinds((name, size, mode)) == tuple(expected)


def test_parts_add_up() -> None:
    parts = Parts()
    for number, kind in enumerate(("tests", "native", "bytecode", "code", "data")):
        parts.add(kind, 10**number)
    assert (parts.bytes, parts.files) == (11_111, 5)
