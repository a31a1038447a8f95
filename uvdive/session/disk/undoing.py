"""Take a rewrite back: all of its files change, or none, however it is cut off.

Each file changes places with the old text that was kept; only where all have, what was written is
removed. A file that was new gives its name up first. So until the last step everything is there.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.base.files.aside import digest_of, discard, exchange
from uvdive.base.files.wholefile import give_name, sync_folder

if TYPE_CHECKING:
    from uvdive.session.disk.journal import Change


def take_back(changes: Sequence[Change]) -> None:
    """Put the old texts in the place of the new ones, and remove these.

    ``was`` of a change is the old text's digest, which ``kept`` holds, and ``made`` the new one's.

    Raises:
        OSError: it can't be done; all is as it was.
    """
    try:
        for change in changes:
            _swap(change)
    except BaseException:
        for change in changes:
            _swap_back(change)
        raise
    finish(changes)


def settle_undo(changes: Sequence[Change]) -> list[str]:
    """Finish an undo that was cut off, if all files have changed places; else put them back.

    Returns a sentence for what was done.
    """
    if all(_is_swapped(change) for change in changes):
        finish(changes)
        first = changes[0].path
        return [f"{first} has its old text again: taking a rewrite back was cut off before its end."]
    back = [change.path for change in changes if _swap_back(change)]
    return [f"{path} has its new text again: taking a rewrite back was cut off." for path in back]


def finish(changes: Sequence[Change]) -> None:
    """Remove what was written, where the old texts are in their places."""
    for change in changes:
        for name in (change.kept, change.new):
            if name:
                discard(Path(name), change.made)


def is_undone(change: Change) -> bool:
    """Is a file either as it was written, or as it was before, with nothing beside it?"""
    now, kept = digest_of(Path(change.path)), _digest(change.kept)
    if os.path.lexists(change.new):
        return False
    return (now == change.made and kept == (change.was or None)) or (_is_swapped(change) and kept is None)


def _digest(name: str) -> str | None:
    return digest_of(Path(name)) if name else None


def _is_swapped(change: Change) -> bool:
    path = Path(change.path)
    # What can't be read just now is there all the same.
    return digest_of(path) == change.was if change.was else not os.path.lexists(path)


def _swap(change: Change) -> None:
    path, kept, new = Path(change.path), Path(change.kept), Path(change.new)
    if not change.was:
        path.rename(new)
    elif not exchange(kept, path):
        path.rename(new)
        kept.rename(path)
    sync_folder(path.parent)


def _swap_back(change: Change) -> bool:
    """Bring the new text back to its place, wherever it is; was it elsewhere?"""
    path, kept, new = Path(change.path), Path(change.kept), Path(change.new)
    if digest_of(path) == change.made:
        return False
    if change.was and _digest(change.kept) == change.made and digest_of(path) == change.was:
        exchange(kept, path)
    elif digest_of(new) == change.made:
        if change.was and digest_of(path) == change.was and _digest(change.kept) is None:
            path.rename(kept)
        # Somebody may have put another file there meanwhile; theirs stays.
        with contextlib.suppress(FileExistsError):
            give_name(new, path)
        if digest_of(path) == change.made:
            new.unlink(missing_ok=True)
    else:
        return False
    sync_folder(path.parent)
    return True
