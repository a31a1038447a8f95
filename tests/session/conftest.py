"""The images of the example projects are built once for all modules, and removed at the end; a context."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.stand_in_builder import ORIGINAL
from rewrites import projects


@pytest.fixture(scope="session", autouse=True)
def images_removed() -> Iterator[None]:
    yield
    if projects.built.cache_info().currsize:
        projects.remove_built()


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """The build context of ``stand_in_builder``; modules with projects of their own have another."""
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "x").write_text("x")
    (folder / "Dockerfile").write_text(ORIGINAL)
    return folder
