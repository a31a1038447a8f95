"""uvdive on a stranger's input, in a process of its own with an end to its time and memory."""

from __future__ import annotations

import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SECONDS = 20
"""Of the processor, for anything of up to 4 MB (SECURITY.md). The kernel ends what takes more."""

BYTES = 1 << 30
_RUN = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, stdin=subprocess.DEVNULL)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
head = b"%d %d %d\\n" % (done.returncode, peak, len(done.stdout))
sys.stdout.buffer.write(head + done.stdout + done.stderr)
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: its exit code, peak memory in bytes, and what it printed."""

    code: int
    peak: int
    out: str
    err: str


def run(*arguments: str | Path, folder: Path) -> Outcome:
    """Run ``uvdive``; it must end by itself, within ``SECONDS`` of the processor and ``BYTES``."""
    command = [sys.executable, "-c", _RUN, sys.executable, "-m", "uvdive", *map(str, arguments)]
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS)),
    )
    head, _, rest = done.stdout.partition(b"\n")
    code, peak, size = map(int, head.split())
    out, err = rest[:size].decode("utf-8", "replace"), rest[size:].decode("utf-8", "replace")
    assert code >= 0, f"it was ended by signal {-code}: {err[-500:]}"
    assert "Something went wrong inside uvdive" not in err, err[-500:]
    assert peak < BYTES, f"it took {peak / 1e6:.0f} MB"
    return Outcome(code, peak, out, err)


def told(outcome: Outcome, *words: str) -> None:
    """A clear error: exit code 4 or 5 or 2, and these words in it."""
    assert outcome.code in (2, 4, 5), (outcome.code, outcome.out[-300:], outcome.err[-500:])
    for word in words:
        assert word in outcome.err, outcome.err[-500:]
