"""What is being written, noted before it is: a run that is cut off can be taken back by the next.

A note lies in the user's state folder, never beside the user's files, and is locked by the
process that writes: the lock goes with the process, however it ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from uvdive.base import shapes
from uvdive.base.files.aside import digest_of, discard, drop_new
from uvdive.base.files.folders import journal_folder
from uvdive.base.files.foreign import read_file
from uvdive.base.files.wholefile import sync_folder
from uvdive.session.disk.undoing import is_undone, settle_undo

_SHAPE = shapes.Record(
    {
        "changes": [shapes.Record({"path": str, "new": str, "made": str, "kept": str, "was": str})],
        "undo": shapes.Maybe(bool),
    }
)


@dataclass(frozen=True, slots=True)
class Change:
    """One file that is replaced or made.

    ``new`` is the name of the moment beside it, ``made`` the sha256 of what is written;
    ``kept`` is the name that the old file gets and ``was`` its sha256, both empty where
    there was no file.
    """

    path: str
    new: str
    made: str
    kept: str = ""
    was: str = ""


@contextlib.contextmanager
def noted(
    changes: Sequence[Change], environ: Mapping[str, str] = os.environ, *, undo: bool = False
) -> Iterator[None]:
    """Keep a note of changes while the block makes them; where none can be kept, it goes without.

    With ``undo`` they are being taken back: ``was`` and ``made`` are what they were and became.
    The note is gone at the end, unless what an exception left half done is to be taken back
    by ``recover``.
    """
    folder = journal_folder(environ)
    with contextlib.ExitStack() as stack:
        note: Path | None = folder / f"{secrets.token_hex(8)}.json"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            assert note is not None
            file = stack.enter_context(note.open("xb"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            told = {"changes": [asdict(change) for change in changes], "undo": undo}
            file.write(json.dumps(told).encode())
            file.flush()
            os.fsync(file.fileno())
            sync_folder(folder)
        except OSError:
            note = None
        try:
            yield
        finally:
            if note is not None and all(map(_settled(undo=undo), changes)):
                note.unlink(missing_ok=True)


def _settled(*, undo: bool) -> Callable[[Change], bool]:
    return is_undone if undo else _is_settled


def _is_settled(change: Change) -> bool:
    """Is a file either as it was, with nothing beside it, or written?"""
    path, now = Path(change.path), digest_of(Path(change.path))
    if os.path.lexists(change.new):
        return False
    if now == change.made:
        return True
    kept = change.kept and digest_of(Path(change.kept)) == change.was
    return (now == change.was and not kept) if change.was else not os.path.lexists(path)


def recover(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Take back what a run that was cut off left half written; a sentence for each file that it touched."""
    said: list[str] = []
    folder = journal_folder(environ)
    for note in sorted(folder.glob("*.json")):
        try:
            with note.open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                value = shapes.load(read_file(note), _SHAPE, "note")
                changes = [
                    Change(**{key: item[key] for key in Change.__slots__}) for item in value["changes"]
                ]
                said += settle_undo(changes) if value.get("undo") else settle(changes)
                note.unlink(missing_ok=True)
        except (BlockingIOError, FileNotFoundError):
            continue  # its writer is at work, or another start was quicker
        except ValueError:
            note.unlink(missing_ok=True)
        except OSError as error:
            said.append(f"What {note} tells of can't be taken back: {error.strerror}.")
    return tuple(said)


def settle(changes: Sequence[Change]) -> list[str]:
    """Have all changes or none: take back what is half done; a sentence for each file that it touched."""
    written = all(digest_of(Path(change.path)) == change.made for change in changes)
    said = []
    for change in changes:
        path, new = Path(change.path), Path(change.new)
        if change.was:
            drop_new(path, new, made=change.made, was=change.was, kept=Path(change.kept))
        else:
            new.unlink(missing_ok=True)  # nothing but what was to be written ever had this name
        if not written:
            said += _taken_back(change)
    return said


def _taken_back(change: Change) -> list[str]:
    path, kept = Path(change.path), Path(change.kept)
    now = digest_of(path)
    if not change.was:
        if discard(path, change.made):
            return [f"{path}, which a run that was cut off had begun to write, is gone again."]
    elif now == change.was:
        discard(kept, change.was)
    elif digest_of(kept) != change.was:
        return [f"{path} may be half of a rewrite that was cut off: see that it is what it should be."]
    elif now in (change.made, None):
        kept.replace(path)
        sync_folder(path.parent)
        return [f"{path} has its old text again: a run that was cut off had begun to write it."]
    else:
        return [f"{path} has changed since a run that was cut off; its old text is in {kept}."]
    return []
