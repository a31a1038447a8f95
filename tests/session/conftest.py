"""The images of the example projects are built once for all modules, and removed at the end."""

from __future__ import annotations

from collections.abc import Iterator

import projects
import pytest


@pytest.fixture(scope="session", autouse=True)
def images_removed() -> Iterator[None]:
    yield
    if projects.built.cache_info().currsize:
        projects.remove_built()
