"""Which Pythons answer a request."""

from __future__ import annotations

import pytest

from uvdive.uv.python_request import allows, answers, first_request


@pytest.mark.parametrize(
    ("request_", "version", "answer"),
    [
        ("3.13", "3.13.5", True),
        ("3.13.5", "3.13.5", True),
        ("3.13.4", "3.13.5", False),
        ("3.13.4", "3.13", None),
        ("3.12", "3.13", False),
        ("3.1", "3.13.5", False),
        ("3", "3.13.5", True),
        ("313", "3.13.5", True),
        ("312", "3.13.5", False),
        ("cpython@3.13", "3.13.5", True),
        ("cpython-3.12.4-linux-x86_64-gnu", "3.13.5", False),
        ("python3.13", "3.13.5", True),
        ("pypy@3.13", "3.13.5", False),
        ("pypy", "3.13.5", False),
        (">=3.12,<3.14", "3.13.5", True),
        ("==3.12.*", "3.13.5", False),
        ("3.13t", "3.13.5", None),
        ("any", "3.13.5", True),
        ("/usr/bin/python3", "3.13.5", True),
        ("/opt/python", "3.13.5", None),
        ("my-build", "3.13.5", None),
    ],
)
def test_a_request_is_answered(request_, version, answer) -> None:
    assert answers(request_, version, "/usr/bin/python3") is answer


@pytest.mark.parametrize(
    ("specifier", "version", "answer"),
    [
        (">=3.12", "3.13.5", True),
        (">=3.14", "3.13", False),
        ("<3.13", "3.13.5", False),
        ("~=3.11", "3.13", True),
        ("==3.13.*", "3.13", True),
        (">=3.13.4", "3.13", None),
        (">=3.13.4", "3.13.5", True),
        ("nonsense", "3.13", None),
    ],
)
def test_requires_python(specifier, version, answer) -> None:
    assert allows(specifier, version) is answer


def test_the_first_line_that_says_something_counts() -> None:
    assert first_request("\n# ours\n3.12 # old\n3.13\n") == "3.12"
    assert first_request("\n#\n") is None
