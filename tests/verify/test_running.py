"""Two runs side by side, and real containers."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from uvdive.base.errors import CancelledError
from uvdive.base.progress import CancelToken
from uvdive.build import observing
from uvdive.build.observing import Observed, observe
from uvdive.build.probe import ports
from uvdive.verify.checks import Check
from uvdive.verify.running import judge

PYTHON = "python:3.13-slim"
RESOLVED = Check("start", "passed", "The new image starts web.")
WEB = Observed("listening", None, (8000,), ((8000, 200, "aa"),), 0.4)
FAILS = Observed("exited", 1, log=("at 12:01", "KeyError: 'DATABASE_URL' at 0x7f12"))


def test_the_same_passes() -> None:
    check = judge(WEB, WEB, RESOLVED)
    assert check.status == "passed"
    assert "listens on port 8000 HTTP 200 for /" in check.detail


@pytest.mark.parametrize(
    ("new", "line"),
    [
        (replace(WEB, ports=(80,), answers=()), "listening ports: [8000] -> [80]"),
        (replace(WEB, answers=((8000, 500, "aa"),)), "/ at port 8000: HTTP 200 -> 500"),
        (replace(WEB, answers=((8000, 200, "bb"),)), "/ at port 8000: another body"),
        (replace(WEB, answers=()), "/ at port 8000: no answer any more"),
        (replace(WEB, state="unhealthy"), "the new image becomes unhealthy"),
        (FAILS, "the new image ends with 1 (KeyError: 'DATABASE_URL' at 0x7f12)"),
        (Observed("exited", 0), "the new image ends with 0"),
    ],
)
def test_a_difference_fails(new: Observed, line: str) -> None:
    check = judge(WEB, new, RESOLVED)
    assert check.status == "failed"
    assert any(line in difference for difference in check.differences)


def test_the_same_failure_is_said() -> None:
    again = replace(FAILS, log=("at 12:05", "KeyError: 'DATABASE_URL' at 0x7a99"))
    check = judge(FAILS, again, RESOLVED)
    assert check.status == "announced"
    assert "DATABASE_URL" in check.detail
    assert judge(FAILS, replace(FAILS, log=("ImportError: x",)), RESOLVED).status == "failed"
    assert judge(FAILS, replace(FAILS, status=2), RESOLVED).status == "failed"


def test_an_original_that_fails_is_repaired() -> None:
    assert judge(FAILS, WEB, RESOLVED).status == "repaired"


def test_a_slower_stop_is_announced() -> None:
    check = judge(WEB, replace(WEB, stop_seconds=10.3), RESOLVED)
    assert check.status == "announced"
    assert check.differences[0].startswith("docker stop takes 10.3 s, it took 0.4 s")


def test_listening_ports_are_read_from_the_kernels_table() -> None:
    table = [
        "   0: 00000000:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0",
        "   1: 0100007F:1F40 0100007F:D2F0 01 00000000:00000000 00:00000000 00000000     0",
        "   2: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 0",
    ]
    assert ports(table) == {8000, 80}


def left_behind(name: str) -> str:
    command = ["docker", "ps", "--all", "--quiet", "--filter", f"name={name}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def name(monkeypatch: pytest.MonkeyPatch) -> str:
    unique = observing.secrets.token_hex(8)
    monkeypatch.setattr(observing.secrets, "token_hex", lambda _: unique)
    return f"uvdive-{unique}"


@pytest.mark.engine
def test_a_program_that_ends_tells_its_status(name: str) -> None:
    seen = observe(PYTHON, None, seconds=60)
    assert (seen.state, seen.status) == ("exited", 0)
    assert left_behind(name) == ""


@pytest.mark.engine
def test_a_stop_leaves_no_container(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cancel = CancelToken()
    real = observing._state

    def stopped(container: str) -> dict[str, object]:
        cancel.cancel()
        return {**real(container), "Status": "running"}

    monkeypatch.setattr(observing, "_state", stopped)
    with pytest.raises(CancelledError):
        observe(PYTHON, None, seconds=60, cancel=cancel)
    assert left_behind(name) == ""


@pytest.mark.engine
def test_a_program_that_is_not_there_says_so(name: str, tmp_path: Path) -> None:
    tag = f"uvdive-test/observed-{os.getpid()}:1"
    listen = "import socket; s = socket.create_server(('', 7777)); print('ready', flush=True); s.accept()"
    dead, server = (
        ["no-such-program"],
        ["python", "-c", f"{listen}; import time; time.sleep(600)"],
    )
    seen = []
    try:
        for command in (dead, server):
            text = f"FROM {PYTHON}\nENTRYPOINT {json.dumps(command)}\n"
            build = [
                "docker",
                "buildx",
                "build",
                "--load",
                "--provenance=false",
                "-t",
                tag,
                "-f",
                "-",
                tmp_path,
            ]
            subprocess.run(build, input=text.encode(), capture_output=True, check=True)
            seen.append(observe(tag, "/usr/local/bin/python3", seconds=60))
    finally:
        subprocess.run(["docker", "rmi", "--force", tag], capture_output=True, check=False)
    assert (seen[0].state, seen[0].status) == ("exited", 127)
    assert "no-such-program" in seen[0].log[-1]
    assert name not in "".join(seen[0].log)
    # It speaks no HTTP: the first connection ends the wait of accept, the others are not answered.
    assert (seen[1].state, seen[1].ports, seen[1].answers) == ("listening", (7777,), ())
    # Python as the first process ignores SIGTERM (R21).
    assert seen[1].stop_seconds is not None
    assert seen[1].stop_seconds > observing.STOP_SECONDS - 1
    assert left_behind(name) == ""
