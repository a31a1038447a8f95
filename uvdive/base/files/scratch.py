"""Folders of ours in the temporary one, named so that those of runs that were cut off can be told."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from uvdive.base.files.remains import gone, is_running, left, note

_NAME = re.compile(r"uvdive-[a-z]+-([0-9]{1,18})-\w+")


@contextmanager
def scratch_folder(kind: str) -> Iterator[Path]:
    """A folder that goes away with the block; ``kind`` is a word for what it holds."""
    temporary = tempfile.TemporaryDirectory(prefix=f"uvdive-{kind}-{os.getpid()}-")
    note(temporary.name)
    try:
        with temporary as folder:
            yield Path(folder)
    finally:
        if not os.path.lexists(temporary.name):
            gone(temporary.name)


def left_folders() -> tuple[Path, ...]:
    """This user's folders of ours whose process has ended, by name: in the temporary folder, or noted."""
    found = {Path(name) for name in left() if name.startswith("/")}
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        found.update(Path(entry.path) for entry in entries if _NAME.fullmatch(entry.name))
    return tuple(sorted(path for path in found if _is_left(path)))


def _is_left(path: Path) -> bool:
    named = _NAME.fullmatch(path.name)
    if named is None or is_running(int(named[1])):
        return False
    try:
        about = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid()


def remove_folders(folders: tuple[Path, ...]) -> None:
    """Remove folders with all that is in them; links in them are not followed."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            gone(str(folder))
