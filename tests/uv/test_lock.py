"""What a lock has installed, by groups, extras and markers."""

from __future__ import annotations

from pathlib import Path

import pytest

from uvdive.uv import lock
from uvdive.uv.lock import Asked, read_lock, wanted

LOCK = """
version = 1
requires-python = ">=3.11"
[manifest]
members = ["app", "lib"]
[[package]]
name = "app"
version = "0.1"
source = { editable = "." }
dependencies = [
    { name = "flask" },
    { name = "tomli", marker = "python_full_version < '3.11'" },
    { name = "colorama", marker = "sys_platform == 'win32'" },
    { name = "torch", version = "2.0", marker = "extra == 'extra-3-app-cpu'" },
    { name = "uvicorn", extra = ["Standard"] },
]
[package.optional-dependencies]
web = [{ name = "jinja2" }]
[package.dev-dependencies]
dev = [{ name = "pytest" }]
lint = [{ name = "ruff" }]
[[package]]
name = "lib"
source = { editable = "lib" }
dependencies = [{ name = "numpy" }]
[[package]]
name = "flask"
version = "3.0"
source = { registry = "https://x" }
dependencies = [{ name = "click" }]
[[package]]
name = "uvicorn"
version = "1.0"
source = { registry = "https://x" }
[package.optional-dependencies]
standard = [{ name = "httptools" }]
[[package]]
name = "torch"
version = "1.0"
source = { registry = "https://x" }
[[package]]
name = "torch"
version = "2.0"
source = { registry = "https://x" }
""" + "".join(
    f'[[package]]\nname = "{name}"\nversion = "1"\nsource = {{ registry = "https://x" }}\n'
    for name in ("click", "tomli", "colorama", "jinja2", "pytest", "ruff", "httptools", "numpy")
)
LINUX = {"python_full_version": "3.13.1", "python_version": "3.13", "sys_platform": "linux"}
ALWAYS = {"app", "flask", "click", "uvicorn", "httptools"}


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (Asked(), ALWAYS),
        (Asked(frozenset({"dev"})), ALWAYS | {"pytest"}),
        (Asked(frozenset({"*"})), ALWAYS | {"pytest", "ruff"}),
        (Asked(extras=frozenset({"web"})), ALWAYS | {"jinja2"}),
        (Asked(extras=frozenset({"*"})), ALWAYS | {"jinja2"}),
        (Asked(frozenset({"lint"}), projects=False), {"ruff"}),
    ],
)
def test_groups_and_extras_decide(asked, names) -> None:
    found = wanted(read_lock(LOCK), ["app"], asked, LINUX)
    assert found.sure == names
    assert found.packages.keys() - found.sure == ({"torch"} if asked.projects else set())


def test_a_marker_of_the_python_and_the_system_is_answered() -> None:
    old = {**LINUX, "python_full_version": "3.10.2", "python_version": "3.10", "sys_platform": "win32"}
    assert wanted(read_lock(LOCK), ["app"], Asked(), old).sure == ALWAYS | {"tomli", "colorama"}


def test_a_version_that_the_dependency_names_is_the_one_that_is_meant() -> None:
    found = wanted(read_lock(LOCK), ["app"], Asked(), LINUX)
    assert [package.version for package in found.packages["torch"]] == ["2.0"]


def test_members_are_told_by_name_and_by_folder() -> None:
    lock = read_lock(LOCK)
    assert wanted(lock, ["lib"], Asked(), LINUX).sure == {"lib", "numpy"}
    assert lock.at("lib").name == "lib"
    assert lock.at("elsewhere") is None
    assert lock.members == {"app", "lib"}


def test_a_workspace_without_a_project_at_its_root_has_needs_of_its_own() -> None:
    groups = '[manifest.dependency-groups]\ndev = [{ name = "click" }]\n'
    root = f'[manifest]\nrequirements = [{{ name = "ruff" }}]\n{groups}'
    lock = read_lock("version = 1\n" + root + LOCK.partition("members")[2].partition("\n")[2])
    assert wanted(lock, [], Asked(frozenset({"dev"})), LINUX).sure == {"ruff", "click"}


@pytest.mark.parametrize("text", ["", "no toml [", "[project]\nname = 'x'\n", "a." * 5000 + "a = 1"])
def test_what_is_no_lock_is_none(text) -> None:
    assert read_lock(text) is None


@pytest.mark.parametrize(
    "package",
    ["name = 1", 'name = "x"\nsource = 3', 'name = "x"\ndependencies = [1, { name = 2 }, "y"]',
     'name = "x"\ndev-dependencies = 4\noptional-dependencies = []'],
)  # fmt: skip
def test_what_has_another_shape_is_passed_over(package) -> None:
    lock = read_lock(f"version = 1\n[[package]]\n{package}\n")
    assert wanted(lock, ["x"], Asked(frozenset({"*"}), frozenset({"*"})), LINUX).sure <= {"x"}


HEAD = 'version = 1\n[[package]]\nname = "a"\nversion = "1"\n'
ODD = (
    'wheels = [\n    { url = "https://x/a-1-py3-none-any.whl", hash = "sha256:1", size = 5 },\n]\n',
    'wheels = [\n    { url = "a-1-py3-none-any.whl#sha256=a/b.whl", size = 5 },\n]\n',
    'wheels = [\n    { url = "x/a-1.whl", size = 5, size = 6 },\n]\n',
    'wheels = [\n    { url = "x/a-1.whl", size = 05 },\n]\n',
    'wheels = [\n    { url = "x/a-1.whl", hash = "\\u0041", size = 5 },\n    { url = "", size = 5 }\n]\n',
    'wheels = [\n    { url = "x/a-1.whl", filename = "b-2.whl" },\n    { path = "c/d.whl" },\n]\n',
    'sdist = { url = "x/a.tar.gz", hash = "sha256:1" }\nsdist = { url = "x/a.tar.gz" }\n',
    'wheels = [\n    { url = "x/a-1.whl", size = 5 },,\n]\n',
    'marker = """\n    { url = "x/a-1.whl", hash = "sha256:1" },\n"""\n',
    "note = '''\nsdist = { url = \"x/a-1.whl\", size = 5 }\n'''\n",
)


def places_of_locks() -> list[Path]:
    root = Path(__file__).parents[2]
    return sorted(path for folder in ("tests", "examples") for path in (root / folder).rglob("uv.lock"))


def test_what_is_left_out_of_a_lock_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [path.read_text() for path in places_of_locks()] + [HEAD + odd for odd in ODD]
    read = lock.read_lock.__wrapped__
    quick = [read(text) for text in texts]
    assert len(texts) > 40
    monkeypatch.setattr(lock, "_shorter", lambda text: text)
    for text, found in zip(texts, quick, strict=True):
        assert read(text) == found, text[:200]
