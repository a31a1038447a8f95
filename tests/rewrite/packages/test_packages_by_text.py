"""OS packages without an image: known build tools stay behind where the lock tells what is needed (R33)."""

from __future__ import annotations

from pathlib import Path

import pytest

from uvdive.rewrite.plan import Decision, RewritePlan
from uvdive.rewrite.planner import plan
from uvdive.uv.lock import Locked

APT = "apt-get update && apt-get install -y {} && rm -rf /var/lib/apt/lists/*"
TEXT = """\
FROM python:3.12-slim
RUN {}
COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/
WORKDIR /app
COPY . .
RUN uv sync --frozen
CMD ["python", "main.py"]
"""
PURE = "x-1-py3-none-any.whl"
OWN = '[[package]]\nname = "demo"\nversion = "1"\nsource = { editable = "." }\n'


def package(name: str, *wheels: str) -> str:
    listed = ", ".join(f'{{ url = "https://x/{wheel}" }}' for wheel in wheels)
    source = 'version = "1"\nsource = { registry = "https://x" }'
    return f'[[package]]\nname = "{name}"\n{source}\nwheels = [{listed}]\n'


def planned(
    folder: Path, lock: str | None, names: str = "build-essential libpq-dev", run: str = APT, **more: object
) -> RewritePlan:
    if lock is not None:
        (folder / "uv.lock").write_text(f"version = 1\n{OWN}{lock}")
    return plan(TEXT.format(run.format(names)), None, lambda _: None, context=folder, **more)


def decision(found: RewritePlan, name: str = "build-packages") -> Decision:
    return next(each for each in found.decisions if each.id == name)


def assert_in_both(found: RewritePlan, run: str) -> None:
    """What both stages get unchanged stands once, below both."""
    assert found.text.count(run) == 1
    assert runner(found).startswith("base AS ")


def runner(found: RewritePlan) -> str:
    return found.text.rpartition("\nFROM ")[2]


def test_r33_build_tools_stay_behind_where_all_comes_as_wheels(tmp_path: Path) -> None:
    found = planned(tmp_path, package("flask", PURE))
    assert decision(found).chosen == "drop"
    assert "by uv.lock all that is installed comes as wheels" in decision(found).reason
    assert [each.value for each in decision(found).alternatives] == ["drop", "keep"]
    assert "apt-get" not in runner(found)
    kept = planned(tmp_path, package("flask", PURE), choices={"build-packages": "keep"})
    assert_in_both(kept, APT.format("build-essential libpq-dev"))


def test_r33_every_other_package_can_be_left_out(tmp_path: Path) -> None:
    found = planned(tmp_path, package("flask", PURE), "gcc git")
    assert decision(found, "package-git").chosen == "keep"
    assert APT.format("git") in runner(found)
    without = planned(tmp_path, package("flask", PURE), "gcc git", choices={"package-git": "drop"})
    assert "apt-get" not in runner(without)


def test_r33_what_a_known_source_build_links_is_installed_by_name(tmp_path: Path) -> None:
    found = planned(tmp_path, package("psycopg2"))
    assert decision(found).chosen == "drop"
    assert "the environment needs libpq5 for psycopg2" in decision(found).reason
    assert APT.format("libpq5") in runner(found)


@pytest.mark.parametrize(
    ("lock", "words"),
    [
        (None, "without a uv.lock"),
        (package("rarelib"), "rarelib may be built from source"),
        (package("rarelib", "rarelib-1-cp311-cp311-manylinux_2_17_x86_64.whl"), "rarelib may be built"),
        (package("psycopg", PURE), "psycopg loads libraries of the system"),
        (package("numba", PURE), "numba can call a compiler"),
    ],
)
def test_r33_what_the_lock_does_not_tell_keeps_them(tmp_path: Path, lock: str | None, words: str) -> None:
    found = planned(tmp_path, lock)
    assert decision(found).chosen == "keep"
    assert words in decision(found).reason
    assert_in_both(found, APT.format("build-essential libpq-dev"))
    assert "apt-get" not in runner(planned(tmp_path, lock, choices={"build-packages": "drop"}))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", '[build-system]\nbuild-backend = "maturin"\n'),
        ("setup.py", "setup(ext_modules=[Extension('x', ['x.c'])])\n"),
    ],
)
def test_r33_a_project_that_is_compiled_keeps_them(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    found = planned(tmp_path, package("flask", PURE))
    assert (decision(found).chosen, "itself is compiled" in decision(found).reason) == ("keep", True)


def test_r33_more_than_the_lock_keeps_them(tmp_path: Path) -> None:
    found = planned(tmp_path, package("flask", PURE), run=f"{APT} && pip install something")
    if found.outcome == "rewritten":
        assert decision(found).chosen == "keep"


def both(tags: str) -> tuple[str, ...]:
    return tuple(f"x-1-{tags}_{architecture}.whl" for architecture in ("x86_64", "aarch64"))


@pytest.mark.parametrize(
    ("wheels", "minor", "libc", "fits"),
    [
        (("x-1-py3-none-any.whl",), "3.12", "glibc", True),
        (("x-1-py2.py3-none-any.whl",), "3.12", "musl", True),
        (("x-1-py2-none-any.whl",), "3.12", "glibc", False),
        (both("cp312-cp312-manylinux_2_17"), "3.12", "glibc", True),
        (both("cp312-cp312-manylinux_2_17")[:1], "3.12", "glibc", False),
        (both("cp312-cp312-manylinux_2_17"), "3.13", "glibc", False),
        (both("cp312-cp312-manylinux_2_17"), "3.12", "musl", False),
        (both("cp39-abi3-musllinux_1_2"), "3.12", "musl", True),
        (both("cp312-abi3-manylinux_2_17"), "3.12", "glibc", True),
        (both("cp313-abi3-manylinux_2_17"), "3.12", "glibc", False),
        (both("cp313-cp313t-manylinux_2_17"), "3.13", "glibc", False),
        (both("py3-none-linux"), "3.13", "musl", True),
        (("x-1-cp312-cp312-win_amd64.whl",), "3.12", "glibc", False),
        (("nonsense.whl",), "3.12", "glibc", False),
        ((), "3.12", "glibc", False),
    ],
)
def test_which_wheels_serve(wheels: tuple[str, ...], minor: str, libc: str, fits: bool) -> None:
    assert Locked("x", "1", "registry", wheels=wheels).has_wheel(minor, libc) is fits
