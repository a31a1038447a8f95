"""What several targets stand on: the copies without what the last one adds by itself (R44)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from uvdive.dockerfile.steps import Step
from uvdive.rewrite.copies.copier import Copier
from uvdive.rewrite.copies.copy_set import CopySet
from uvdive.rewrite.copies.ownership import with_owners
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence


def of_shared(
    evidence: Evidence,
    copier: Copier | None,
    copies: CopySet,
    added: Sequence[Step],
    again: Callable[[Evidence], CopySet],
) -> CopySet:
    """The copies of the final base.

    Args:
        evidence: the file.
        copier: knows the image's files; None without one.
        copies: those of the last stage, all it has in the end.
        added: the last stage's instructions that bring files of the context, which follow behind.
        again: finds the copies of other instructions by the text.
    """
    lines = {step.line for step in added}
    if not lines:
        return copies
    if copier is None:
        less = replace(evidence, steps=tuple(step for step in evidence.steps if step.line not in lines))
        return with_owners(less, None, again(less))
    layers = {step.layer for step in evidence.steps if step.line in lines}
    return replace(copies, paths=[path for path in copies.paths if not _is_of(copier.files, path, layers)])


def _is_of(files: Files, path: str, layers: Collection[int | None]) -> bool:
    """Is a path, with all below it, only there by these layers?"""
    node = files.at(path)
    return node is not None and all(files.layer(each) in layers for each in (node, *files.walk(node)))
