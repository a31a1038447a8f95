"""Which RUNs call uv, by which words, and where they keep its cache (R61)."""

from __future__ import annotations

from pathlib import Path

import pytest

from uvdive.dockerfile.text.syntax import parse
from uvdive.rewrite.evidence.commands.runs import read_runs
from uvdive.rewrite.evidence.steps import gather
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.single.calling import Caller, callers

BASE = "FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\n"


@pytest.fixture
def called(tmp_path: Path):
    (tmp_path / "plain.sh").write_text("echo\n")
    (tmp_path / "calls.sh").write_text("uv sync\n")

    def find(body: str, gone: tuple[int, ...] = ()) -> list[Caller]:
        evidence = gather(parse(f"{BASE}{body}\n"), None, tmp_path)
        return callers(evidence, read_runs(evidence), {4: gone})

    return find


REFUSED = [
    'RUN sh -c "/opt/uv sync"',
    "RUN $TOOL sync",
    'RUN UV="/opt/uv"; ${UV} sync',
    "RUN if x; then rm /usr/bin/uv",
]
OTHERS = [
    "RUN echo hi",
    "RUN python -m pip install x",
    "RUN $X run",
    "RUN ./plain.sh",
    "RUN sh plain.sh",
    "RUN sh -c 'echo hi'",
    "RUN /usr/bin/tool",
    "RUN if x; then y",
]
# The programs, the words that give way to the name, whether uv is mounted, is surely called, the cache.
CALLS = {
    "RUN uv sync": ("uv", "", False, True, "/root/.cache/uv"),
    "RUN uvx x": ("uv uvx", "", False, True, "/root/.cache/uv"),
    "RUN uv sync && uvx x": ("uv uvx", "", False, True, "/root/.cache/uv"),
    "RUN /usr/local/bin/uv sync": ("uv", "", False, True, "/root/.cache/uv"),
    "RUN /opt/uv sync": ("uv", "0-7", False, True, "/root/.cache/uv"),
    "RUN python -m uv sync": ("uv", "0-12", False, True, "/root/.cache/uv"),
    "RUN python3.13 -m uv sync": ("uv", "0-16", False, True, "/root/.cache/uv"),
    'RUN sh -c "uv sync"': ("uv", "", False, True, "/root/.cache/uv"),
    "RUN UV=uv; $UV sync": ("uv", "", False, True, "/root/.cache/uv"),
    'RUN UV="x uv"; $UV sync': ("uv", "", False, True, "/root/.cache/uv"),
    "RUN make": ("uv", "", False, False, ""),
    "RUN tox": ("uv", "", False, False, ""),
    "RUN ./calls.sh": ("uv", "", False, False, ""),
    "RUN ./missing.sh": ("uv", "", False, False, ""),
    "RUN sh calls.sh": ("uv", "", False, False, ""),
    "RUN . ./calls.sh": ("uv", "", False, False, ""),
    "RUN /opt/tool": ("uv", "", False, False, ""),
    "RUN uv venv": ("uv", "", False, True, ""),
    "RUN uv python pin 3.13": ("uv", "", False, True, ""),
    "RUN uv python install 3.13": ("uv", "", False, True, "/root/.cache/uv"),
    "RUN uv --version": ("uv", "", False, True, ""),
    "RUN uv sync --no-cache": ("uv", "", False, True, ""),
    "RUN uv sync -n": ("uv", "", False, True, ""),
    "RUN UV_NO_CACHE=1 uv sync": ("uv", "", False, True, ""),
    "RUN UV_NO_CACHE=0 uv sync": ("uv", "", False, True, "/root/.cache/uv"),
    "RUN uv sync --cache-dir /cache": ("uv", "", False, True, "/cache"),
    "RUN UV_CACHE_DIR=/c uv sync": ("uv", "", False, True, "/c"),
    "RUN UV_CACHE_DIR=/c uv sync && uv pip install x": ("uv", "", False, True, None),
    "RUN --mount=type=cache,target=/root/.cache/uv uv sync": ("uv", "", False, True, ""),
    "RUN --mount=type=cache,target=/root/.cache uv sync": ("uv", "", False, True, ""),
    "RUN --mount=type=tmpfs,target=/root/.cache uv sync": ("uv", "", False, True, ""),
    "RUN --mount=type=bind,target=/root/.cache uv sync": ("uv", "", False, True, "/root/.cache/uv"),
    "RUN --mount=type=cache,target=/other uv sync": ("uv", "", False, True, "/root/.cache/uv"),
    "RUN --mount=type=bind,from=ghcr.io/astral-sh/uv,source=/uv,target=/u uv venv": (
        "uv",
        "",
        True,
        True,
        "",
    ),
    "RUN --mount=from=x,source=/uv,target=/bin/uv uv sync": ("uv", "", True, True, "/root/.cache/uv"),
    "RUN --mount=from=x,source=/tool,target=/bin/tool uv sync": ("uv", "", False, True, "/root/.cache/uv"),
    "RUN uv sync && uv cache clean": ("uv", "", False, True, ""),
    "RUN uv sync && uv cache clean six": ("uv", "", False, True, None),
    "RUN uv cache clean && uv sync": ("uv", "", False, True, None),
    "RUN uv sync && rm -rf /root/.cache": ("uv", "", False, True, ""),
    "RUN uv sync && rm -rf /root/.cache/uv": ("uv", "", False, True, ""),
    "RUN rm -rf /root/.cache/uv && uv sync": ("uv", "", False, True, None),
    "RUN uv sync && rm -rf ~/.cache/uv/x": ("uv", "", False, True, None),
    "RUN uv sync && rm -rf /root/*": ("uv", "", False, True, None),
    "RUN uv sync && rm -rf /home/app": ("uv", "", False, True, None),
    "RUN uv sync && rm -rf /x/.cached": ("uv", "", False, True, "/root/.cache/uv"),
    "RUN if true; then uv sync": ("uv", "", False, True, "/root/.cache/uv"),
    "RUN for f in a; do uv pip install $f; done": ("uv", "", False, True, "/root/.cache/uv"),
}


@pytest.mark.parametrize("body", REFUSED)
def test_a_call_that_cannot_be_kept_is_refused_with_its_line(called, body: str) -> None:
    with pytest.raises(Refused) as told:
        called(body)
    assert (told.value.rule, told.value.line) == ("R61", 4)


@pytest.mark.parametrize("body", OTHERS)
def test_what_never_calls_uv_needs_none(called, body: str) -> None:
    assert called(body) == []


@pytest.mark.parametrize(("body", "expected"), CALLS.items())
def test_a_call_its_words_and_its_cache(called, body: str, expected: tuple[object, ...]) -> None:
    (found,) = called(body)
    words = " ".join(f"{edit.start}-{edit.end}" for edit in found.words)
    assert (" ".join(found.programs), words, found.mounted, found.sure, found.cache) == expected
    assert {edit.text for edit in found.words} <= {"uv", "uvx"}


def test_of_another_user_s_home_nobody_knows_the_cache(called) -> None:
    (found,) = called("USER app\nRUN uv sync")
    assert found.cache is None


def test_a_part_that_goes_calls_nothing(called) -> None:
    assert called("RUN uv sync && echo", (0,)) == []
    assert [each.programs for each in called("RUN uvx a && uv sync", (0,))] == [("uv",)]
