"""Bases of one name that several processes of the tests build on; the last one removes them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

USERS = Path(tempfile.gettempdir()) / "uvdive-test-bases"
"""A file per process that builds on them, by its number."""


def take() -> None:
    """Tell the others that this process needs the bases from now on."""
    with _alone():
        _mine().touch()


@contextlib.contextmanager
def given_back() -> Iterator[bool]:
    """Needed here no more; True where they were, and by nobody else: they may go while the block runs."""
    with _alone():
        needed = _mine().exists()
        _mine().unlink(missing_ok=True)
        yield needed and not any(_lives(int(user.name)) for user in USERS.glob("[0-9]*"))


def _mine() -> Path:
    return USERS / str(os.getpid())


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    USERS.mkdir(exist_ok=True)
    with (USERS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
