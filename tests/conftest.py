"""Fixtures that every floor's tests share."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from needs import cannot_run

# How fast a machine is says nothing of whether something holds: other programs may have the processors.
settings.register_profile("uvdive", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("uvdive")


@functools.cache
def engine_problem() -> str | None:
    """Why no engine test can run here, or None."""
    if shutil.which("docker") is None:
        return "no docker client"
    for command, problem in (
        (["docker", "info"], "no engine answers"),
        (["docker", "buildx", "version"], "no buildx plugin"),
        (["docker", "image", "inspect", "ghcr.io/astral-sh/uv:trixie-slim"], "the base images are not there"),
    ):
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return problem
    return None


def other_engine(name: str) -> str | None:
    """The address of another engine (``docker26``, ``docker28``, ``podman5``), if it was started."""
    return os.environ.get(f"UVDIVE_ENGINE_{name.upper()}")


def pytest_runtest_setup(item: pytest.Item) -> None:
    marker = item.get_closest_marker("engine")
    if marker is None:
        return
    missing = [name for name in marker.args if not other_engine(name)]
    problem = engine_problem() or (
        f"no UVDIVE_ENGINE_{missing[0].upper()} with its address" if missing else None
    )
    if problem is None:
        return
    cannot_run(problem)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    from dividing import ByEngine

    return ByEngine(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        from dividing import longest_first

        longest_first(items)


ROOT = Path(__file__).parent.parent
FLASK = ROOT / "examples" / "flask"


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The tests' layer cache is none of the user's, and neither are their locks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


def build(dockerfile: Path, tag: str) -> str:
    """Build a Dockerfile of a project in the engine; the name of the image."""
    command = ["docker", "buildx", "build", "--load", "--provenance=false", "-t", tag]
    subprocess.run([*command, "-f", str(dockerfile), str(dockerfile.parent)], check=True, capture_output=True)
    return tag


@pytest.fixture(scope="session")
def seed_image() -> Iterator[str]:
    """The article's one-stage image, built once for all tests."""
    name = build(FLASK / "Dockerfile", f"uvdive-test/seed-{os.getpid()}:1")
    yield name
    subprocess.run(["docker", "rmi", name], capture_output=True, check=False)


@pytest.fixture(scope="session")
def article_image() -> Iterator[str]:
    """The article's own two-stage image."""
    name = build(FLASK / "Dockerfile.article2", f"uvdive-test/seed-{os.getpid()}:2")
    yield name
    subprocess.run(["docker", "rmi", name], capture_output=True, check=False)
