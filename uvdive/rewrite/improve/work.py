"""What every mend of a finished file shares: the evidence, the changes so far, what they save."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from uvdive.base.paths import is_below
from uvdive.dockerfile.shell.commands import Command, Part
from uvdive.dockerfile.shell.reading import read_script, shell_text
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.text.edits import Edit, source_with
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.evidence.commands.command_kinds import Class, class_of_all
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.context_files import sources
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.plan import FileChange
from uvdive.rewrite.text import LineEdits, comments_above

ROOT = frozenset({"", "root", "0", "root:root", "0:0"})
"""What USER says where instructions run as root."""
COMMON = frozenset(
    f"/{name}"
    for name in (
        *("bin", "boot", "dev", "etc", "home", "lib", "media", "mnt", "opt", "proc", "root", "run", "sbin"),
        *("srv", "sys", "tmp", "usr", "var", "usr/bin", "usr/lib", "usr/local", "usr/local/bin"),
        *("usr/local/lib", "usr/share", "usr/src", "var/lib", "var/log", "var/cache", "var/tmp", "var/spool"),
    )
)
"""Folders of every distribution's images."""
_UNREAD: tuple[Class, ...] = ("other",)


class Unsafe(Exception):  # noqa: N818 - not an error: the file stays as it is
    """Why something stays as it is, in half a sentence."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A COPY or ADD: where it takes each source from and puts it, absolute and without a slash at the end.

    Of a folder's contents that is the place of the folder. ``source`` is what ``--from``
    says, None for the build context. Sources with patterns are none of ``pairs``; ``all_known``
    says that there are none.
    """

    step: Step
    source: str | None
    pairs: tuple[tuple[str, str], ...]
    all_known: bool

    def place_of(self, path: str) -> str | None:
        """Where the instruction puts an absolute path of its source; None where it does not take it."""
        for origin, place in self.pairs:
            if is_below(path, origin):
                return posixpath.normpath(posixpath.join(place, posixpath.relpath(path, origin)))
        return None

    @property
    def target(self) -> str:
        """The destination as it is written, made absolute."""
        return sources(self.step)[1].rstrip("/") or "/"


def copied(step: Step) -> Copied | None:
    """What a step copies; None where it is no COPY or ADD, or brings its own text (a heredoc)."""
    if step.keyword not in ("COPY", "ADD") or step.instruction.heredocs:
        return None
    given, target = sources(step)
    plain = [word for word in given if not any(sign in word for sign in "*?[") and "://" not in word]
    pairs = []
    for word in plain:
        origin = posixpath.normpath(posixpath.join("/", word))
        name = posixpath.basename(origin)
        # A file goes into the folder, a folder's contents do; which it is, only its name tells.
        inside = target.endswith("/") and "." in name.lstrip(".") and not name.endswith((".d", ".venv"))
        pairs.append((origin, posixpath.normpath(f"{target}{name}" if inside else target)))
    return Copied(step, step.instruction.flag("from"), tuple(pairs), len(plain) == len(given))


def lone(part: Part) -> Command | None:
    """The one command that a part consists of, if it is a plain one."""
    (command, *others) = part.commands or (None,)
    return None if command is None or others or not part.simple or command.nested else command


def cuts(run: Run, gone: Sequence[int]) -> list[Edit]:
    """Take parts of a RUN out, each with the operator that tied it to its neighbour."""
    parts = [part for part, _ in run.parts]
    kept = [index for index in range(len(parts)) if index not in gone]
    if not kept:
        return []
    found = [Edit(parts[0].start, parts[kept[0]].start)] if kept[0] else []
    for here, following in zip(kept, [*kept[1:], len(parts)], strict=True):
        if following > here + 1:
            found.append(Edit(parts[here].end, parts[following - 1].end))
    return found


@dataclass(slots=True)
class RunChange:
    """What happens to one RUN: words that change, parts that go, and parts that move in front of a line."""

    words: list[Edit] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    moved: set[int] = field(default_factory=set)
    moved_to: int = 0
    decisions: list[str] = field(default_factory=list)


@dataclass
class Work:
    """One draft of the improvement of a file: what was found and changed so far.

    ``edits`` are of whole instructions, ``changes`` of RUNs, by line. ``saved`` are bytes
    by owner, ``mended`` findings of the image (id and line) that the changes make good.
    ``others`` are other files that change with it.
    """

    evidence: Evidence
    files: Files | None
    notes: Notes
    edits: LineEdits = field(default_factory=LineEdits)
    changes: dict[int, RunChange] = field(default_factory=dict)
    saved: dict[str, int] = field(default_factory=dict)
    mended: set[tuple[str, int | None]] = field(default_factory=set)
    others: tuple[FileChange, ...] = ()

    @property
    def report(self) -> ImageReport | None:
        """The image; None where there is none."""
        return self.evidence.report

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the last stage, and of those that it stands on where no other target does."""
        last = self.evidence.stages[-1].index
        mine = (step for step in self.evidence.steps if step.stage == last or not self.evidence.shared)
        return tuple(mine)

    @cached_property
    def copies(self) -> tuple[Copied, ...]:
        """What they copy."""
        return tuple(found for step in self.steps if (found := copied(step)) is not None)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Their RUNs, by what the parts do."""
        return tuple(_read(step) for step in self.steps if step.keyword == "RUN")

    def change(self, run: Run, decision: str) -> RunChange:
        """What happens to a RUN, to be added to."""
        change = self.changes.setdefault(run.step.line, RunChange())
        if decision not in change.decisions:
            change.decisions.append(decision)
        return change

    def can_cut(self, run: Run, gone: Sequence[int]) -> bool:
        """Can these parts of a RUN be taken out in the author's text?"""
        if len(gone) == len(run.parts):
            return True
        escape = self.evidence.dockerfile.escape
        return source_with(run.step.instruction, cuts(run, gone), escape) is not None

    def save(self, owner: str, count: int) -> None:
        """Note that the new image holds so many bytes less of an owner."""
        self.saved[owner] = self.saved.get(owner, 0) + count

    def killed(self, layer: int, folders: Sequence[str], *, written: int | None = None) -> dict[str, int]:
        """The dead bytes below folders that a layer killed, by owner; ``written`` is the layer of before."""
        sums: dict[str, int] = {}
        for row in self.report.waste if self.report is not None else ():
            path = row.path.decode("utf-8", "surrogateescape")
            if row.killed_by != layer or (written is not None and row.layer != written):
                continue
            if any(is_below(path, folder) for folder in folders):
                sums[row.owner] = sums.get(row.owner, 0) + row.bytes
        return sums

    def finish(self) -> LineEdits:
        """All changes as edits of instructions."""
        for run in self.runs:
            change = self.changes.get(run.step.line)
            if change is None:
                continue
            line, decision = run.step.line, change.decisions[0]
            every = set(range(len(run.parts)))
            left = every - change.gone - change.moved
            # `set -eux` or `cd` alone, without what it was for, does nothing.
            stays = any(run.parts[index][1] != "state" for index in left)
            if change.moved:
                self._move(run, change, comments=not stays)
            if stays:
                self.edits.replaced[line] = self._with(run, change.words, every - left), decision
            else:
                self.edits.gone.add(line)
        return self.edits

    def _move(self, run: Run, change: RunChange, *, comments: bool) -> None:
        """The parts that move, with what the author says of them where all of the RUN goes."""
        there = self.edits.before.setdefault(change.moved_to, [])
        said = comments_above(self.evidence.dockerfile, run.step.line) if comments else ""
        if said:
            there.append((said, ""))
            self.edits.elsewhere.add(run.step.line)
        every = set(range(len(run.parts)))
        there.append((self._with(run, change.words, every - change.moved), change.decisions[0]))

    def _with(self, run: Run, words: Sequence[Edit], gone: set[int]) -> str:
        wanted = [edit for edit in words if not _in_gone(run, gone, edit)]
        edits = [*wanted, *cuts(run, sorted(gone))]
        source = source_with(run.step.instruction, edits, self.evidence.dockerfile.escape)
        assert source is not None  # what cannot be edited is not changed
        return source.rstrip("\r\n") + "\n"


def _in_gone(run: Run, gone: set[int], edit: Edit) -> bool:
    parts = [run.parts[index][0] for index in gone]
    return any(part.start <= edit.start and edit.end <= part.end for part in parts)


def _read(step: Step) -> Run:
    text = shell_text(step.instruction)
    script = read_script(text) if step.instruction.exec_form is None else None
    if script is None:
        return Run(step, text, None, _UNREAD)
    kinds = tuple(class_of_all(part.commands) or "other" for part in script.parts)
    return Run(step, text, script, kinds)


def lines_between(steps: Sequence[Step], first: int, last: int) -> Iterator[Step]:
    """The steps between two lines, both left out."""
    return (step for step in steps if first < step.line < last)


def is_alpine(evidence: Evidence) -> bool:
    """Is the last stage's base Alpine, as far as its name tells?"""
    return "alpine" in evidence.base
