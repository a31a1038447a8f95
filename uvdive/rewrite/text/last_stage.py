"""The stage that runs, line by line in its canonical order."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.syntax import Instruction, Node
from uvdive.rewrite.choices import PACKAGES
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.packages import install
from uvdive.rewrite.start import FREE
from uvdive.rewrite.text.common import common_lines, own_lines
from uvdive.rewrite.text.parts import Parts
from uvdive.rewrite.text.runner import (
    MOVED,
    STARTED,
    STATE,
    Line,
    after_copies,
    folders,
    last_of_each,
    own_copies,
    path_copies,
    prefix_copy,
)
from uvdive.rewrite.text.writer import Writer, bare

_TITLE = "# The final image: the environment and the app, copied from the build stage.\n"
_COMMON = "# What both stages need of the system.\n"
_AHEAD = {"before": ("WORKDIR",), "as-user": ("USER", "WORKDIR"), "after": ()}
"""What stands in front of the copies."""

_WHY = {
    "start-scripts": "# For start scripts that call uv: the environment is ready, it installs nothing.\n",
    "uv-elsewhere": "# Calls of uv from outside this file find the environment ready and install nothing.\n",
    "free": "# Calls of uv from outside this file install what they are asked for.\n",
}


def write_runner(
    writer: Writer, parts: Parts, names: tuple[str, str], tail: frozenset[int], *, is_new: bool = True
) -> None:
    """Write the stage that runs: settings, packages, copies and the start, a blank line between them.

    Args:
        writer: the text so far.
        parts: what is in it.
        names: of the stage that it copies from, and its own.
        tail: lines of instructions that stand in no other stage, so that their comments come along.
        is_new: is it no stage of the author's, so that a comment says what it is?
    """
    evidence = parts.evidence
    if is_new:
        writer.blank()
        writer.add(_TITLE)
    _write_runner_from(writer, parts, names[1])
    _write_prelude(writer, parts, tail)
    _write_packages(writer, parts)
    _write_scripts(writer, parts, names[0])
    describing = last_of_each(evidence.steps)
    written = _write_copies(writer, parts, names[0], describing, tail)
    writer.blank()
    for step in describing:
        if step not in written and not (step.keyword == "CMD" and evidence.last("CMD") is None):
            _write_described(writer, parts, step, tail)
    for text in parts.extra_start:
        writer.own(text, "start-inherited")
    if parts.stop_signal:
        writer.own(parts.stop_signal, "stop-signal")


def _write_copies(
    writer: Writer, parts: Parts, stage: str, describing: list[Step], tail: frozenset[int]
) -> list[Step]:
    """Folders, copies and links, with WORKDIR, which the author's own COPY is relative to.

    Returns those of ``describing`` that now stand there.
    """
    copies = parts.copies
    ahead = [step for word in _AHEAD[copies.workdir] for step in describing if step.keyword == word]
    between = [step for step in describing if step.keyword == "WORKDIR" and copies.own and step not in ahead]
    writer.blank()
    _write_own(writer, folders(copies))
    for step in ahead:
        _write_described(writer, parts, step, tail)
    _write_own(writer, [*prefix_copy(copies, stage), *path_copies(copies, copies.paths, stage)])
    for step in between:
        _write_described(writer, parts, step, tail)
    for line in own_copies(copies):
        _write_along(writer, parts, line, tail)
    _write_own(writer, [*path_copies(copies, copies.late, stage), *after_copies(copies)])
    return [*ahead, *between]


def _write_own(writer: Writer, lines: list[Line]) -> None:
    for line in lines:
        writer.own(line.text, *line.decisions)


def _write_along(writer: Writer, parts: Parts, line: Line, tail: frozenset[int]) -> None:
    """An instruction of the author's with its comments."""
    for comment in _comments_along(parts, line, tail):
        writer.add(comment)
    writer.add(line.text, *line.decisions)
    if line.step is not None and line.step.instruction.heredocs:
        writer.blank()  # hadolint reads no instruction right behind a heredoc


def _write_prelude(writer: Writer, parts: Parts, tail: frozenset[int]) -> None:
    """The author's settings and RUNs in their order, with what the program finds its environment by."""
    before = _write_grouped(writer, parts, own_lines(parts), tail)
    if parts.env:
        if before != "settings":
            writer.blank()
        pairs = " \\\n    ".join(f"{key}={value}" for key, value in parts.env)
        writer.own(f"ENV {pairs}\n", "environment-variables")


def _write_grouped(writer: Writer, parts: Parts, lines: list[Line], tail: frozenset[int]) -> str:
    """Settings and RUNs with a blank line between them. Returns which of them came last."""
    before = ""
    for line in lines:
        assert line.step is not None
        kind = "settings" if line.step.keyword in STATE else "packages"
        if kind != before:
            writer.blank()
        _write_along(writer, parts, line, tail)
        before = kind
    return before


def write_common(writer: Writer, parts: Parts, above: Sequence[Node]) -> None:
    """The stage that both stand on, where there is one; ``above`` are the comments of the author's FROM."""
    writer.nodes(above)
    if not parts.common.name:
        return
    writer.add(_COMMON)
    _write_base(writer, parts, parts.common.image, parts.common.name)
    _write_grouped(writer, parts, common_lines(parts), frozenset())
    writer.blank()


def _comments_along(parts: Parts, line: Line, tail: frozenset[int]) -> list[str]:
    """The comments of an instruction that moves here, or stands in both stages as it is."""
    evidence = parts.evidence
    assert line.step is not None
    above = _comments_above(evidence, line.step.line)
    if line.step.line in tail | parts.common.lines | parts.common.left:
        return _without_blank_lines(above)
    if line.text.strip() != line.step.instruction.source.strip():
        return []  # it may speak of what is left out here
    apart = max((index for index, text in enumerate(above) if not text.strip()), default=-1)
    return above[apart + 1 :]


def _write_described(writer: Writer, parts: Parts, step: Step, tail: frozenset[int]) -> None:
    here = step.stage == parts.evidence.stages[-1].index
    _write_moved(writer, parts, step, with_comments=here and (step.line in tail or step.keyword in MOVED))


def _write_packages(writer: Writer, parts: Parts) -> None:
    """What the final stage installs by name, beside the author's own commands (R36, R46)."""
    report = parts.evidence.report
    if parts.os_packages.others or parts.packages:
        writer.blank()
    for other in parts.os_packages.others:
        writer.add(f"# The OS packages that {other.by} installs by itself.\n")
        writer.own(install(report, other.names), "other-packages")
    writer.add(install(report, parts.packages), PACKAGES)


def _write_runner_from(writer: Writer, parts: Parts, name: str) -> None:
    if parts.common.name:
        writer.own(f"FROM {parts.common.name} {writer.keyword('AS')} {name}\n", "runner-base", "python")
        return
    _write_base(writer, parts, parts.bases.written or parts.bases.runner, name)


def _write_base(writer: Writer, parts: Parts, image: str, name: str) -> None:
    source = parts.evidence.origin.source
    platform = source.flag("platform")
    flag = f"--platform={platform} " if platform else ""
    if parts.bases.builder is None and image == parts.evidence.base:
        image = source.arguments.split()[0]
    writer.own(f"FROM {flag}{image} {writer.keyword('AS')} {name}\n", "runner-base", "python")


def _write_scripts(writer: Writer, parts: Parts, builder: str) -> None:
    """What calls of uv that stay need (R24, R51)."""
    scripts = parts.scripts
    if scripts.copied_uv is not None or scripts.shim is not None:
        writer.blank()
    if scripts.copied_uv is not None:
        path = scripts.copied_uv
        writer.add(_WHY["free" if scripts.kept == FREE else scripts.decision])
        writer.own(f"COPY --from={builder} {path} {path}\n", scripts.decision)
        pairs = " \\\n    ".join(f"{name}={value}" for name, value in scripts.kept)
        writer.own(f"ENV {pairs}\n", scripts.decision)
    if scripts.shim is not None:
        writer.add("# Stands in for uv: `uv run X` starts X.\n")
        writer.own(scripts.shim, scripts.decision)


def _write_moved(writer: Writer, parts: Parts, step: Step, *, with_comments: bool) -> None:
    if with_comments:
        comments = _comments_above(parts.evidence, step.line)
        ends_blank = writer.text.endswith("\n\n")
        for comment in _without_blank_lines(comments) if ends_blank else comments:
            writer.add(comment)
    if step.keyword == "WORKDIR" and not step.instruction.arguments.lstrip().startswith("/"):
        writer.own(f"WORKDIR {parts.evidence.workdir}\n")
        return
    decisions = STARTED if step.line in parts.moved else ()
    writer.add(parts.moved.get(step.line, bare(step.instruction)), *decisions)


def _comments_above(evidence: Evidence, line: int) -> list[str]:
    """The comments between an instruction and the one before, with one blank line in front at most."""
    found: list[str] = []
    for node in reversed([n for n in evidence.dockerfile.nodes if n.line < line]):
        if isinstance(node, Instruction) or node.kind == "directive":
            break
        found.append(node.source)
    found.reverse()
    while len(found) > 1 and not found[0].strip() and not found[1].strip():
        found.pop(0)
    return found


def _without_blank_lines(comments: list[str]) -> list[str]:
    """Without the blank lines in front."""
    return list(itertools.dropwhile(lambda text: not text.strip(), comments))
