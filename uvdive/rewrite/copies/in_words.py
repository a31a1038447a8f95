"""The decisions that need no choice, in words: copies, users, folders."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from uvdive.base.units import size
from uvdive.rewrite.copies.copy_set import CopySet
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.notes import Notes

_FEW = 4


def explain(
    copies: CopySet,
    runs: Sequence[Run],
    notes: Notes,
    *,
    behind: int = 0,
    once: Collection[int] = (),
    bare: bool = False,
) -> None:
    """Say what is copied, created and repeated, and which paths may therefore differ.

    ``behind`` are the bytes of uv and its cache, 0 where nobody knows; ``once`` the lines that stand
    in a stage below both. ``bare`` says that the last stage can make no users itself.
    """
    if copies.bytecode:
        notes.decide(
            "bytecode-beside",
            "R12",
            None,
            f"Leave {', '.join(copies.bytecode[:3])}{' …' if len(copies.bytecode) > 3 else ''} behind",
            "A RUN left this bytecode beside the source; Python makes it again, where it may write there.",
        )
    paths = [*copies.paths, *copies.late]
    named = ", ".join(paths) or "the installed packages"
    whole = f"Copy {named} from the build stage"
    many = f"Copy {len(paths)} paths from the build stage"
    own = "your own COPY instructions bring the source" if copies.own else ""
    listed = "" if len(paths) <= _FEW else f"{', '.join(paths)}."
    notes.decide(
        "copies",
        "R12",
        None,
        f"{whole if len(paths) <= _FEW else many}{f'; {own}' if own else ''}",
        listed or (f"{size(behind)} of uv and its cache stay behind." if behind else ""),
    )
    for run in runs:
        if run.has("user") and run.step.line not in once:
            notes.decide(
                "users",
                "R28",
                run.step.line,
                "Bring the accounts of the build" if bare else "Create the same users again",
                f"{', '.join(copies.accounts)} go over as they are."
                if bare
                else "Files keep the owner they have in the build stage.",
            )
    for folder in copies.folders:
        notes.decide(
            "folders",
            "R29",
            None,
            "Create folders with their owner and mode first",
            f"COPY would give {folder.path} to root with mode 0755; it is {folder.uid}:{folder.gid} "
            f"{folder.mode:04o}.",
        )
    notes.allowed.owners.update(("uv", "uv-cache"))
