"""What both stages would do in the same words: once, in a stage below both (R28, R33)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from uvdive.base.paths import is_below
from uvdive.distro.kinds import only_builds
from uvdive.distro.needs import TOOLS
from uvdive.dockerfile.shell.commands import program_words
from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.copies import hands_over, last_build
from uvdive.rewrite.evidence.commands.command_kinds import SIDE
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.text.installing import only_installs
from uvdive.rewrite.text.made_folders import making, without_made
from uvdive.rewrite.text.own_base import own_base
from uvdive.rewrite.text.parts import Common, Parts
from uvdive.rewrite.text.repeated_run import repeated_text, rest_of
from uvdive.rewrite.text.runner import Line, prelude
from uvdive.rewrite.text.writer import bare
from uvdive.uv.images import Reference, without_uv

_UV_TOOLS = re.compile(r"\buv\s+tool\b|UV_TOOL_BIN_DIR")
_NAME = re.compile(r"\$\{?([A-Za-z_]\w*)")


@dataclass(frozen=True, slots=True)
class _Ground:
    """The image that both stages can stand on; ``uv`` is the one that the build takes uv from then."""

    image: str
    uv: str | None


def with_common(parts: Parts) -> Parts:
    """The parts with what both stages share, and without what only the last one needs in the build.

    A RUN goes into a stage of its own where both would repeat it and can stand on one image; what it
    does behind that stays in the build.
    Where it only installs what the start names (curl for a health check) the build leaves it out.

    Raises:
        Refused: R63, a base that runs nothing needs folders that no stage can make.
    """
    evidence = parts.evidence
    if parts.bases.bare is not None:
        _check_targets(parts)
        return parts  # its last stage runs nothing
    if parts.targets or (evidence.shared and evidence.stages[-1].parent is None):
        return parts
    lines = _prelude(parts)
    runs = {run.step.line: run for run in parts.runs}
    if evidence.stages[-1].parent is not None:
        same = [line for line in lines if _rest(parts, line, runs) == ""]
        return replace(parts, common=own_base(parts, lines, same) or parts.common)
    rests = {id(line): rest for line in lines if (rest := _rest(parts, line, runs)) is not None}
    handover = _handover(parts, runs)
    made = {line: text for line, text in making(parts, runs).items() if line not in handover}
    for line in lines:
        if _line(line) in made and runs[_line(line)].step.by_root:
            rests[id(line)] = ""
    whole = [line for line in lines if id(line) in rests and _line(line) not in handover]
    ground = _ground(parts)
    starts = [line for line in whole if _only_serves_the_start(evidence, runs[_line(line)])]
    shared = [] if ground is None else _leading(lines, [line for line in whole if line not in starts])
    if not any(line.step is not None and line.step.keyword == "RUN" for line in shared):
        left = {*map(_line, starts), *handover}
        if only_installs([run for run in parts.runs if run.step.line not in left]):
            own = (runs[_line(line)] for line in whole)
            left |= {r.step.line for r in own if _only_runs(r) or _is_for_later(evidence, r, handover)}
        return replace(parts, common=Common(left=frozenset(left)))
    assert ground is not None
    common = Common(
        name=evidence.free_name("base", "common", "system", "uvdive-base"),
        image=ground.image,
        uv=ground.uv,
        lines=frozenset({*map(_line, shared), *made}),
        left=frozenset({*map(_line, starts), *handover}),
        made=frozenset(made),
        rests={_line(line): rest for line in shared if (rest := rests.get(id(line)))},
    )
    return replace(parts, copies=without_made(parts, made), common=common)


def _check_targets(parts: Parts) -> None:
    """Targets share one build stage, which nothing is added to: folders and links cannot be made there.

    Raises:
        Refused: R63.
    """
    if parts.targets and (parts.copies.folders or parts.copies.links):
        raise Refused(
            "R63",
            f"{parts.bases.runner} cannot make folders and links, and the build stage belongs to several "
            "targets. Keep the build's own base (`--choose final-base=slim`).",
            parts.evidence.origin.source.line,
        )


def note_common(parts: Parts, notes: Notes) -> None:
    """Say what stands once below both stages, and what the build does without."""
    common = parts.common
    if common.stage is not None:
        notes.decide(
            "common-base",
            "R33",
            parts.evidence.stages[common.stage].source.line,
            f"The final image stands on your own stage {common.name} too",
            "It has no uv, so nothing of it has to be said twice.",
        )
    elif common.name:
        more = f" The build takes uv from {common.uv}." if common.uv else ""
        notes.decide(
            "common-base",
            "R33",
            min(common.lines),
            f"What both stages need of the system is in a stage of its own, {common.name}",
            f"It is built once, and a change of the app leaves it.{more}",
        )
    packages = [run.step.line for run in parts.runs if run.has("os-packages")]
    if left := common.left.intersection(packages):
        notes.decide(
            "start-packages",
            "R33",
            min(left),
            "The build stage does without packages that only run",
            "Nothing in the build calls them.",
        )


def _handover(parts: Parts, runs: dict[int, Run]) -> list[int]:
    """The RUN at the end that only makes the user and gives the files away, which COPY does now."""
    evidence = parts.evidence
    last = last_build(evidence) if evidence.report is None else None
    given = any(is_below(path, evidence.workdir) for path in parts.copies.chown)
    if last is None or not given or last.line in parts.edits:
        return []
    run = runs.get(last.line)
    return [last.line] if run is not None and hands_over(run, evidence.workdir) else []


def _prelude(parts: Parts) -> list[Line]:
    runs = {run.step.line: run for run in parts.runs} if parts.bases.bare is None else {}
    return prelude(parts.evidence, runs, parts.os_packages, parts.early, parts.environs, parts.copies.own)


def _line(line: Line) -> int:
    assert line.step is not None
    return line.step.line


def _rest(parts: Parts, line: Line, runs: dict[int, Run]) -> str | None:
    """What the build does on top of what the last stage repeats of a RUN, but for the numbers of users.

    Empty where that is all of it; None where they cannot share it: it runs as a user, or is changed
    in the build.
    """
    assert line.step is not None
    run = runs.get(line.step.line)
    if run is None or not line.step.by_root or line.step.line in parts.edits:
        return None
    escape = parts.evidence.dockerfile.escape
    same = repeated_text(run, parts.os_packages, (), "", escape)
    if same is not None and same.strip() == bare(line.step.instruction).strip():
        return ""
    return rest_of(run, parts.os_packages, escape)


def _leading(lines: Sequence[Line], whole: Sequence[Line]) -> list[Line]:
    """What the shared stage gets: the RUNs up to the first that both do not share, and what they use."""
    last = -1
    for index, line in enumerate(lines):
        assert line.step is not None
        if line in whole:
            last = index
        elif line.step.keyword == "RUN":
            break
    found = [line for line in lines[: last + 1] if line.step is not None]
    used = {
        name
        for line in found
        if line.step and line.step.keyword != "ARG"
        for name in _NAME.findall(line.text)
    }
    return [
        line
        for line in found
        if line.step is not None
        and (line.step.keyword != "ARG" or _names_of_arg(line) & used or _asks(line))
        and (line.step.keyword != "ENV" or line.text.strip() == line.step.instruction.source.strip())
    ]


def _names_of_arg(line: Line) -> set[str]:
    return set(re.findall(r"(?:^ARG|(?<=\s))([A-Za-z_]\w*)", line.text, re.IGNORECASE))


def _asks(line: Line) -> bool:
    """Is it a setting that apt and its packages read from the environment?"""
    return re.search(r"\b(?:DEBIAN_FRONTEND|TZ|ACCEPT_EULA)\b", line.text) is not None


def _only_serves_the_start(evidence: Evidence, run: Run) -> bool:
    """Does a RUN only install programs that start commands name, and no other RUN does?"""
    if set(run.classes) - {"os-packages", *SIDE} or not run.has("os-packages"):
        return False
    names = _installed(run)
    starts = " ".join(
        command_text(step.instruction)
        for step in (evidence.last(keyword) for keyword in ("HEALTHCHECK", "ENTRYPOINT", "CMD"))
        if step is not None
    )
    others = " ".join(
        command_text(step.instruction) for step in evidence.runs() if step.line != run.step.line
    )
    programs = [name for name in names if name != "ca-certificates"]
    return bool(programs) and all(_word(name, starts) and not _word(name, others) for name in programs)


def _only_runs(run: Run) -> bool:
    """Does a RUN only install what programs use, and nothing that builds or fetches?"""
    if set(run.classes) - {"os-packages", *SIDE} or not run.has("os-packages"):
        return False
    names = _installed(run)
    lists = bool(names) or "update" in run.text
    return lists and not any(only_builds(name) or name in TOOLS or "$" in name for name in names)


def _is_for_later(evidence: Evidence, run: Run, handover: Sequence[int]) -> bool:
    """Does a RUN only make users, while nothing of the build is theirs, as COPY names the owner now?"""
    line = run.step.line
    if set(run.classes) != {"user"} or not handover:
        return False
    build = [s for s in evidence.steps if s.keyword in ("RUN", "COPY", "ADD") and s.line not in handover]
    names = {word.text for part, _ in run.parts for command in part.commands for word in command.words}
    if any(not step.by_root for step in build) or any(step.instruction.flag("chown") for step in build):
        return False
    others = " ".join(command_text(step.instruction) for step in build if step.line != line)
    return not any(_word(name, others) for name in names if re.fullmatch(r"[a-z_]\w*", name))


def _word(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", text) is not None


def _installed(run: Run) -> list[str]:
    """The packages that plain commands of a RUN install."""
    found: list[str] = []
    for part, _ in run.parts:
        for command in part.commands:
            words = [word.text for word in program_words(command)]
            if {"install", "add"} & set(words[1:]):
                found += [
                    word for word in words[1:] if not word.startswith("-") and word not in ("install", "add")
                ]
    return found


def _ground(parts: Parts) -> _Ground | None:
    """What both stages can stand on: their one image, or that of a uv image without uv."""
    evidence, bases = parts.evidence, parts.bases
    runner = bases.written or bases.runner
    if (bases.builder or evidence.base) == bases.runner:
        return _Ground(runner, None)
    reference = Reference.read(evidence.base)
    os = evidence.report.os if evidence.report else None
    written = evidence.origin.source.arguments.split()[0]
    derived = reference.family in ("uv", "uv-python") and without_uv(reference, os) == bases.runner
    if bases.builder is not None or not derived or "$" in written or any(map(_uses_tools, evidence.steps)):
        return None
    return _Ground(runner, written)


def _uses_tools(step: Step) -> bool:
    return _UV_TOOLS.search(step.instruction.value) is not None


def common_lines(parts: Parts) -> list[Line]:
    """What stands in the shared stage, in the author's order."""
    common = parts.common
    made = [
        Line(bare(step.instruction), ("folders",), step)
        for step in parts.evidence.runs()
        if step.line in common.made
    ]
    found = [
        line
        for line in _prelude(parts)
        if _line(line) in common.lines and (line.step is None or _line(line) not in common.made)
    ]
    return sorted([*found, *made], key=_line)


def own_lines(parts: Parts) -> list[Line]:
    """What the last stage has of settings, packages and users beside the shared stage."""
    common = parts.common.lines
    return [line for line in _prelude(parts) if _line(line) not in common or _is_arg(line)]


def _is_arg(line: Line) -> bool:
    return line.step is not None and line.step.keyword == "ARG"
