"""What a test cannot do without: it is skipped, or it fails where everything is required."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def cannot_run(problem: str) -> NoReturn:
    """Skip the test, or fail it with UVDIVE_REQUIRE_ENGINE=1."""
    if os.environ.get("UVDIVE_REQUIRE_ENGINE") == "1":
        pytest.fail(f"everything is required (UVDIVE_REQUIRE_ENGINE=1): {problem}", pytrace=False)
    pytest.skip(problem)
