"""Jobs of cron that call uv (R24): it starts them without the image's variables."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from uvdive.ledger.report import User
from uvdive.rewrite.plan import RewritePlan

BASE = "FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim\n"
SYNC = "WORKDIR /app\nCOPY uv.lock ./\nRUN uv sync --frozen --no-dev\nCOPY src /app/src\n"
CRON = 'CMD ["cron", "-f"]\n'
SET = "env PATH=/app/.venv/bin:$PATH VIRTUAL_ENV=/app/.venv"


@pytest.fixture
def jobs(project, node, tmp_path: Path) -> Callable[[str], RewritePlan]:
    """The plan of an image with a file of jobs in /etc/cron.d."""

    def make(text: str, more: str = "", **options: Any) -> RewritePlan:
        (tmp_path / "jobs").write_text(text)
        wrote = {"COPY jobs": {"/etc/cron.d/jobs": node(9, owner="app")}}
        made = project(f"{BASE}{SYNC}COPY jobs /etc/cron.d/jobs\n{more}{CRON}", wrote)
        return made.plan(context=tmp_path, **options)

    return make


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "* * * * * root cd /app && uv run job.py\n",
            f"* * * * * root cd /app && {SET} python job.py\n",
        ),
        (
            "*/5 0-6 1,2 * mon root cd /app && /usr/local/bin/uv run flask x >> /var/log/x 2>&1\n",
            f"*/5 0-6 1,2 * mon root cd /app && {SET} flask x >> /var/log/x 2>&1\n",
        ),
        ("@reboot root uv run --project /app flask%uv run x\n", f"@reboot root {SET} flask%uv run x\n"),
        (
            "# uv run\nSHELL=/bin/sh\n@daily root echo hi\nHOME=/app\n@daily root timeout 9 uv run flask",
            f"# uv run\nSHELL=/bin/sh\n@daily root echo hi\nHOME=/app\n@daily root timeout 9 {SET} flask\n",
        ),
    ],
)
def test_r24_a_job_starts_its_program_with_the_variables_that_uv_set(jobs, before, after) -> None:
    result = jobs(before)
    assert result.outcome == "rewritten", result.refusal
    (change,) = result.files
    assert (change.path, change.text) == ("jobs", after)
    decision = next(d for d in result.decisions if d.id == "start-scripts")
    # A stand-in and a uv that stays would need variables, too.
    assert [a.value for a in decision.alternatives] == ["patch"]
    assert "/etc/cron.d/jobs" in result.allowed.paths


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("* * * * * root uv run job.py\n", "line 1: `uv run` in /root works with /root/.venv"),
        ("* * * * * root cd /app && uv sync\n", "`uv sync` runs when the container starts"),
        ("* * * * * root cd /app && uv run --with x job.py\n", "--with"),
        ("so wrong uv run x\n", "not understood. Call the programs of the environment there with their full"),
    ],
)
def test_r24_what_a_job_needs_uv_for_is_refused_with_its_line(jobs, text, what) -> None:
    result = jobs(text)
    assert result.outcome == "refused"
    assert what in result.refusal.reason
    assert result.refusal.line == 7


def test_r24_a_file_that_crontab_installs_is_changed_where_it_comes_from(project, node, tmp_path) -> None:
    text = "* * * * * cd /app && uv run job.py\n"
    (tmp_path / "jobs").write_text(text)

    class Store:
        def has(self, _inode: int) -> bool:
            return True

        def read(self, _inode: int, _most: int) -> bytes:
            return text.encode()

    made = project(
        f"{BASE}{SYNC}COPY jobs ./\nRUN crontab jobs\n{CRON}",
        {"RUN crontab": {"/var/spool/cron/crontabs/root": node(9, owner="other", mode=0o600)}},
        users=(User("root", 0, 0, "/root"),),
    )
    result = made.plan(context=tmp_path, store=Store())
    assert [change.path for change in result.files] == ["jobs"]
    assert "COPY --from=builder /var/spool" in result.text


def test_r24_a_job_that_a_run_writes_is_changed_in_the_run(project, node, tmp_path) -> None:
    line = "* * * * * root cd /app && uv run job.py"

    class Store:
        def has(self, _inode: int) -> bool:
            return True

        def read(self, _inode: int, _most: int) -> bytes:
            return f"{line}\n".encode()

    made = project(
        f"{BASE}{SYNC}RUN echo '{line}' > /etc/cron.d/jobs\n{CRON}",
        {"RUN echo": {"/etc/cron.d/jobs": node(9, owner="other")}},
    )
    text = made.plan(context=tmp_path, store=Store()).text
    assert f"RUN echo '* * * * * root cd /app && {SET} python job.py' > /etc/cron.d/jobs\n" in text


def test_r24_the_line_of_a_job_does_what_uv_run_did(jobs, tmp_path: Path) -> None:
    """By a shell with nothing but cron's own variables."""
    line = jobs("* * * * * root cd /app && uv run flask x\n").files[0].text
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "flask").write_text('#!/bin/sh\necho "$PATH $VIRTUAL_ENV $*"\n')
    (programs / "flask").chmod(0o755)
    command = line.split("root ", 1)[1].replace("cd /app && ", "").replace("/app/.venv/bin", str(programs))
    ran = subprocess.run(
        ["/bin/sh", "-c", command], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True
    )
    assert ran.stdout == f"{programs}:/usr/bin:/bin /app/.venv x\n"
