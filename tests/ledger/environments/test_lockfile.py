"""Why a package is there: uv.lock and pyproject.toml, also odd ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import layers as make
from made_images.owning import read_layers

from uvdive.base.progress import ignore
from uvdive.image.reference import Target
from uvdive.ledger.environments.lockfile import parse_lock, parse_project
from uvdive.ledger.environments.reasons import explain
from uvdive.session.opening.reading import read_image

LOCK = b"""
version = 1
[[package]]
name = "Web.App"
source = { editable = "." }
dependencies = [{ name = "flask", extra = ["async"], marker = "x" }, { name = "colorama" }]
[package.optional-dependencies]
server = [{ name = "gunicorn" }]
[package.dev-dependencies]
dev = [{ name = "pytest" }, { name = "flask" }]
docs = [{ name = "sphinx" }]

[[package]]
name = "flask"
version = "3"
source = { registry = "x" }
dependencies = [{ name = "jinja2" }]
[package.optional-dependencies]
async = [{ name = "asgiref" }]
dotenv = [{ name = "python-dotenv" }]

[[package]]
name = "jinja2"
dependencies = [{ name = "markupsafe" }, { name = "flask" }]
[[package]]
name = "markupsafe"
[[package]]
name = "asgiref"
[[package]]
name = "python-dotenv"
[[package]]
name = "gunicorn"
dependencies = [{ name = "packaging" }]
[[package]]
name = "pytest"
dependencies = [{ name = "packaging" }, { name = "pluggy" }]
"""
ODD = b"""
[[package]]
name = 3
[[package]]
[[package]]
name = "x"
source = "y"
dependencies = {}
[[package]]
name = "y"
source = { virtual = "." }
dependencies = [1, { name = 2 }, { name = "x", extra = [1] }, []]
optional-dependencies = []
dev-dependencies = { dev = "x" }
[manifest]
members = 5
"""
ALL = ["web-app", "flask", "jinja2", "markupsafe", "asgiref", "gunicorn", "packaging", "pytest", "pluggy"]
ALL += ["sphinx", "stray"]


def whys(data: bytes, installed: list[str]) -> dict[str, tuple[tuple[str, ...], str | None]]:
    lock = parse_lock(data)
    assert lock is not None
    return {name: (reason.why, reason.group) for name, reason in explain(lock, installed).items()}


def test_the_shortest_path_and_the_group() -> None:
    assert whys(LOCK, ALL) == {
        "web-app": ((), None),
        "flask": (("web-app",), None),
        "jinja2": (("web-app", "flask"), None),
        "markupsafe": (("web-app", "flask", "jinja2"), None),
        "asgiref": (("web-app", "flask"), None),
        "gunicorn": (("web-app",), "extra:server"),
        "packaging": (("web-app", "gunicorn"), "extra:server"),
        "pytest": (("web-app",), "dev"),
        "pluggy": (("web-app", "pytest"), "dev"),
        "sphinx": (("web-app",), "docs"),
    }


def test_a_path_leads_through_installed_packages_only() -> None:
    installed = [name for name in ALL if name not in ("gunicorn", "web-app")]
    assert whys(LOCK, installed)["packaging"] == (("web-app", "pytest"), "dev")


def test_a_workspace_has_several_roots() -> None:
    lock = b"""
[manifest]
members = ["a", "b"]
[[package]]
name = "a"
source = { virtual = "." }
dependencies = [{ name = "b" }, { name = "c" }]
[[package]]
name = "b"
source = { editable = "packages/b" }
dependencies = [{ name = "d" }]
[[package]]
name = "vendored"
source = { editable = "vendor/x" }
"""
    assert whys(lock, ["b", "c", "d"]) == {
        "b": ((), None),
        "c": (("a",), None),
        "d": (("b",), None),
    }


def test_a_scripts_lock_and_a_root_without_a_project_need_no_name() -> None:
    lock = b"""
[manifest]
requirements = [{ name = "rich" }]
[manifest.dependency-groups]
dev = [{ name = "ruff" }]
[[package]]
name = "rich"
dependencies = [{ name = "pygments" }]
[[package]]
name = "ruff"
"""
    assert whys(lock, ["rich", "pygments", "ruff"]) == {
        "rich": ((), None),
        "pygments": (("rich",), None),
        "ruff": ((), "dev"),
    }


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"not toml",
        b"package = 3",
        b"[package]\nname = 'x'",
        b"a = " + b"[" * 100_000,
        ODD,
    ],
)
def test_odd_locks_explain_what_they_can(data: bytes) -> None:
    lock = parse_lock(data)
    if lock is not None:
        assert set(explain(lock, ["x", "y"])) <= {"x", "y"}
    assert parse_project(data) is None


def test_packages_that_need_each_other_end() -> None:
    ring = b"".join(
        b"[[package]]\nname='p%d'\nsource={virtual='.'}\ndependencies=[{name='p%d'},{name='p%d'}]\n"
        % (number, (number + 1) % 500, (number * 7) % 500)
        for number in range(500)
    )
    assert len(whys(ring, [f"p{number}" for number in range(500)])) == 500


def test_a_project_file_tells_what_it_asks_for_itself() -> None:
    lock = parse_project(b"""
[project]
name = "Web"
dependencies = ["Flask[async]>=3 ; python_version > '3'", "bad requirement!!", 5, "zope.interface"]
[project.optional-dependencies]
server = ["gunicorn"]
[dependency-groups]
lint = ["ruff"]
dev = ["pytest", {include-group = "lint"}, {include-group = "dev"}, {include-group = 3}]
""")
    assert lock is not None
    found = explain(lock, ["flask", "zope-interface", "gunicorn", "ruff", "pytest"])
    assert {name: reason.group for name, reason in found.items()} == {
        "flask": None,
        "zope-interface": None,
        "gunicorn": "extra:server",
        "pytest": "dev",
        "ruff": "dev",
    }
    assert found["flask"].why == ("web",)


def environment(names: list[str]) -> list[make.Entry]:
    site = "app/.venv/lib/python3.13/site-packages"
    return [
        make.file("app/.venv/pyvenv.cfg", b"x"),
        make.symlink("app/.venv/bin/python", "/x"),
        *(make.file(f"{site}/{name}-1.dist-info/METADATA", b"x") for name in names),
    ]


OTHER = b"[[package]]\nname='other'\nsource={virtual='.'}\ndependencies=[{name='flask'}]\n"


def test_the_lock_that_fits_best_explains_an_environment(tmp_path: Path) -> None:
    report = read_layers(
        tmp_path,
        ("COPY . /", [make.file("src/uv.lock", LOCK), make.file("old/uv.lock", OTHER)]),
        ("RUN uv sync", environment(["flask", "jinja2", "pytest"])),
        ("RUN rm /src/uv.lock", [make.whiteout("src/uv.lock")]),
    )
    (found,) = report.environments
    assert [(d.name, d.why, d.group) for d in found.distributions] == [
        ("flask", ("web-app",), None),
        ("jinja2", ("web-app", "flask"), None),
        ("pytest", ("web-app",), "dev"),
    ]


def test_a_lock_of_something_else_explains_nothing(tmp_path: Path) -> None:
    names = ["flask", *(f"p{number}" for number in range(9))]
    report = read_layers(
        tmp_path, ("COPY . /", [make.file("old/uv.lock", OTHER)]), ("RUN uv sync", environment(names))
    )
    assert {d.why for d in report.environments[0].distributions} == {()}


def test_the_lock_beside_the_dockerfile_explains_what_the_image_does_not_hold(tmp_path: Path) -> None:
    entries = make.layer(*environment(["flask", "jinja2"]))
    path = make.archive(tmp_path / "image.tar", [entries], commands=["RUN uv sync"])
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("FROM scratch\nRUN uv sync\n")
    (tmp_path / "uv.lock").write_bytes(LOCK)
    report = read_image(Target("docker-archive", str(path)), dockerfile, on_event=ignore)[0]
    assert report.environments[0].distributions[1].why == ("web-app", "flask")
