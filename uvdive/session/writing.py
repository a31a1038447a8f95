"""The use case: write a rewritten Dockerfile, and keep the old text."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from uvdive.base.errors import RefusedError, UsageError
from uvdive.base.wholefile import create_file, keep_owner, replace_file
from uvdive.rewrite.plan import FileChange, RewritePlan


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


def _names_to_keep(path: Path) -> Iterator[Path]:
    yield path.with_name(f"{path.name}.orig")
    for number in itertools.count(1):
        yield path.with_name(f"{path.name}.orig.{number}")


def _keep(path: Path) -> Path:
    """Copy a file to the first of ``.orig``, ``.orig.1`` … that is free; never over anything."""
    for name in _names_to_keep(path):
        with contextlib.suppress(FileExistsError):
            create_file(name, path.read_bytes())
            shutil.copystat(path, name)
            return name
    raise AssertionError  # the names don't end


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _rewrite(path: Path, text: str) -> Written:
    """Replace a file that is there (a symlink's target, not the link) and keep the old one."""
    real = path.resolve()
    kept = _keep(real)
    try:
        replace_file(real, _bytes(text))
    except BaseException:
        kept.unlink(missing_ok=True)
        raise
    return Written(path, kept, sha256=_digest(real))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _put_back(written: Written) -> None:
    """Undo one file: the old text in its place and its copy gone, or the new file gone."""
    real = written.path.resolve()
    if written.kept is None:
        real.unlink()
    else:
        keep_owner(written.kept, real.stat())
        written.kept.replace(real)


def _check_unchanged(path: Path, change: FileChange, context: Path) -> None:
    """See that another file is what the plan was made from, and lies where the plan says.

    Raises:
        UsageError: it has changed since, or it is a link that leads out of the context.
    """
    if path.is_symlink() and not path.resolve().is_relative_to(context.resolve()):
        raise UsageError(
            f"{path} is a link to {path.resolve()}, which is not written.", "Change it yourself."
        )
    if change.original is None:
        return
    there = path.read_bytes().decode("utf-8", "surrogateescape") if path.exists() else ""
    if there != change.original:
        raise UsageError(
            f"{path} has changed since it was read.",
            "Plan the rewrite again, so that the change is not lost.",
        )


def _in_place(plan: RewritePlan, context: Path) -> Written:
    path = Path(plan.dockerfile)
    on_disk = path.read_bytes().decode("utf-8", "surrogateescape")
    if on_disk != plan.original:
        raise UsageError(
            f"{path} has changed since it was read.",
            "Plan the rewrite again, so that the change is not lost.",
        )
    if plan.outcome == "unchanged":
        return Written(path, None)
    others: list[Written] = []
    try:
        for change in plan.files:
            other = context / change.path
            _check_unchanged(other, change, context)
            if other.exists():
                others.append(_rewrite(other, change.text))
            else:
                create_file(other, _bytes(change.text))
                others.append(Written(other, None, sha256=_digest(other)))
        done = _rewrite(path, plan.text)
    except BaseException:
        # Half a rewrite builds nothing that anybody checked.
        for written in reversed(others):
            _put_back(written)
        raise
    return Written(path, done.kept, tuple(others), sha256=done.sha256)


def undo_rewrite(written: Written) -> None:
    """Put the old texts back that ``write_rewrite`` kept, and remove the files that it made.

    Nothing is undone if any of the files is no longer what was written.

    Raises:
        UsageError: a file has changed since, or cannot be written.
    """
    files = [one for one in (written, *written.others) if one.sha256]
    try:
        for one in files:
            if not one.path.is_file() or _digest(one.path) != one.sha256:
                raise UsageError(
                    f"{one.path} has changed since it was written.",
                    f"The old text is in {one.kept}." if one.kept else "It was not there before.",
                )
            if one.kept is not None and not one.kept.is_file():
                raise UsageError(f"{one.kept}, which held the old text, is gone.")
        for one in files:
            _put_back(one)
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
