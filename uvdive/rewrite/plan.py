"""The one hand-off value of a rewrite: what would change, by which rule, and why.

Fields are those of the JSON contract (the schema ``rewrite-1.json``). Bytes are
``file_bytes`` of whole images.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["rewritten", "improved", "unchanged", "refused"]
EvidenceKind = Literal["image", "static"]


@dataclass(frozen=True, slots=True)
class Alternative:
    """One value that a decision can take; ``predicted_bytes`` of the whole new image."""

    value: str
    summary: str
    predicted_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that the rewrite did and the rule (``R18``) that says so.

    ``line`` is of the original Dockerfile; ``new_lines`` are the lines of the new
    text that the decision touched. ``alternatives`` is empty where there is no
    real choice, else it holds the chosen value too.
    """

    id: str
    rule: str
    line: int | None
    summary: str
    reason: str
    chosen: str = ""
    alternatives: tuple[Alternative, ...] = ()
    new_lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanWarning:
    """Something that the user should know before taking the rewrite; ``bytes`` is what it costs today."""

    rule: str
    line: int | None
    text: str
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no rewrite, and what the user could change so that there is one.

    ``by_image`` is whether a plan with the image may come to one; None where it was one.
    """

    rule: str
    reason: str
    line: int | None
    by_image: bool | None = None


@dataclass(frozen=True, slots=True)
class FileChange:
    """Another file that a decision changes.

    ``path`` is from the context; one above it begins with ``..`` and is in no build. ``original``
    is the text that it was planned from, None where nobody knows; a file that is new has an empty one.
    """

    path: str
    text: str
    diff: str
    original: str | None = None

    @property
    def in_context(self) -> bool:
        """Can a build see it?"""
        return not self.path.startswith("../")

    @classmethod
    def of(cls, path: str, old: str, new: str) -> FileChange:
        """The change from one text to another, which may be empty."""
        return cls(path, new, unified_diff(old, new, path), old)


def unified_diff(before: str, after: str, path: str) -> str:
    """The difference of two texts, in a form that ``patch`` takes; empty where nothing differs."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), path, f"{path} (rewritten)"
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


@dataclass(frozen=True, slots=True)
class Prediction:
    """The sizes by owner, before and after."""

    before_bytes: int
    after_bytes: int
    owners: Mapping[str, tuple[int, int]]

    def less(self, owner: str, count: int) -> Prediction:
        """The prediction with ``count`` bytes less of an owner after the rewrite."""
        before, after = self.owners.get(owner, (0, 0))
        owners = {**self.owners, owner: (before, after - count)} if count else self.owners
        return Prediction(self.before_bytes, self.after_bytes - count, owners)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder that makes the image smaller.

    Attributes:
        id: ``multi-stage``, ``distroless`` or ``trimmed``.
        words: what it is, in a word or two.
        choices: all that lead to it, by id.
        predicted_bytes: of the whole image; None where it cannot be had or nobody knows.
        why: why it cannot be had; empty where it can.
        chosen: is it the plan that is shown?
        failed: why it was built and not proven; empty where it was not, or nobody tried.
    """

    id: str
    words: str
    choices: tuple[tuple[str, str], ...]
    predicted_bytes: int | None
    why: str = ""
    chosen: bool = False
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Allowances:
    """What the plan announces that the new image lacks or changes: the judge's exceptions.

    ``config`` are config keys (``Env:UV_TOOL_BIN_DIR``, ``Entrypoint``) that may
    differ; ``paths`` are absolute path prefixes that may be missing or differ;
    ``owners`` are owners whose files may be missing, ``packages`` OS packages,
    ``distributions`` Python's. ``repaired_start`` says that the original's start command
    cannot work, and the new one's can (R58). ``installs_at_start`` says that the original
    has no environment until it starts with a network (R15). ``trimmed`` are what nothing was found to use
    (R62), as ``PART:PATH``, in which ``*`` stands for anything within one name and ``**`` for
    any folders; what lies below may be missing too. ``given`` are paths that belong to
    another owner now, as ``UID:GID:PATH``, each by itself (R64).
    """

    config: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    repaired_start: bool = False
    installs_at_start: bool = False
    packages: tuple[str, ...] = ()
    distributions: tuple[str, ...] = ()
    trimmed: tuple[str, ...] = ()
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RewritePlan:
    """The result of planning. ``text`` is the new Dockerfile, or the old where refused.

    ``missing_base`` is the final image's base where it is not at hand, so that nothing
    is predicted: pulling it would tell (R60). ``part`` is the original up to the stage that is
    built, where that is not the last one; else empty. ``unseen`` says that OS packages are kept
    only because nobody has seen what the new environment needs: its build would tell. ``ladder`` are the
    steps that make the image smaller, the plain one first; empty where nobody asked, or there are none.
    """

    outcome: Outcome
    evidence: EvidenceKind
    dockerfile: str
    original: str
    text: str
    diff: str
    refusal: Refusal | None = None
    files: tuple[FileChange, ...] = ()
    decisions: tuple[Decision, ...] = ()
    warnings: tuple[PlanWarning, ...] = ()
    predicted: Prediction | None = None
    allowed: Allowances | None = None
    missing_base: str | None = None
    part: str = ""
    unseen: bool = False
    ladder: tuple[Rung, ...] = ()

    @property
    def built_text(self) -> str:
        """The part of the original that made the image: all of it, or up to the target."""
        return self.part or self.original
