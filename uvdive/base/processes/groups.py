"""End a process with all that it started."""

from __future__ import annotations

import contextlib
import os
import signal


def kill_group(leader: int) -> None:
    """Kill the group that a process leads, at once; one that has ended is no error.

    macOS says EPERM where only a process is left in the group that ended and was not waited for yet
    (kill(2) there), where Linux finds nothing wrong.
    """
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
