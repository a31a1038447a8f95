"""What is said about what is installed: groups, tests, bytecode, second environments, CUDA."""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from made_images import hand_made as hand
from made_images import layers as make

COPY_APP = "FROM python:3.13-slim\nCOPY --from=builder /app /app"
FLASK = {"flask/__init__.py": 90_000}
ON_PATH = {"Env": [f"PATH=/app/.venv/bin:{hand.PATH}"]}


def app(*packages: tuple[str, Mapping[str, int]], **more: str) -> hand.Files:
    return hand.venv("app/.venv", *packages, **more)


def test_the_tests_of_packages(tmp_path: Path) -> None:
    pandas = {
        "pandas/__init__.py": 500_000,
        "pandas/tests/test_a.py": 1_500_000,
        "pandas/tests/deep/tests/test_b.py": 200_000,
        "pandas/core/test/x.csv": 100_000,
    }
    finding = hand.found(hand.image(tmp_path, COPY_APP, app(("pandas", pandas))), "package-tests-in-image")
    assert (finding.bytes, finding.line, finding.severity) == (1_800_000, 2, "low")
    assert [path.partition("site-packages/")[2] for path in finding.paths] == [
        "pandas/tests",
        "pandas/core/test",
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"pandas/__init__.py": 500_000, "pandas/tests/a.py": 900_000},
        {"pytest/__init__.py": 3_000_000, "pandas/testing/a.py": 3_000_000},
        {"tests/a.py": 900_000, "latest/b.py": 2_000_000},
    ],
)
def test_few_tests_or_none(files: dict[str, int], tmp_path: Path) -> None:
    assert hand.image(tmp_path, COPY_APP, app(("pandas", files))).findings == ()


def test_tests_that_are_linked_elsewhere_free_nothing(tmp_path: Path) -> None:
    site = "app/.venv/lib/python3.13/site-packages"
    files = app(("pandas", {"pandas/tests/a.py": 2_000_000}))
    linked = [*files, make.hard_link("root/.cache/uv/archive-v0/x/a.py", f"{site}/pandas/tests/a.py")]
    assert "package-tests-in-image" not in hand.ids(hand.image(tmp_path, COPY_APP, linked))


COMPILED = {"big/__init__.py": 12_000_000, "big/__pycache__/__init__.cpython-313.pyc": 11_000_000}
SOURCE = {"big/__init__.py": 12_000_000}


def owned(files: hand.Files, uid: int) -> hand.Files:
    """The same with a ``site-packages`` that a user owns."""

    def site(tar: tarfile.TarFile) -> None:
        info = tarfile.TarInfo("app/.venv/lib/python3.13/site-packages")
        info.type, info.uid, info.gid, info.mode = tarfile.DIRTYPE, uid, uid, 0o755
        tar.addfile(info)

    return [site, *files]


@pytest.mark.parametrize("user", ["", "root", "app", "1000"])
def test_bytecode_that_python_could_write_itself(user: str, tmp_path: Path) -> None:
    report = hand.image(tmp_path, COPY_APP, owned(app(("big", COMPILED)), 1000), config={"User": user})
    finding = hand.found(report, "bytecode-compiled")
    assert (finding.bytes, finding.line, finding.severity) == (11_000_000, 2, "low")


@pytest.mark.parametrize(
    ("files", "config"),
    [
        (COMPILED, {"User": "app"}),
        (COMPILED, {"Env": ["PYTHONDONTWRITEBYTECODE=1"]}),
        ({"a.py": 9_000_000, "__pycache__/a.cpython-313.pyc": 9_000_000}, {}),
        (SOURCE, {}),
        ({"big/__init__.py": 4_000_000}, {"User": "app"}),
    ],
    ids=["may not write", "told not to write", "cheap", "writes it when it starts", "small"],
)
def test_bytecode_as_it_should_be(files: dict[str, int], config: dict[str, object], tmp_path: Path) -> None:
    assert hand.image(tmp_path, COPY_APP, owned(app(("big", files)), 0), config=config).findings == ()


@pytest.mark.parametrize(
    "config", [{"User": "app"}, {"User": "12345"}, {"Env": ["PYTHONDONTWRITEBYTECODE=1"]}]
)
def test_bytecode_that_is_made_again_at_every_start(config: dict[str, object], tmp_path: Path) -> None:
    report = hand.image(tmp_path, COPY_APP, owned(app(("big", SOURCE)), 0), config=config)
    finding = hand.found(report, "bytecode-missing")
    assert (finding.bytes, finding.severity) == (0, "info")
    assert "12.0 MB" in finding.title


SYSTEM = hand.package("usr/local/lib/python3.13/site-packages", "django", {"django/__init__.py": 400_000})


@pytest.mark.parametrize(
    "config",
    [
        ON_PATH,
        {"Cmd": ["/app/.venv/bin/flask", "run"]},
        {"Entrypoint": ["uv", "run", "flask"], "WorkingDir": "/app"},
        {"Cmd": ["uv", "run", "x"], "Env": ["UV_PROJECT_ENVIRONMENT=/app/.venv"], "WorkingDir": "/srv"},
        {"Cmd": ["sh", "-c", "exec uv run x"], "WorkingDir": "/app/"},
    ],
)
def test_a_second_environment(config: dict[str, object], tmp_path: Path) -> None:
    files = [*app(("flask", FLASK)), *SYSTEM]
    finding = hand.found(hand.image(tmp_path, COPY_APP, files, config=config), "second-environment")
    assert finding.paths == ("/usr/local",)
    assert 400_000 < finding.bytes < 400_200
    assert "start command uses /app/.venv" in finding.advice


def test_of_two_unused_environments_the_smaller_one_is_named(tmp_path: Path) -> None:
    files = [*hand.venv("a", ("flask", FLASK)), *hand.venv("b", ("big", {"big.py": 400_000}))]
    finding = hand.found(hand.image(tmp_path, COPY_APP, files), "second-environment")
    assert finding.paths == ("/a",)
    assert "does not say" in finding.advice


def test_one_environment_or_one_that_sees_the_other(tmp_path: Path) -> None:
    seeing = [*app(("flask", FLASK), settings="include-system-site-packages = true\n"), *SYSTEM]
    assert hand.image(tmp_path, COPY_APP, seeing, config=ON_PATH).findings == ()
    empty = [*app(("flask", FLASK)), *hand.venv("opt/empty")]
    assert hand.image(tmp_path, COPY_APP, empty, config=ON_PATH).findings == ()
    bundled = hand.package("usr/local/lib/python3.13/site-packages", "pip", {"pip/__init__.py": 900_000})
    with_pip = hand.image(
        tmp_path, COPY_APP, app(("flask", FLASK)), config=ON_PATH, base=[*hand.BASE, *bundled]
    )
    assert with_pip.findings == ()


TORCH = app(
    ("torch", {"torch/__init__.py": 100_000}),
    ("nvidia-cublas-cu12", {"nvidia/cublas/lib/libcublas.so.12": 1_600_000}),
    ("triton", {"triton/x.so": 200_000}),
)


def test_cuda_in_an_image_without_a_gpu(tmp_path: Path) -> None:
    finding = hand.found(hand.image(tmp_path, COPY_APP, TORCH), "cuda-wheels-without-cuda")
    assert finding.paths == ("nvidia-cublas-cu12", "triton")
    assert 1_800_000 < finding.bytes < 1_800_300
    assert finding.line == 2


@pytest.mark.parametrize(
    "variable", ["CUDA_VERSION=12.4.1", "NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_REQUIRE_CUDA=cuda>=12"]
)
def test_cuda_in_an_image_for_a_gpu(variable: str, tmp_path: Path) -> None:
    assert hand.image(tmp_path, COPY_APP, TORCH, config={"Env": [variable]}).findings == ()


def test_a_package_that_only_asks_for_a_gpu(tmp_path: Path) -> None:
    files = app(("nvidia-ml-py", {"pynvml.py": 200_000}))
    assert hand.image(tmp_path, COPY_APP, files).findings == ()


def test_cuda_beside_a_toolkit_or_none_at_all(tmp_path: Path) -> None:
    toolkit = make.file("usr/local/cuda-12.4/lib64/libcudart.so.12", bytes(10))
    base = [*hand.BASE, toolkit, make.symlink("usr/local/cuda", "cuda-12.4")]
    assert hand.image(tmp_path, COPY_APP, TORCH, base=base).findings == ()
    cpu = app(("torch", {"torch/__init__.py": 100_000}), ("triton", {"triton/x.so": 200_000}))
    assert hand.image(tmp_path, COPY_APP, cpu).findings == ()


LOCK = b"""version = 1
requires-python = ">=3.13"

[[package]]
name = "demo"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "flask" }]

[package.optional-dependencies]
fast = [{ name = "speedups" }]

[package.dev-dependencies]
dev = [{ name = "pytest" }, { name = "click" }]

[[package]]
name = "flask"
version = "1.0"
dependencies = [{ name = "click" }]

[[package]]
name = "click"
version = "1.0"

[[package]]
name = "speedups"
version = "1.0"

[[package]]
name = "pytest"
version = "1.0"
dependencies = [{ name = "pluggy" }]

[[package]]
name = "pluggy"
version = "1.0"
"""
NEEDED = [("flask", FLASK), ("click", {"click.py": 50_000}), ("speedups", {"speedups.py": 40_000})]
FOR_TESTS = [("pytest", {"pytest.py": 300_000}), ("pluggy", {"pluggy.py": 20_000})]


def test_a_development_group_that_was_shipped(tmp_path: Path) -> None:
    files = [*app(*NEEDED, *FOR_TESTS), make.file("app/uv.lock", LOCK)]
    finding = hand.found(hand.image(tmp_path, COPY_APP, files), "dev-group-in-image")
    assert finding.paths == ("pytest", "pluggy"), "click is needed by flask too"
    assert 320_000 < finding.bytes < 320_200, "the packages and their RECORDs"
    assert finding.line == 2
    assert "2 packages of the dev group" in finding.title


def test_extras_and_shared_packages_are_no_development_group(tmp_path: Path) -> None:
    files = [*app(*NEEDED), make.file("app/uv.lock", LOCK)]
    assert hand.image(tmp_path, COPY_APP, files).findings == ()
