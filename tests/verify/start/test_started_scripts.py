"""What `uv run` gave a program is asked for too where a start script called it, not the command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs

from uvdive.ledger.reading.contents import ContentPlace
from uvdive.ledger.report import ImageReport
from uvdive.verify.run import verify
from uvdive.verify.start.faithful import start_command
from uvdive.verify.start.same import Lines
from uvdive.verify.start.scripts import started_scripts

PATH, ACTIVE = "PATH=/app/.venv/bin:/usr/local/bin:/usr/bin:/bin", "VIRTUAL_ENV=/app/.venv"
PLAIN = "PATH=/usr/local/bin:/usr/bin:/bin"
SHELL = {
    "bin/sh": make.file("bin/sh", b"\x7fELF", 0o755),
    "bin/tini": make.file("bin/tini", b"\x7fELF", 0o755),
}
CALLS = b"#!/bin/sh\nset -e\nexec uv run --no-sync \\\n  flask run\n"
STARTS = b"#!/bin/sh\nset -e\nexec flask run\n"


def image(
    path: Path, script: bytes, *, env: list[str], cmd: list[str], more: pairs.Files | None = None
) -> tuple[ImageReport, ContentPlace]:
    start = {"app/start.sh": make.file("app/start.sh", script, 0o755)}
    files = pairs.application() | SHELL | start | (more or {})
    config = {**pairs.CONFIG, "Env": env, "Cmd": cmd}
    report, index = pairs.read_with_contents(path, pairs.python(), files, config=config)
    return report, ContentPlace(index=index)


def lines(tmp_path: Path, script: bytes, cmd: list[str], more: pairs.Files | None = None) -> Lines:
    report, place = image(tmp_path / "x.tar", script, env=[PLAIN], cmd=cmd, more=more)
    return started_scripts(report, start_command(report.config), place)


@pytest.mark.parametrize(
    "cmd",
    [
        ["./start.sh"],
        ["/app/start.sh", "x"],
        ["sh", "start.sh"],
        ["tini", "--", "/app/start.sh"],
        ["/bin/sh", "-c", "exec ./start.sh"],
        ["/bin/sh", "-c", ". ./start.sh"],
    ],
)
def test_the_lines_of_a_script_that_the_command_names(tmp_path: Path, cmd: list[str]) -> None:
    assert lines(tmp_path, CALLS + b"\n# uv run it\n", cmd) == (
        ("sh", "-c", "set -e"),
        ("sh", "-c", "exec uv run --no-sync    flask run"),
    )


def test_a_script_that_another_one_starts_and_one_on_path(tmp_path: Path) -> None:
    more = {
        "usr/bin/go": make.file("usr/bin/go", b"#!/usr/bin/env bash\n/app/start.sh\n/usr/bin/go\n", 0o755)
    }
    assert lines(tmp_path, STARTS, ["go"], more)[-1] == ("sh", "-c", "exec flask run")


@pytest.mark.parametrize(
    "script",
    [
        b"#!/usr/bin/env python3\nuv run\n",
        b"\x7fELF uv run\n",
        b"uv run\n",
        b"#!/bin/sh\n#" + b"x" * (1 << 20),
    ],
)
def test_no_lines_of_what_no_shell_reads(tmp_path: Path, script: bytes) -> None:
    assert lines(tmp_path, script, ["./start.sh"]) == ()


def test_a_shell_reads_what_it_is_given_but_no_program(tmp_path: Path) -> None:
    assert lines(tmp_path, b"uv run x\n", ["sh", "start.sh"]) == (("sh", "-c", "uv run x"),)
    assert lines(tmp_path, b"\x7fELF\0", ["sh", "start.sh"]) == ()


def test_nothing_is_known_where_nothing_can_be_read(tmp_path: Path) -> None:
    report, _ = image(tmp_path / "x.tar", CALLS, env=[PLAIN], cmd=["./start.sh"])
    assert started_scripts(report, start_command(report.config), None) == ()


@pytest.mark.parametrize(
    ("script", "env", "said"),
    [
        (STARTS, [PATH, ACTIVE], ""),
        (STARTS, [PATH], "uv run sets VIRTUAL_ENV to the environment, the new image to nothing"),
        (STARTS, [PLAIN, ACTIVE], "uv run puts /app/.venv/bin on PATH, the new image does not"),
        # uv is called as before, by a program that stands for it.
        (CALLS, [PLAIN], ""),
    ],
)
def test_what_uv_run_gave_in_a_script_must_be_there(
    tmp_path: Path, script: bytes, env: list[str], said: str
) -> None:
    cmd = ["./start.sh"]
    before, old = image(tmp_path / "b.tar", CALLS, env=[PLAIN], cmd=cmd, more=pairs.uv())
    after, new = image(tmp_path / "a.tar", script, env=env, cmd=cmd)
    allowed = replace(pairs.ALLOWED, paths=("/app/start.sh",), config=("Env",))
    done = verify(before, after, allowed, indexes=(old.index, new.index))
    start = next(check for check in done.checks if check.name == "start")
    assert start.status == ("failed" if said else "passed"), start
    assert said in start.detail
