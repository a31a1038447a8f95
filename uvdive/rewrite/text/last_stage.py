"""The stage that runs, line by line in its canonical order."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.text.syntax import Instruction, Node
from uvdive.rewrite.choices import PACKAGES
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.packages import install
from uvdive.rewrite.start import FREE
from uvdive.rewrite.text.bare import bare_copies
from uvdive.rewrite.text.comments import holding, nodes_holding
from uvdive.rewrite.text.common import common_lines, own_lines
from uvdive.rewrite.text.parts import Parts
from uvdive.rewrite.text.runner import (
    MOVED,
    STANDS_IN,
    STARTED,
    STATE,
    Line,
    after_copies,
    folders,
    given_paths,
    last_of_each,
    own_copies,
    path_copies,
    prefix_copy,
)
from uvdive.rewrite.text.writer import Writer, bare

_TITLE = "# The final image: the environment and the app, copied from the build stage.\n"
_BEYOND = "# What the app needs of the system and this base, which has no shell, lacks.\n"
_BEYOND_NAMED = "# What the app needs of the system and this base lacks.\n"
_COMMON = "# What both stages need of the system.\n"
_AHEAD = {"before": ("WORKDIR",), "as-user": ("USER", "WORKDIR"), "after": ()}
"""What stands in front of the copies."""
_STARTS = frozenset(("HEALTHCHECK", "ENTRYPOINT", "CMD"))

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
    below = parts.common.lines if parts.common.stage is not None else frozenset()
    describing = last_of_each([step for step in evidence.steps if step.line not in below])
    written = _write_copies(writer, parts, names[0], describing, tail)
    writer.blank()
    rest = [
        step
        for step in describing
        if step not in written
        and not (step.keyword == "USER" and parts.user is not None)
        and not (step.keyword == "CMD" and evidence.last("CMD") is None)
    ]
    ahead = ahead_of_start(rest)
    for step in rest[:ahead]:
        _write_described(writer, parts, step, tail)
    _write_user(writer, parts)
    for step in rest[ahead:]:
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
    bare = parts.bases.bare
    writer.blank()
    if bare is not None:
        if bare.brought or bare.python:
            writer.add(_BEYOND_NAMED if bare.shell else _BEYOND)
        _write_own(writer, bare_copies(bare, copies, stage))
        writer.blank()
    else:
        _write_own(writer, folders(copies))
    for step in ahead:
        _write_described(writer, parts, step, tail)
    _write_own(writer, [*prefix_copy(copies, stage), *path_copies(copies, copies.paths, stage)])
    for step in between:
        _write_described(writer, parts, step, tail)
    for line in own_copies(copies, parts.evidence.dockerfile.escape):
        _write_along(writer, parts, line, tail)
    after = after_copies(copies) if bare is None else []
    _write_own(writer, [*path_copies(copies, copies.late, stage), *after, *given_paths(parts.user, stage)])
    return [*ahead, *between]


def ahead_of_start(steps: Sequence[Step]) -> int:
    """How many instructions stand in front of USER: it comes right before what starts and checks.

    A WORKDIR stays in front of it, as the folder that it makes belongs to the user who is set.
    """
    roots = max((index + 1 for index, step in enumerate(steps) if step.keyword == "WORKDIR"), default=0)
    starts = (index for index, step in enumerate(steps) if step.keyword in _STARTS and index >= roots)
    return next(starts, len(steps))


def _write_user(writer: Writer, parts: Parts) -> None:
    """Who the program runs as, behind all that root does (R64)."""
    user = parts.user
    if user is None:
        return
    if user.home:
        writer.own(f"ENV HOME={user.home}\n", "user")
    writer.own(f"USER {user.name}\n", "user")


def _write_own(writer: Writer, lines: list[Line]) -> None:
    for line in lines:
        writer.own(line.text, *line.decisions)


def _write_along(writer: Writer, parts: Parts, line: Line, tail: frozenset[int]) -> None:
    """An instruction of the author's with its comments."""
    for comment in _comments_along(writer, parts, line, tail):
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
    writer.nodes(_above_from(writer, parts, above))
    if not parts.common.name or parts.common.stage is not None:
        return
    if writer.text:
        writer.blank()  # a comment of the author's speaks of the file or of the image
    writer.add(_COMMON)
    _write_base(writer, parts, parts.common.image, parts.common.name)
    _write_grouped(writer, parts, common_lines(parts), frozenset())
    writer.blank()


def _above_from(writer: Writer, parts: Parts, above: Sequence[Node]) -> list[Node]:
    """The comments above the author's FROM that still hold: its image may be another one now."""
    changed = parts.common.uv is not None or parts.bases.builder is not None
    single = len(parts.evidence.stages) == 1
    return nodes_holding(above, "" if changed else "uv", writer.left, builds=single)


def _comments_along(writer: Writer, parts: Parts, line: Line, tail: frozenset[int]) -> list[str]:
    """The comments of an instruction that moves here, or stands in both stages as it is."""
    evidence = parts.evidence
    assert line.step is not None
    above = _comments_above(evidence, line.step.line)
    if line.step.line in parts.common.lines | parts.common.left:
        return _without_blank_lines(above)
    if line.step.line in tail:
        return _without_blank_lines(_holding(writer, parts, above, line.text))
    if line.text.strip() != line.step.instruction.source.strip():
        return []  # it may speak of what is left out here
    apart = max((index for index, text in enumerate(above) if not text.strip()), default=-1)
    return _holding(writer, parts, above[apart + 1 :], line.text)


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
        _write_unpinned(writer, parts)
        writer.own(install(report, other.names), "other-packages")
    if parts.packages:
        _write_unpinned(writer, parts)
    writer.add(install(report, parts.packages), PACKAGES)


def _write_unpinned(writer: Writer, parts: Parts) -> None:
    """Say why no version is named, where the author's own file installs no packages at all."""
    if any(run.has("os-packages") for run in parts.runs):
        return
    rule = "DL3018" if install(parts.evidence.report, ("x",)).startswith("RUN apk") else "DL3008"
    writer.add(f"# No version is named, as the archive keeps only its newest.\n# hadolint ignore={rule}\n")


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
        writer.add(STANDS_IN)
        writer.own(scripts.shim, scripts.decision)


def _write_moved(writer: Writer, parts: Parts, step: Step, *, with_comments: bool) -> None:
    relative = step.keyword == "WORKDIR" and not step.instruction.arguments.lstrip().startswith("/")
    text = f"WORKDIR {parts.evidence.workdir}\n" if relative else bare(step.instruction)
    text = parts.moved.get(step.line, text)
    if with_comments:
        comments = _holding(writer, parts, _comments_above(parts.evidence, step.line), text)
        ends_blank = writer.text.endswith("\n\n")
        for comment in _without_blank_lines(comments) if ends_blank else comments:
            writer.add(comment)
    if relative and step.line not in parts.moved:
        writer.own(text)
        return
    writer.add(text, *(STARTED if step.line in parts.moved else ()))


def _holding(writer: Writer, parts: Parts, comments: list[str], text: str) -> list[str]:
    """The comments that hold in a stage without uv; all where uv or a stand-in comes along."""
    if parts.scripts.copied_uv is not None or parts.scripts.shim is not None:
        return comments
    return holding(comments, text, writer.left)


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
