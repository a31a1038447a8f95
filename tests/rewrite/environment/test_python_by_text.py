"""Which Python a request means, by the text alone: the base's, or one that uv would have to fetch (R6)."""

from __future__ import annotations

import pytest

from uvdive.rewrite.environment.python_by_text import _allows, _is
from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import plan

SAME = [
    ("3"),
    "3.13",
    "==3.13",
    "python3.13",
    "cpython@3.13",
    "/usr/bin/python3.13",
    "/usr/local/bin/python3",
    "3.*",
    "3.13.*",
    "python",
]
OTHER = ["3.13.5", "3.12", "/opt/python3.13", ">=3.12", "pypy3.13", "2", "4", "c"]
ALLOWED = [
    ">=3.13",
    ">3.12",
    ">=3.13.2",
    "<3.14",
    "<=3.13",
    "<3.13.5",
    "==3.13",
    "==3.13.*",
    "==3",
    "~=3.13",
    "~=3.12",
    "~=3.13.1",
    "!=3.13",
    ">=3.11, <3.14",
    "nonsense",
    ">=2.7",
    "<4",
]
NOT_ALLOWED = [
    ">=3.14",
    "<3.13",
    "<=3.12",
    "<3.12.5",
    "==3.12",
    "~=3.14",
    "~=3.12.1",
    "~=4.0",
    ">=3.11,<3.13",
    "<3",
]


@pytest.mark.parametrize("wanted", SAME)
def test_a_request_that_the_base_s_python_answers(wanted: str) -> None:
    assert _is(wanted, "3.13", "python:3.13-slim")


@pytest.mark.parametrize("wanted", OTHER)
def test_a_request_that_it_does_not_surely_answer(wanted: str) -> None:
    assert not _is(wanted, "3.13", "python:3.13-slim")


@pytest.mark.parametrize("wanted", ALLOWED)
def test_a_requires_python_that_a_patch_of_3_13_can_meet(wanted: str) -> None:
    assert _allows(wanted, "3.13")


@pytest.mark.parametrize("wanted", NOT_ALLOWED)
def test_a_requires_python_that_no_3_13_meets(wanted: str) -> None:
    assert not _allows(wanted, "3.13")


@pytest.mark.parametrize(
    ("run", "start", "rule"),
    [
        ("RUN uv pip install --system -r requirements.txt", "python main.py", None),
        ("ENV UV_SYSTEM_PYTHON=1\nRUN uv pip install -r requirements.txt", "python main.py", None),
        ("RUN uv pip install --system -r requirements.txt", "uv run main.py", "R6"),
        ("RUN uv venv && uv pip install -r requirements.txt", "python main.py", "R6"),
    ],
)
def test_a_pin_matters_to_what_reads_it(tmp_path, run: str, start: str, rule: str | None) -> None:
    (tmp_path / ".python-version").write_text("3.13.0\n")
    uv = "COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/"
    text = f"FROM python:3.12-slim\n{uv}\nWORKDIR /app\nCOPY . .\n{run}\nCMD {start}\n"
    found = plan(text, None, lambda _: None, context=tmp_path)
    said = [*(each.rule for each in found.decisions if each.id == "single-stage"), *(_refused(found))]
    assert said == ([] if rule is None else [rule])


def _refused(found: RewritePlan) -> list[str]:
    return [] if found.refusal is None else [found.refusal.rule]
