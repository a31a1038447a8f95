"""Which components are OS packages, and which are parts of something else."""

from __future__ import annotations

import pytest

from uvdive.ledger.report import Component
from uvdive.ledger.whose import is_os_package


@pytest.mark.parametrize(
    ("owner", "kind", "version", "expected"),
    [
        ("base-os", "package", "1", True),
        ("os-packages", "build tool", "1", True),
        ("os-packages", "state", None, False),
        ("base-os", "files", None, False),
        ("python", "package", "3.13", True),
        ("python", "headers", "3.13", True),
        ("python", "conda", "3.13", False),
        ("python", "bundled", "25.0", False),
        ("python", "standard library", None, False),
        ("venv", "distribution", "1", False),
        ("app", "instruction", None, False),
    ],
)
def test_an_os_package_has_a_version_and_came_by_the_systems_package_manager(
    owner: str, kind: str, version: str | None, expected: bool
) -> None:
    part = Component(owner, "x", version, kind, "/x" if kind == "bundled" else "", 1, 1, 0)
    assert is_os_package(part) == expected
