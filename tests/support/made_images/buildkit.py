"""BuildKit's own parser of Dockerfiles, by the wheel ``dockerfile``; there is none for arm64."""

from __future__ import annotations

try:
    from dockerfile import GoParseError, parse_string
except ImportError:
    from typing import NoReturn

    import pytest

    class GoParseError(Exception):  # type: ignore[no-redef]
        """Never raised."""

    def parse_string(text: str) -> NoReturn:
        """Skips the test that asks."""
        pytest.skip("the wheel dockerfile is not there for this processor")


__all__ = ["GoParseError", "parse_string"]
