"""The use case: write a rewritten Dockerfile, and keep the old text."""

from __future__ import annotations

import hashlib
import itertools
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from uvdive.base.errors import RefusedError, UsageError
from uvdive.base.files.aside import ChangedError, create_aside, digest_of, replace_aside
from uvdive.base.files.foreign import read_file
from uvdive.base.files.wholefile import create_file, keep_owner
from uvdive.rewrite.plan import FileChange, RewritePlan
from uvdive.session.disk.journal import Change, noted, settle
from uvdive.session.disk.undoing import take_back

_LARGEST = 64 << 20


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: ``kept`` is where the old text lies, None where there was none to keep.

    ``others`` are the other files that the plan changes; ``unwritten`` are those
    that it would change too, where only the Dockerfile was asked for. ``sha256`` is
    of what was written, empty where nothing was: who undoes it must find just that.
    """

    path: Path
    kept: Path | None
    others: tuple[Written, ...] = ()
    unwritten: tuple[str, ...] = ()
    sha256: str = field(default="", compare=False)


def _free_name(path: Path, taken: set[Path]) -> Path:
    """The first of ``.orig``, ``.orig.1`` … that is free; nothing is ever written over."""
    for number in itertools.count():
        name = path.with_name(f"{path.name}.orig{f'.{number}' if number else ''}")
        if not os.path.lexists(name) and name not in taken:
            taken.add(name)
            return name
    raise AssertionError  # the names don't end


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class _Step:
    """A file to write: as it is called, with its new text and what the journal says of it."""

    path: Path
    data: bytes
    change: Change

    @classmethod
    def of(cls, path: Path, text: str, was: bytes | None, taken: set[Path]) -> _Step:
        """A step for a file, or a symlink's target; ``was`` is what it holds, None for nothing."""
        data, real = _bytes(text), Path(os.path.realpath(path))
        change = Change(
            str(real),
            str(real.with_name(f".uvdive.{secrets.token_hex(8)}.new")),
            hashlib.sha256(data).hexdigest(),
            "" if was is None else str(_free_name(real, taken)),
            "" if was is None else hashlib.sha256(was).hexdigest(),
        )
        return cls(path, data, change)

    def run(self) -> None:
        """Write it."""
        change = self.change
        path, new = Path(change.path), Path(change.new)
        try:
            if change.was:
                replace_aside(path, self.data, was=change.was, kept=Path(change.kept), new=new)
            else:
                create_aside(path, self.data, new=new)
        except ChangedError:
            raise _changed(self.path) from None

    @property
    def written(self) -> Written:
        """What was done."""
        kept = Path(self.change.kept) if self.change.kept else None
        return Written(self.path, kept, sha256=self.change.made)


def _changed(path: Path) -> UsageError:
    return UsageError(
        f"{path} has changed since it was read.", "Plan the rewrite again, so that the change is not lost."
    )


def _content(path: Path) -> bytes | None:
    """What a file holds, None where there is none."""
    try:
        return read_file(path, _LARGEST)
    except FileNotFoundError:
        return None


def _step(change: FileChange, context: Path, taken: set[Path]) -> _Step:
    """The step for another file, which is what the plan was made from, and lies where the plan says.

    Raises:
        UsageError: it has changed since, or it lies behind a link that leads elsewhere.
        OSError: it can't be read.
    """
    path, root = context / change.path, Path(os.path.realpath(context))
    real, plain = Path(os.path.realpath(path)), Path(os.path.normpath(root / change.path))
    # A file above the context lies where its name says; one in it may be a link within it.
    if real != plain and not (plain.is_relative_to(root) and real.is_relative_to(root)):
        raise UsageError(f"{path} is a link to {real}, which is not written.", "Change it yourself.")
    there = _content(path)
    if change.original is not None and (there or b"").decode("utf-8", "surrogateescape") != change.original:
        raise _changed(path)
    return _Step.of(path, change.text, there, taken)


def _in_place(plan: RewritePlan, context: Path) -> Written:
    path = Path(plan.dockerfile)
    there = read_file(path, _LARGEST)
    if there.decode("utf-8", "surrogateescape") != plan.original:
        raise _changed(path)
    if plan.outcome == "unchanged":
        return Written(path, None)
    taken: set[Path] = set()
    steps = [_step(change, context, taken) for change in plan.files]
    steps.append(_Step.of(path, plan.text, there, taken))
    changes = [step.change for step in steps]
    with noted(changes):
        try:
            for step in steps:
                step.run()
        except BaseException:
            # Half a rewrite builds nothing that anybody checked.
            settle(changes)
            raise
    *others, done = [step.written for step in steps]
    return Written(path, done.kept, tuple(others), sha256=done.sha256)


def _undo(written: Written) -> Change:
    """The change that wrote a file, to be taken back; the old text gets what the new one has of rights."""
    real, kept = Path(os.path.realpath(written.path)), written.kept
    if kept is not None:
        keep_owner(kept, real.stat())
    new = real.with_name(f".uvdive.{secrets.token_hex(8)}.new")
    was = "" if kept is None else digest_of(kept)
    if was is None:
        raise UsageError(f"{kept}, which holds the old text, can't be read.", "Nothing was changed.")
    return Change(str(real), str(new), written.sha256, "" if kept is None else str(kept), was)


def undo_rewrite(written: Written) -> None:
    """Put the old texts back that ``write_rewrite`` kept, and remove the files that it made.

    Nothing is undone if any of the files is no longer what was written. All files change or none.

    Raises:
        UsageError: a file has changed since, or cannot be written.
    """
    files = [one for one in (written, *written.others) if one.sha256]
    try:
        for one in files:
            if not one.path.is_file() or digest_of(one.path) != one.sha256:
                raise UsageError(
                    f"{one.path} has changed since it was written.",
                    f"The old text is in {one.kept}." if one.kept else "It was not there before.",
                )
            if one.kept is not None and not one.kept.is_file():
                raise UsageError(f"{one.kept}, which held the old text, is gone.")
        changes = [_undo(one) for one in files]
        with noted(changes, undo=True):
            take_back(changes)
    except OSError as error:
        raise UsageError(f"{error.filename} can't be written: {error.strerror}.") from error


def write_rewrite(
    plan: RewritePlan,
    *,
    output: Path | None = None,
    context: Path | None = None,
) -> Written:
    """Write the new Dockerfile.

    Args:
        plan: what to write.
        output: where to; None replaces the Dockerfile itself (and the plan's other
            files) and keeps the old texts as ``.orig``, ``.orig.1`` ….
        context: the folder of the plan's ``files``; None for the Dockerfile's own.

    Raises:
        RefusedError: the plan is a refusal.
        UsageError: ``output`` is there already, the Dockerfile has changed since the plan
            was made, or the folder cannot be written.
    """
    if plan.outcome == "refused":
        reason = plan.refusal.reason if plan.refusal is not None else "the rewrite was refused"
        raise RefusedError(f"There is nothing to write: {reason}.")
    try:
        if output is None or (output.exists() and output.samefile(plan.dockerfile)):
            return _in_place(plan, context or Path(plan.dockerfile).parent)
        if output.exists():
            raise UsageError(f"{output} is there already.", "Choose another name, or remove it first.")
        create_file(output, _bytes(plan.text))
    except OSError as error:
        what = f"{error.filename or output or plan.dockerfile} can't be written: {error.strerror}."
        raise UsageError(what, "Everything is as it was before.") from error
    return Written(output, None, unwritten=tuple(change.path for change in plan.files))
