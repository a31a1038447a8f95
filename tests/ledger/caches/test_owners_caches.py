"""Caches of tools, uv's own and others', and which of them an app may need."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import layers as make
from made_images.owning import found, only_owner, read_layers

BASE = ("CMD base", [make.file("usr/lib/base.so", bytes(1000))])
BIG = 200_000


@pytest.mark.parametrize(
    ("path", "component"),
    [
        ("var/lib/apt/lists/x", "cache/apt lists"),
        ("var/cache/apt/archives/x.deb", "cache/apt archives"),
        ("var/cache/apk/x", "cache/apk"),
        ("var/cache/dnf/x", "cache/dnf"),
        ("root/.cache/pip/http/x", "cache/pip"),
        ("home/app/.cache/pypoetry/artifacts/x", "cache/pypoetry"),
        ("root/.cache/pipenv/x", "cache/pipenv"),
        ("root/.npm/_cacache/x", "cache/npm"),
        ("app/.pnpm-store/v3/x", "cache/pnpm"),
        ("root/.local/share/pnpm/store/v3/x", "cache/pnpm"),
        ("usr/local/share/.cache/yarn/v6/x", "cache/yarn"),
        ("app/.yarn/cache/x.zip", "data cache/yarn"),
        ("root/.cache/go-build/x", "cache/go-build"),
        ("go/pkg/mod/x", "cache/go modules"),
        ("root/.cargo/registry/x", "cache/cargo"),
        ("root/.ccache/x", "cache/ccache"),
        ("root/.m2/repository/x", "cache/maven"),
        ("app/.pytest_cache/x", "cache/pytest"),
        ("root/.cache/huggingface/hub/x", "data cache/huggingface"),
        ("root/.cache/torch/hub/x", "data cache/torch"),
        ("root/.cache/ms-playwright/chromium-1/chrome", "data cache/ms-playwright"),
        ("root/.cache/somebodys/x", "data cache/somebodys"),
        ("root/.cache/loose", "data cache/other"),
        ("root/nltk_data/x", "data cache/nltk"),
        ("usr/share/nltk_data/x", "data cache/nltk"),
        ("root/.keras/models/x", "data cache/keras"),
        ("var/lib/dpkg/status-old", "cache/dpkg and debconf backups"),
        ("var/cache/debconf/templates.dat-old", "cache/dpkg and debconf backups"),
    ],
)
def test_tools_caches(path: str, component: str, tmp_path: Path) -> None:
    report = read_layers(tmp_path, BASE, ("RUN something", [make.file(path, bytes(6))]))
    assert only_owner(report, f"/{path}".encode()) == f"caches/{component}"


@pytest.mark.parametrize(
    ("variable", "component"),
    [
        ("PIP_CACHE_DIR", "cache/pip"),
        ("HF_HOME", "data cache/huggingface"),
        ("PLAYWRIGHT_BROWSERS_PATH", "data cache/ms-playwright"),
        ("TIKTOKEN_CACHE_DIR", "data cache/tiktoken"),
    ],
)
def test_variables_name_caches(variable: str, component: str, tmp_path: Path) -> None:
    step = ("RUN x", [make.file("models/x", bytes(6))])
    report = read_layers(tmp_path, BASE, step, Env=[f"{variable}=/models"])
    assert only_owner(report, b"/models/x") == f"caches/{component}"


def test_a_variable_that_names_the_apps_own_folder_makes_it_no_cache(tmp_path: Path) -> None:
    step = ("COPY . /app", [make.file("app/x", bytes(6))])
    report = read_layers(tmp_path, BASE, step, Env=["HF_HOME=/app", "PIP_CACHE_DIR=/", "NLTK_DATA=rel"])
    assert found(report, "caches") == {}


@pytest.mark.parametrize(
    ("command", "folder"),
    [
        ("RUN UV_CACHE_DIR=/opt/c uv sync", "opt/c"),
        ("RUN export UV_CACHE_DIR='/opt/c d'; uv sync", "opt/c d"),
        ("RUN uv sync --cache-dir /opt/c", "opt/c"),
        ('RUN uv --cache-dir="/opt/c" sync', "opt/c"),
        ("RUN UV_CACHE_DIR=$BASE/uv uv sync", "srv/uv"),
        ("RUN UV_CACHE_DIR=${BASE}/../c uv sync", "c"),
        ("RUN uv sync", "home/app/.cache/uv"),
    ],
)
def test_uvs_cache_by_the_instructions_text(command: str, folder: str, tmp_path: Path) -> None:
    entries = [
        make.file(f"{folder}/wheels-v5/x", bytes(4)),
        make.file(f"{folder}/.lock", b"1"),
        make.file("srv/beside", b"12"),
    ]
    report = read_layers(tmp_path, BASE, (command, entries), Env=["BASE=/srv"])
    assert found(report, "uv-cache") == {("bucket", "wheels"): 4, ("bucket", "other"): 1}
    assert sum(found(report, "app").values()) == 2


def test_uvs_cache_by_its_own_marks(tmp_path: Path) -> None:
    marked = [make.file("x/y/CACHEDIR.TAG", b"s"), make.file("x/y/archive-v0/a", bytes(2))]
    several = [make.file("z/wheels-v5/a", bytes(4)), make.file("z/sdists-v9/a", bytes(8))]
    others = [make.file("app/git-v2/a", bytes(16)), make.file("app/python-v3/a", bytes(32))]
    report = read_layers(tmp_path, BASE, ("RUN x", [*marked, *several, *others]))
    assert sum(found(report, "uv-cache").values()) == 1 + 2 + 4 + 8
    assert sum(found(report, "app").values()) == 48


def test_pips_cache_option_names_no_cache_of_uv(tmp_path: Path) -> None:
    step = ("RUN pip install --cache-dir /opt/c x", [make.file("opt/c/http/x", bytes(4))])
    assert found(read_layers(tmp_path, BASE, step), "uv-cache") == {}


def test_a_cached_copy_that_is_also_installed_is_the_environments_whatever_cache_it_is(
    tmp_path: Path,
) -> None:
    site = "opt/conda/lib/python3.13/site-packages"
    entries = [
        make.file("opt/conda/conda-meta/history", b""),
        make.file("opt/conda/pkgs/x-1/x.py", bytes(40)),
        make.hard_link(f"{site}/x.py", "opt/conda/pkgs/x-1/x.py"),
    ]
    report = read_layers(tmp_path, BASE, ("RUN conda install x", entries))
    assert sum(found(report, "venv").values()) == 40
    assert report.owner("caches").shared_bytes == 40
    assert found(report, "caches") == {}


@pytest.mark.parametrize(
    "path",
    ["uv", "usr/local/bin/uv", "root/.local/bin/uvx", "root/.cargo/bin/uv", "opt/venv/bin/uvw", "bin/uv"],
)
def test_uv_is_found_wherever_it_lies(path: str, tmp_path: Path) -> None:
    step = ("COPY --from=uv /uv /x", [make.file(path, bytes(BIG), 0o755)])
    assert only_owner(read_layers(tmp_path, step), f"/{path}".encode()).startswith("uv/binary/uv")


def test_the_pip_package_uv_is_uvs_and_its_backend_is_not(tmp_path: Path) -> None:
    site = "opt/venv/lib/python3.13/site-packages"
    entries = [
        make.file("opt/venv/pyvenv.cfg", b"x"),
        make.file(f"{site}/uv/__init__.py", bytes(7)),
        make.file(f"{site}/uv-0.9.dist-info/RECORD", b"uv/__init__.py,,\n"),
        make.file(f"{site}/uv_build-0.9.dist-info/RECORD", b"uv_build/__init__.py,,\n"),
        make.file(f"{site}/uv_build/__init__.py", bytes(9)),
    ]
    report = read_layers(tmp_path, BASE, ("RUN pip install uv", entries))
    assert found(report, "uv") == {("distribution", "uv"): 7 + len(b"uv/__init__.py,,\n")}
    assert found(report, "venv")["distribution", "uv-build"] == 9 + len(b"uv_build/__init__.py,,\n")


def test_tools_receipts_and_locks_are_uvs(tmp_path: Path) -> None:
    site = "lib/python3.13/site-packages"
    entries = [
        make.file("tools/ruff/uv-receipt.toml", bytes(3)),
        make.file("tools/ruff/pyvenv.cfg", bytes(5)),
        make.file(f"tools/ruff/{site}/ruff-1.dist-info/RECORD", b"../../../bin/ruff,,\n"),
        make.file("tools/ruff/bin/ruff", bytes(70), 0o755),
        make.file("tools/.lock", b"1"),
        make.file("tools/mine", b"12"),
        make.file("root/.local/bin/uv", bytes(BIG), 0o755),
        make.file("root/.local/bin/env", bytes(11)),
        make.file("root/.config/uv/uv-receipt.json", bytes(13)),
        make.file("tmp/uv-setuptools-0123abcd.lock", bytes(17)),
        make.file("srv/bin/env", bytes(19)),
        make.file("opt/bin/uv", bytes(7)),
        make.file("opt/bin/env", bytes(50_000), 0o755),
    ]
    report = read_layers(tmp_path, BASE, ("RUN uv tool install ruff", entries), Env=["UV_TOOL_DIR=/tools"])
    assert found(report, "uv") == {
        ("tool", "ruff"): 3 + 5 + len(b"../../../bin/ruff,,\n") + 70,
        ("binary", "uv"): BIG,
        ("state", "lock files and receipts"): 1 + 11 + 13 + 17,
    }
    assert sum(found(report, "app").values()) == 21 + 7 + 50_000  # a program called env is no script of uv's
    assert report.environments == ()
