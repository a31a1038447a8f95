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


def test_r33_what_a_wheel_loads_of_what_a_build_package_brings_is_installed_by_name(tmp_path: Path) -> None:
    found = planned(tmp_path, package("psycopg", PURE))
    assert decision(found).chosen == "drop"
    assert "the environment needs libpq5 for psycopg" in decision(found).reason
    assert APT.format("libpq5") in runner(found)


def test_r33_what_a_wheel_loads_may_come_only_with_what_can_bring_it(tmp_path: Path) -> None:
    found = planned(tmp_path, package("django", PURE))
    assert decision(found).chosen == "drop"
    assert "apt-get" not in runner(found)
    found = planned(tmp_path, package("django", PURE), "build-essential libgdal-dev")
    assert decision(found).chosen == "keep"
    assert "django loads libraries of the system, which may come with libgdal-dev" in decision(found).reason


UPDATE = "apt-get update && apt-get"
LISTS = "rm -rf /var/lib/apt/lists/*"


@pytest.mark.parametrize(
    ("run", "left"),
    [
        (
            f"{UPDATE} install -y curl gcc && uv sync && apt-get purge -y gcc curl && apt-get autoremove -y",
            "",
        ),
        (
            f"{UPDATE} install -y git gcc && uv sync && apt-get purge -y --auto-remove gcc && {LISTS}",
            f"RUN {UPDATE} install -y git && {LISTS}\n",
        ),
        ("apk add curl && apk add --virtual .b gcc musl-dev && uv sync && apk del .b", "RUN apk add curl\n"),
        ("apk add --virtual .b gcc\nRUN uv sync\nRUN apk del .b", ""),
        ("apk add gcc git\nRUN uv sync\nRUN apk del git", ""),
    ],
)
def test_r43_what_a_run_installs_and_removes_again_is_not_installed(tmp_path: Path, run, left) -> None:
    found = planned(tmp_path, package("flask", PURE), run=run)
    assert found.outcome == "rewritten", found.refusal
    lines = runner(found).splitlines(keepends=True)
    assert "".join(line for line in lines if line.startswith("RUN")) == left
    assert decision(found, "purged-packages").rule == "R43"


@pytest.mark.parametrize(
    "run",
    [
        # What gcc brought along stays there, and something may use it.
        f"{UPDATE} install -y gcc && apt-get purge -y gcc",
        f"{UPDATE} purge -y perl && apt-get autoremove -y",
        f"{UPDATE} install -y gcc\nRUN apt-get purge -y gcc",
    ],
)
def test_r43_a_removal_that_leaves_something_unknown_is_repeated(tmp_path: Path, run: str) -> None:
    found = planned(tmp_path, package("flask", PURE), run=run)
    assert_in_both(found, f"RUN {run}\n")
    gone = f"{UPDATE} install -y gcc && uv sync && apt-get purge -y --auto-remove gcc"
    other = planned(tmp_path, package("flask", PURE), run=f"{gone}\nRUN {run}")
    assert f"RUN {run}\n" in runner(other) or "base AS " in runner(other)
    assert gone not in runner(other)


@pytest.mark.parametrize(
    ("lock", "words"),
    [
        (None, "without a uv.lock"),
        (package("rarelib"), "rarelib may be built from source"),
        (package("rarelib", "rarelib-1-cp311-cp311-manylinux_2_17_x86_64.whl"), "rarelib may be built"),
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


@pytest.mark.parametrize(
    ("more", "sure"),
    [
        ("RUN pip install --no-cache-dir uv==0.9", True),
        ("RUN python -m pip install --upgrade pip && pip install uv", True),
        ("RUN pip install uv gunicorn", False),
        ("RUN uv pip install -r extra.txt", False),
        ("RUN uv pip install --no-binary :all: flask", False),
    ],
)
def test_r33_pip_that_only_brings_uv_installs_nothing_for_the_app(
    tmp_path: Path, more: str, sure: bool
) -> None:
    (tmp_path / "uv.lock").write_text(f"version = 1\n{OWN}{package('flask', PURE)}")
    text = TEXT.format(APT.format("gcc")).replace("WORKDIR", f"{more}\nWORKDIR")
    found = plan(text, None, lambda _: None, context=tmp_path)
    chosen = [each.chosen for each in found.decisions if each.id == "build-packages"]
    assert chosen == ["drop"] if sure else "drop" not in chosen


FETCHED = """\
FROM {base}
RUN {run}
RUN curl -LsSf https://astral.sh/uv/install.sh | sh
WORKDIR /app
COPY . .
RUN /root/.local/bin/uv sync --frozen
CMD ["python", "main.py"]
"""


def fetched(folder: Path, names: str = "curl ca-certificates", more: str = "", base: str = "") -> set[str]:
    """The packages that stay behind because they only fetch uv."""
    text = FETCHED.format(base=base or "python:3.12-slim", run=APT.format(names)).replace("CMD", f"{more}CMD")
    found = plan(text, None, lambda _: None, context=folder)
    return {each.id for each in found.decisions if each.id.startswith("package-") and each.chosen == "drop"}


def test_r33_what_fetches_uv_s_installer_stays_in_the_build(tmp_path: Path) -> None:
    assert fetched(tmp_path) == {"package-curl", "package-ca-certificates"}
    assert fetched(tmp_path, "curl") == {"package-curl"}
    assert fetched(tmp_path, "curl ca-certificates libmagic1") == {"package-curl"}
    assert fetched(tmp_path, "wget") == {"package-wget"}


@pytest.mark.parametrize(
    "more",
    [
        "RUN curl -O https://x/model.bin\n",
        "RUN bash -c 'curl -O https://x/model.bin'\n",
        "HEALTHCHECK CMD curl -f http://localhost\n",
    ],
)
def test_r33_a_fetcher_that_the_dockerfile_uses_otherwise_stays(tmp_path: Path, more: str) -> None:
    assert fetched(tmp_path, "curl", more) == set()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("app/load.py", 'subprocess.run(["curl", url])'),
        ("bin/load.sh", "curl -f http://x\n"),
        (
            "compose.yaml",
            "services:\n  a:\n    build: .\n    healthcheck:\n      test: curl -f http://localhost\n",
        ),
    ],
)
def test_r33_a_fetcher_that_a_file_names_stays(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    assert fetched(tmp_path) == set()


def test_r33_without_the_context_nobody_knows_who_fetches() -> None:
    text = FETCHED.format(base="python:3.12-slim", run=APT.format("curl"))
    found = plan(text, None, lambda _: None)
    assert decision(found, "package-curl").chosen == "keep"
