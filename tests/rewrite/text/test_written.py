"""What the written text keeps of the author's: comments, line ends, names (R32)."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewrites.dockerfiles import BASE, FLASK, SYNC, both_stages, runner

from uvdive.base.errors import ExitCode, UsageError
from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import plan
from uvdive.session.planning.rewriting import plan_rewrite


def test_r32_a_relative_work_directory_is_written_out(project) -> None:
    text = BASE + SYNC + "WORKDIR sub\n" + FLASK
    result = project(text, config={"working_dir": "/app/sub"}).plan()
    assert "WORKDIR /app/sub" in runner(result)


PYTHON = "FROM python:3.13-slim-trixie\nCOPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/\n"


WHOLE = "WORKDIR /app\nCOPY . .\nRUN uv sync --frozen\n"


START = 'CMD ["uv", "run", "flask"]\n'


def static(text: str) -> RewritePlan:
    return plan(text, None, lambda _: None)


def test_a_dockerfile_of_any_encoding_or_size_is_read_or_clearly_refused(tmp_path: Path) -> None:
    cases = {"latin": b"FROM \xe4\n", "big": b"#" * (2 << 20), "words": b"hello world\n", "empty": b""}
    for name, data in cases.items():
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(UsageError) as error:
            plan_rewrite(path, None)
        assert error.value.code == ExitCode.USAGE
        assert error.value.do
    with pytest.raises(UsageError, match="cannot be read"):
        plan_rewrite(tmp_path / "missing", None)
    with pytest.raises(UsageError, match="cannot be read"):
        plan_rewrite(tmp_path, None)


def test_line_ends_of_windows_survive(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes((PYTHON + WHOLE + START).replace("\n", "\r\n").encode())
    result = plan_rewrite(path, None)
    assert "COPY . .\r\n" in result.text
    assert result.text.splitlines(keepends=True)[0] == "FROM python:3.13-slim-trixie AS builder\r\n"
    assert "\n" not in result.text.replace("\r\n", "")


def test_comments_stay_with_what_they_belong_to() -> None:
    text = (
        "# syntax=docker/dockerfile:1\n\n# the base\n" + PYTHON + "# settings\nENV A=1\n" + WHOLE
        + "\n# the port\nEXPOSE 80\n\n# two\n# lines\nUSER 5\n# start\n" + START + "# the end\n"
    )  # fmt: skip
    result = static(text)
    build, run = both_stages(result)
    assert build.startswith("# syntax=docker/dockerfile:1\n\n# the base\nFROM")
    assert "# settings\nENV A=1\n" in build
    assert "# the port\nEXPOSE 80\n" in run
    assert "# two\n# lines\nUSER 5\n# start\n" in run
    assert run.endswith("# the end\n")
    assert "# settings\nENV A=1\n" in run
    for comment in ("# the port", "# two", "# start", "# the base"):
        assert result.text.count(comment) == 1


def test_the_diff_applies_to_the_original() -> None:
    result = static(PYTHON + WHOLE + START.rstrip("\n"))
    removed = [line[1:] for line in result.diff.splitlines() if line[:1] in "- " and line[:3] != "---"]
    added = [line[1:] for line in result.diff.splitlines() if line[:1] in "+ " and line[:3] != "+++"]
    assert set(removed) <= set(result.original.splitlines())
    assert set(added) <= set(result.text.splitlines())
