"""Programs that are made to take everything, in the containers of the proof."""

from __future__ import annotations

import pytest

from uvdive.base.progress import CancelToken
from uvdive.build.running import sandbox as limits
from uvdive.build.running.containers import Ran, run_container
from uvdive.build.running.observing import Watched, observe
from uvdive.build.running.sandbox import sandbox
from uvdive.build.running.settings import PLAIN, Limits, StartSettings

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
    raise
"""
MEMORY = "a = []\nwhile True: a.append(bytearray(b'x' * (64 << 20)))"
RIGHTS = """
for line in open("/proc/self/status"):
    if line.startswith(("NoNewPrivs", "CapBnd")):
        print(line.split()[1])
"""


def python(code: str, seconds: float = 60, limits: Limits = PLAIN.limits) -> Ran:
    return run_container(IMAGE, ["python", "-c", code], seconds=seconds, limits=limits)


@pytest.mark.engine
def test_a_fork_bomb_meets_its_end_which_is_told() -> None:
    ran = python(FORKS, limits=Limits(processes=64))
    assert "no more True" in ran.output
    assert "the container may have 64 (--limit processes=" in ran.why


@pytest.mark.engine
def test_memory_has_an_end_which_is_told() -> None:
    ran = python(MEMORY, limits=Limits(memory=128 << 20))
    assert ran.status == 137
    assert "took more than 128.0 MiB of memory (--limit memory=" in ran.why


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
    assert ran.why == ""
    assert ran.output == "up\n"


@pytest.mark.engine
def test_rights_that_nobody_needs_are_gone_and_none_can_be_won() -> None:
    bounding, no_new = python(RIGHTS).output.split()
    assert no_new == "1"
    for bit in (27, 13, 29, 31, 8):  # MKNOD, NET_RAW, AUDIT_WRITE, SETFCAP, SETPCAP (capability.h)
        assert not int(bounding, 16) & 1 << bit


@pytest.mark.engine
def test_a_health_check_that_never_ends_is_given_up_at_its_limit() -> None:
    check = {"Test": ["CMD", "sleep", "600"], "Timeout": 1_000_000_000}
    watched = Watched(
        IMAGE, healthcheck=check, settings=StartSettings(limits=Limits(seconds=3)), command=("sleep", "600")
    )
    seen = observe(watched, seconds=3)
    assert seen.state == "unhealthy"
    assert seen.why.startswith("the time was up after 3 s (--limit seconds=")


@pytest.mark.engine
def test_of_what_a_program_beside_it_prints_only_the_end_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OUTPUT", 1000)
    cancel = CancelToken()
    with sandbox(IMAGE, "docker", ["sleep", "600"], cancel=cancel) as container:
        assert container.start() == ""
        code = "import sys\nfor n in range(200_000): print(n)\nprint('no', file=sys.stderr)"
        status, output = container.run(["python", "-c", code], 60)
        assert status == 0
        assert len(output) == 1000
        assert output.endswith(b"199998\n199999\n")
        status, output = container.run(["python", "-c", "while True: print('x' * 10)"], 2)
        assert status is None
        assert len(output) == 1000
