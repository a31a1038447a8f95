"""``uvdive.Plan`` and its parts: what a rewrite would change, by which rule, and why (docs/rules.md)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from uvdive.api.kept import kept
from uvdive.api.reports import path_text
from uvdive.base.errors import UsageError
from uvdive.output.plain import well_formed
from uvdive.session.rewriting_by_name import RewritingByName

if TYPE_CHECKING:
    from uvdive.rewrite import plan as inner
    from uvdive.session.disk.writing import Written as InnerWritten
    from uvdive.session.rewriting import Rewriting

Outcome = Literal["rewritten", "improved", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Alternative:
    """A value that a decision can take: ``choices={decision.id: alternative.value}``.

    ``predicted_bytes`` are those of the whole new image, None where nobody knows.
    """

    value: str
    summary: str
    predicted_bytes: int | None


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that the rewrite does, and the rule (``R18``) that says so.

    ``line`` is of the original, None where it is about all of it. ``alternatives`` is empty where there
    is no choice, else it holds the ``chosen`` one too.
    """

    id: str
    rule: str
    line: int | None
    summary: str
    reason: str
    chosen: str
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class PlanWarning:
    """Something to know before taking the rewrite; ``bytes`` is what it costs today."""

    rule: str
    line: int | None
    text: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no rewrite, and what to change so that there is one."""

    rule: str
    reason: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Prediction:
    """Bytes of the whole image before and after, and of each owner; ``saved_bytes`` is the difference."""

    before_bytes: int
    after_bytes: int
    owners: Mapping[str, tuple[int, int]]

    @property
    def saved_bytes(self) -> int:
        """How much smaller the image gets."""
        return self.before_bytes - self.after_bytes


@dataclass(frozen=True, slots=True)
class FileChange:
    """Another file that the rewrite changes, by its path from the build context."""

    path: str
    text: str
    diff: str


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder that makes the image smaller: ``multi-stage``, ``distroless`` or ``trimmed``.

    ``choices`` lead to it; ``why`` says why it cannot be had, and is empty where it can.
    """

    id: str
    words: str
    choices: Mapping[str, str]
    predicted_bytes: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the file, where the old text is kept, and the other files.

    ``kept`` is None where there was none to keep, or nothing was to be written. ``unwritten`` are files
    that the rewrite needs too, where it went to a new file.
    """

    path: Path
    kept: Path | None
    others: tuple[Path, ...]
    unwritten: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """What a rewrite would do. ``plan`` makes it, nobody else does.

    ``text``, ``original``, ``diff`` and ``files`` are exact, as they are there to be written; in all else,
    and in ``str(plan)`` and ``to_dict()``, what looks like a secret is hidden.
    """

    _plan: inner.RewritePlan
    _work: Rewriting | RewritingByName

    def __repr__(self) -> str:
        return f"<uvdive.Plan of {os.fspath(self.dockerfile)!r}: {self.outcome}>"

    @kept
    def _shown(self) -> inner.RewritePlan:
        return self._work.redactor.value(self._plan)

    @property
    def outcome(self) -> Outcome:
        """``rewritten``, ``improved`` (its stages stay), ``unchanged``, or ``refused``."""
        return self._plan.outcome

    @property
    def changes(self) -> bool:
        """Is there a rewrite: something to prove and to write?"""
        return self.outcome in ("rewritten", "improved")

    @property
    def evidence(self) -> Literal["image", "static"]:
        """What it was made by: the built image, or the text alone (a draft)."""
        return self._plan.evidence

    @property
    def dockerfile(self) -> Path:
        """The file that it is of; where an image was named, as its provenance calls it."""
        return Path(self._plan.dockerfile)

    @property
    def context(self) -> Path:
        """The folder that the build reads; UsageError where an image was named, as there is none."""
        if isinstance(self._work, RewritingByName):
            raise no_folder(self._work, "built")
        return self._work.context

    @property
    def original(self) -> str:
        """The Dockerfile's text."""
        return self._plan.original

    @property
    def text(self) -> str:
        """The new text; the old one where there is no rewrite."""
        return self._plan.text

    @property
    def diff(self) -> str:
        """The difference of both, as ``patch`` takes it; empty where there is none."""
        return self._plan.diff

    @kept
    def files(self) -> tuple[FileChange, ...]:
        """The other files that it changes."""
        return tuple(FileChange(path_text(each.path), each.text, each.diff) for each in self._plan.files)

    @property
    def refusal(self) -> Refusal | None:
        """Why there is none, where ``outcome`` is ``refused``."""
        found = self._shown.refusal
        return None if found is None else Refusal(found.rule, well_formed(found.reason), found.line)

    @kept
    def decisions(self) -> tuple[Decision, ...]:
        """What it does."""
        return tuple(map(_decision, self._shown.decisions))

    @kept
    def warnings(self) -> tuple[PlanWarning, ...]:
        """What to know before taking it."""
        return tuple(
            PlanWarning(each.rule, each.line, well_formed(each.text), each.bytes)
            for each in self._shown.warnings
        )

    @property
    def predicted(self) -> Prediction | None:
        """The sizes that it leads to; None where nobody can know, as by the text alone."""
        found = self._plan.predicted
        if found is None:
            return None
        return Prediction(found.before_bytes, found.after_bytes, dict(found.owners))

    @kept
    def ladder(self) -> tuple[Rung, ...]:
        """The steps that make the image smaller, the plainest first; empty by the text alone."""
        return tuple(
            Rung(each.id, each.words, dict(each.choices), each.predicted_bytes, each.why)
            for each in self._shown.ladder
        )

    @property
    def no_ladder(self) -> str:
        """Why there is none, in a sentence; empty where there is one, and where the rewrite is refused."""
        from uvdive.output.words.ladder import why_none

        return why_none(self._shown)

    def write(self, output: str | os.PathLike[str] | None = None) -> Written:
        """Write the new text as it is, though nobody proved it; ``Proof.write`` writes what is proven.

        Args:
            output: a new file for it; None replaces the Dockerfile and the other files, and keeps the
                old texts as ``.orig``, ``.orig.1`` ….

        Raises:
            RefusedError: there is no rewrite.
            UsageError: a file has changed since it was read, or cannot be written, or an image was named
                and no new file.
        """
        return written(self, None if output is None else Path(output))

    def to_dict(self) -> dict[str, Any]:
        """All of it as ``uvdive rewrite --json`` prints it: ``uvdive.rewrite/1`` (docs/json.md)."""
        from uvdive.output.as_json.rewrite import rewrite_data

        return rewrite_data(self._shown)

    def __str__(self) -> str:
        from uvdive.output.as_text.rewrite import plan_text

        return plan_text(self._shown).rstrip("\n")


def written(plan: Plan, output: Path | None) -> Written:
    """Write a plan; all as ``Plan.write`` says."""
    from uvdive.api.events import errors_told
    from uvdive.session.disk.writing import write_rewrite

    work = plan._work  # noqa: SLF001 - a value of this room
    if isinstance(work, RewritingByName):
        # The plan's file is the provenance's word, and may be called like one that lies here.
        if output is None:
            raise no_folder(work, "written in place")
        if output.exists():
            raise UsageError(f"{output} is there already.", "Choose another name, or remove it first.")
    context = None if isinstance(work, RewritingByName) else work.context
    with errors_told(work.redactor):
        done = write_rewrite(plan._plan, output=output, context=context)  # noqa: SLF001 - as above
    return _written(done)


def no_folder(work: RewritingByName, done: str) -> UsageError:
    """What says that something cannot be ``done`` with the plan of an image's name."""
    return UsageError(
        f"{work.name} is an image: the folder that it was built in is not here, so nothing can be {done}.",
        f"Where it is: uvdive.plan(DOCKERFILE, image={work.name!r}).",
    )


def _written(done: InnerWritten) -> Written:
    return Written(done.path, done.kept, tuple(each.path for each in done.others), done.unwritten)


def _decision(found: inner.Decision) -> Decision:
    return Decision(
        found.id, found.rule, found.line, well_formed(found.summary), well_formed(found.reason), found.chosen,
        tuple(
            Alternative(each.value, well_formed(each.summary), each.predicted_bytes)
            for each in found.alternatives
        ),
    )  # fmt: skip
