"""Folders of ours in the temporary one, named so that those of runs that were cut off can be told."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NAME = re.compile(r"uvdive-[a-z]+-([0-9]{1,18})-\w+")


@contextmanager
def scratch_folder(kind: str) -> Iterator[Path]:
    """A folder that goes away with the block; ``kind`` is a word for what it holds."""
    with tempfile.TemporaryDirectory(prefix=f"uvdive-{kind}-{os.getpid()}-") as folder:
        yield Path(folder)


def left_folders() -> tuple[Path, ...]:
    """This user's folders of ours whose process has ended, by name."""
    found = []
    try:
        with os.scandir(tempfile.gettempdir()) as entries:
            for entry in entries:
                named = _NAME.fullmatch(entry.name)
                if named is None or is_running(int(named[1])):
                    continue
                about = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid():
                    found.append(Path(entry.path))
    except OSError:
        return ()
    return tuple(sorted(found))


def remove_folders(folders: tuple[Path, ...]) -> None:
    """Remove folders with all that is in them; links in them are not followed."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def is_running(process: int) -> bool:
    """Is there a process with this number?"""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # somebody else's
    return True
