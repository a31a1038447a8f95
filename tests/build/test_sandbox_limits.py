"""Programs that are made to take everything, in the containers of the proof."""

from __future__ import annotations

import pytest

from uvdive.base.progress import CancelToken
from uvdive.build import sandbox as limits
from uvdive.build.containers import Ran, run_container
from uvdive.build.sandbox import sandbox

IMAGE = "python:3.13-slim"
FORKS = """
import os, signal
made = 0
try:
    while True:
        if not os.fork():
            signal.pause()
        made += 1
except BlockingIOError:
    print("no more", made < 64)
"""
MEMORY = "a = []\nwhile True: a.append(bytearray(b'x' * (64 << 20)))"
RIGHTS = """
for line in open("/proc/self/status"):
    if line.startswith(("NoNewPrivs", "CapBnd")):
        print(line.split()[1])
"""


def python(code: str, seconds: float = 60) -> Ran:
    return run_container(IMAGE, ["python", "-c", code], seconds=seconds)


@pytest.mark.engine
def test_a_fork_bomb_meets_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PROCESSES", 64)
    assert "no more True" in python(FORKS).output


@pytest.mark.engine
def test_memory_has_an_end_which_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MEMORY", 128 << 20)
    cancel = CancelToken()
    with sandbox(IMAGE, "docker", ["python", "-c", MEMORY], cancel=cancel) as container:
        assert container.start() == ""
        assert container.wait(60, cancel) == 137
        assert "took more than" in container.ended_by()


@pytest.mark.engine
def test_of_an_endless_writer_only_the_last_output_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LOG", "100k")
    cancel = CancelToken()
    code = "import sys\nfor n in range(400_000): print('x' * 70, n)"
    with sandbox(IMAGE, "docker", ["python", "-c", code], cancel=cancel) as container:
        assert container.start() == ""
        assert container.wait(120, cancel) == 0
        out, _ = container.output()
        assert len(out) < 1 << 20
        assert out.rstrip().endswith(b"399999")


@pytest.mark.engine
def test_a_program_that_ignores_every_signal_is_ended() -> None:
    code = (
        "import signal, time\nfor n in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): "
        "signal.signal(n, signal.SIG_IGN)\nprint('up', flush=True)\nwhile True: time.sleep(1)"
    )
    ran = python(code, seconds=10)
    assert ran.status is None
    assert ran.output == "up\n"


@pytest.mark.engine
def test_rights_that_nobody_needs_are_gone_and_none_can_be_won() -> None:
    bounding, no_new = python(RIGHTS).output.split()
    assert no_new == "1"
    for bit in (27, 13, 29, 31, 8):  # MKNOD, NET_RAW, AUDIT_WRITE, SETFCAP, SETPCAP (capability.h)
        assert not int(bounding, 16) & 1 << bit
