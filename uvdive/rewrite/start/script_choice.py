"""Start scripts that call uv: changed, or given uv, or given a stand-in for it (R24, R51)."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field

from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.environment import RunCall
from uvdive.rewrite.evidence.files.context_files import places_of, sources
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.plan import FileChange
from uvdive.rewrite.start.crontab import is_cron, patched
from uvdive.rewrite.start.script_finder import Script
from uvdive.rewrite.start.shell_edit import NotUnderstoodError, Strip, edit, resets, still_calls
from uvdive.rewrite.start.surroundings import Spot, Surroundings
from uvdive.rewrite.start.task_lines import patched_lines, programs_of
from uvdive.rewrite.start.uv_run import UV, WITH_UV, Stripped, strip
from uvdive.uv.mentions import brings_uv
from uvdive.uv.run_options import HARMLESS_FLAGS

KEPT = (
    ("UV_NO_SYNC", "1"),
    ("UV_NO_CACHE", "1"),
    ("UV_OFFLINE", "1"),
    ("UV_PYTHON_DOWNLOADS", "never"),
)
"""With these a uv that stays finds the environment ready and changes nothing (R24)."""

FREE = (("UV_NO_SYNC", "0"), ("UV_OFFLINE", "0"))
"""These say that a uv that stays is meant to install something, as it does without them (R24)."""

_UV_PATH = "/usr/local/bin/uv"

_HANDLES = r"(?:^|[&;|\n])(?>[^&;|\n]*?\b(?:chmod|chown|ls|crontab)\b)"


@dataclass(slots=True)
class ScriptPlan:
    """What the choice comes to.

    ``edits`` are new sources of the author's instructions by line, ``changes`` the
    other files. ``lines`` go into the last stage; ``nodes`` are what they copy from
    the build stage. ``sync`` are options that the build's sync gets, ``calls`` each `uv run`.
    ``kept`` are variables for a uv that stays, ``decision`` is the choice that it or its
    stand-in comes from.
    """

    edits: dict[int, str] = field(default_factory=dict)
    changes: list[FileChange] = field(default_factory=list)
    copied_uv: str | None = None
    shim: str | None = None
    nodes: tuple[int, ...] = ()
    sync: set[tuple[str, ...]] = field(default_factory=set)
    without_uv: bool = False
    kept: tuple[tuple[str, str], ...] = KEPT
    decision: str = "start-scripts"
    calls: list[RunCall] = field(default_factory=list)


@dataclass(slots=True)
class _Survey:
    """One script: its new text, or why there is none; and whether a stand-in would do."""

    script: Script
    new: str = ""
    stays: str = ""
    simple: bool = True
    programs: set[str] = field(default_factory=set)
    sync: set[tuple[str, ...]] = field(default_factory=set)
    calls: list[RunCall] = field(default_factory=list)


def decide(
    scripts: Iterable[Script], evidence: Evidence, files: Files | None, around: Surroundings, notes: Notes
) -> ScriptPlan | None:
    """Choose for all scripts that call uv; None where none does.

    Raises:
        Refused: R19 or R24, one of them does with uv what the final image cannot do.
    """
    surveys = [_survey(script, evidence, around) for script in scripts if script.mentions_uv]
    if not surveys:
        return None
    for survey in surveys:
        survey.stays = survey.stays or _why_not(survey, evidence)
    plan = ScriptPlan(
        sync={option for survey in surveys for option in survey.sync},
        calls=[call for survey in surveys for call in survey.calls],
    )
    uv = uv_path({name for survey in surveys for name in survey.programs}, evidence, files)
    stays = next((f"{s.script.path} {s.stays}" for s in surveys if s.stays), "")
    # cron hands no variables on, which a uv that stays and its stand-in would need.
    cron = any(is_cron(survey.script.path) for survey in surveys)
    stand_in = not cron and _shimmed(surveys)
    offered = {
        "patch": "" if stays else "call the environment's programs in it",
        "shim": "keep it, with a stand-in for uv that starts the program" if stand_in else "",
        "keep-uv": "keep it, with uv in the final image" if uv is not None and not cron else "",
    }
    possible = {value: words for value, words in offered.items() if words}
    line = surveys[0].script.line
    if not possible:
        how = f" with their full path ({around.env.bin}/…)" if cron else " directly"
        raise Refused("R24", f"{stays}. Call the programs of the environment there{how}.", line)
    chosen = notes.choose(
        CHOICES["start-scripts"],
        line,
        f"The build makes the environment complete, so uv has nothing to do there but to start the program"
        f"{f'; {stays}' if stays else ''}.",
        about=_about(surveys),
        offered=possible,
        default="patch" if not stays else "keep-uv" if uv is not None else "shim",
    )
    _apply(chosen, plan, surveys, evidence, files, uv)
    if plan.shim:
        notes.allowed.paths.update(_paths(surveys))
    elif plan.without_uv:
        notes.allowed.paths.update(survey.script.path for survey in surveys)
        notes.allowed.paths.update(
            path for change in plan.changes for path in places_of(evidence, change.path)
        )
    if plan.copied_uv:
        notes.allowed.config.update(f"Env:{name}" for name, _ in KEPT)
    return plan


def _about(surveys: list[_Survey]) -> str:
    calling = [survey.script.path for survey in surveys if not survey.script.unread]
    if calling:
        return f"{', '.join(calling)} {'calls' if len(calling) == 1 else 'call'} uv when the container starts"
    unread = [survey.script.path for survey in surveys]
    return f"{', '.join(unread)} may call uv when the container starts"


def _apply(
    value: str,
    plan: ScriptPlan,
    surveys: list[_Survey],
    evidence: Evidence,
    files: Files | None,
    uv: str | None,
) -> None:
    if value == "keep-uv":
        plan.copied_uv = uv
        node = files.follow(uv) if files is not None and uv is not None else None
        plan.nodes = () if node is None else (node,)
        return
    plan.without_uv = True
    if value == "shim":
        plan.shim = _shim(surveys)
        return
    for survey in surveys:
        script = survey.script
        if script.source is not None:
            plan.changes.append(FileChange.of(script.source, script.text, survey.new))
        else:
            changed = _changed(survey, evidence)
            assert changed is not None
            plan.edits[changed[0]] = changed[1]


def _survey(script: Script, evidence: Evidence, around: Surroundings) -> _Survey:
    survey = _Survey(script)
    if script.unread:
        survey.stays, survey.simple = script.unread, False
        return survey
    if is_cron(script.path):
        _survey_cron(survey, evidence, around)
        return survey
    ask = _asker(survey, around)
    if not script.is_shell:
        _survey_lines(survey, ask)
        return survey
    try:
        survey.new = edit(script.text, ask, lambda _words: None)
    except NotUnderstoodError:
        raise Refused(
            "R24",
            f"{script.path} calls uv when the container starts, in shell code that is not understood. Call "
            "the environment's programs there directly.",
            script.line,
        ) from None
    if not survey.stays and still_calls(survey.new, UV):
        survey.stays = "uses uv for more than to start a program"
        survey.simple = False
    if not survey.stays and (name := resets(script.text)):
        survey.stays = f"sets {name} itself"
        survey.simple = False
    return survey


def _survey_lines(survey: _Survey, ask: Strip) -> None:
    """A task file, whose lines are commands, or a text of another kind."""
    script = survey.script
    try:
        survey.new = patched_lines(script.path, script.text, ask)
    except NotUnderstoodError:
        survey.new = ""
        survey.stays = survey.stays or "is no shell script, so nobody knows where it calls uv"
        _survey_words(script, ask)


def _survey_cron(survey: _Survey, evidence: Evidence, around: Surroundings) -> None:
    script = survey.script
    try:
        survey.new = patched(script.path, script.text, evidence, around, lambda here: _asker(survey, here))
    except NotUnderstoodError:
        survey.stays = survey.stays or "calls uv in a line that is not understood"


def _asker(survey: _Survey, around: Surroundings) -> Strip:
    def ask(words: tuple[str, ...], spot: Spot | None = None) -> Stripped | None:
        script = survey.script
        try:
            stripped = strip(words, around.within(spot), script.line)
        except Refused as refused:
            if refused.rule in WITH_UV:
                why = str(refused).partition(". ")[0].rstrip(".")
                survey.stays = survey.stays or f"calls uv in a way that needs uv ({why})"
                survey.programs.add(words[0])
                survey.simple = survey.simple and len(words) > 2 and not words[2].startswith("-")
                return None
            number = next((i for i, text in enumerate(script.text.splitlines(), 1) if words[-1] in text), 1)
            raise Refused(refused.rule, f"{script.path}, line {number}: {refused}", script.line) from None
        if stripped is None or stripped.runner != "uv run":
            return None
        survey.programs.add(words[0])
        survey.sync |= set(stripped.sync)
        survey.calls += [stripped.call] if stripped.call is not None else []
        valued = any(word.startswith("-") for word in words[1:2]) or any(
            not word.startswith("-") for word in words[2 : stripped.rest]
        )
        survey.simple = survey.simple and stripped.folder is None and not valued
        return stripped

    return ask


def _survey_words(script: Script, ask: Strip) -> None:
    """Find what forbids it even with uv, in the calls of a text that is no shell script."""
    for line in script.text.splitlines():
        match = UV.search(line)
        if match is None or line.lstrip().startswith(("#", ";")):
            continue
        call = re.sub(r"""["'`\[\](),]+""", " ", line[match.start() :])
        words = tuple(call.split())
        if words[1:2] == words[:1]:  # execvp("uv", ["uv", …])
            words = words[1:]
        if len(words) > 1:
            ask(words, None)


def _why_not(survey: _Survey, evidence: Evidence) -> str:
    """Why a script's text cannot be changed where it comes from."""
    script = survey.script
    if "\ufffd" in script.text:
        return "is not UTF-8 text, so it is not changed"
    name = posixpath.basename(script.path)
    readers = programs_of(script.path)
    for run in evidence.runs():
        text = command_text(run.instruction)
        if any(re.search(rf"(?:^|[\s;&|/]){reader}(?:\s|$)", text) for reader in readers):
            return "is used in the build too"
        changed = _changed(survey, evidence)
        calls = re.search(rf"(?:^|[\s;&|/]){re.escape(name)}(?:\s|$)", text)
        handled = re.search(rf"{_HANDLES}[^&;|\n]*{re.escape(name)}", text)
        if calls and not handled and (changed is None or run.line != changed[0]):
            return "is used in the build too"
    if script.source is None and _changed(survey, evidence) is None:
        return "is written in the build, so it has no text that could be changed"
    return ""


def _changed(survey: _Survey, evidence: Evidence) -> tuple[int, str] | None:
    """The instruction that writes the script, changed: its line and its new source; None for none."""
    old, new = survey.script.text.rstrip("\n"), survey.new.rstrip("\n")
    for step in reversed(evidence.steps):
        source = step.instruction.source
        for heredoc in step.instruction.heredocs:
            if heredoc.body.rstrip("\n") == old and source.count(old) == 1:
                return step.line, source.replace(old, new)
        into_cron = is_cron(survey.script.path) and re.search(r"\bcrontab\b", source)
        wrote = step.line == survey.script.written or survey.script.path in source
        if step.keyword == "RUN" and (wrote or into_cron):
            return _changed_lines(step, old, new)
    return None


def _changed_lines(step: Step, old: str, new: str) -> tuple[int, str] | None:
    """A RUN with the lines of its `echo` or `printf` changed, where they stand in it as they come out."""
    source = step.instruction.source
    pairs = dict(zip(old.splitlines(), new.splitlines(), strict=True))
    for before, after in pairs.items():
        if before == after:
            continue
        if source.count(before) != old.count(before):
            return None
        source = source.replace(before, after)
    return step.line, source


def uv_path(named: Iterable[str], evidence: Evidence, files: Files | None) -> str | None:
    """Where uv is in the image, by the names that it is called by; None where it is not found.

    Without an image to look into it is where the Dockerfile puts it.
    """
    if files is None:
        return _written_path(evidence)
    given = {name for name in named if name.startswith("/")}
    places = [*sorted(given), *(f"{folder}/uv" for folder in ("/usr/local/bin", "/usr/bin", "/bin"))]
    places += ["/root/.local/bin/uv", "/root/.cargo/bin/uv"]
    return next((path for path in places if files.inode_at(path) is not None), None)


def _written_path(evidence: Evidence) -> str:
    """Where the instructions put uv: a COPY's target, the installer's folder, or pip's."""
    for step in reversed(evidence.steps):
        if not brings_uv(step.instruction):
            continue
        if step.keyword in ("COPY", "ADD") and step.instruction.flag("from") is not None:
            given, target = sources(step)
            if any(posixpath.basename(source) == "uv" for source in given):
                return f"{target}uv" if target.endswith("/") else target
        text = command_text(step.instruction)
        if step.keyword == "RUN" and not re.search(r"\bpip3?\s+install\b", text):
            named = re.search(r"\bUV_(?:UNMANAGED_)?INSTALL(?:_DIR)?=[\"']?(/[^\s\"';&|]+)", text)
            folder = named[1] if named else step.values.get("UV_INSTALL_DIR") or "/root/.local/bin"
            return posixpath.join(folder, "uv")
    return _UV_PATH


def _shimmed(surveys: list[_Survey]) -> bool:
    return all(survey.simple for survey in surveys) and len(_paths(surveys)) == 1


def _paths(surveys: list[_Survey]) -> set[str]:
    return uv_paths(name for survey in surveys for name in survey.programs)


def uv_paths(named: Iterable[str]) -> set[str]:
    """Where a stand-in for uv has to be, for what calls it by these names."""
    return {name if name.startswith("/") else _UV_PATH for name in named} or {_UV_PATH}


def _shim(surveys: list[_Survey]) -> str:
    (path,) = _paths(surveys)
    return stand_in(path)


def stand_in(path: str) -> str:
    """The RUN that writes a stand-in for uv: it starts what `uv run` would start, and refuses all else."""
    flags = "|".join(sorted(HARMLESS_FLAGS))
    lines = (
        "#!/bin/sh",
        '[ "$1" = run ] || { echo "This image has no uv, only: uv run PROGRAM" >&2; exit 127; }; shift',
        f"while case $1 in {flags}) true;; *) false;; esac; do shift; done",
        'case $1 in -m) set -- python "$@";; -*) echo "uv run $1: this image has no uv" >&2; exit 127;;',
        '  *.py) set -- python "$@";; esac',
        'exec "$@"',
    )
    text = " ".join(shlex.quote(line) for line in lines)
    return f"RUN printf '%s\\n' {text} > {path} && chmod 0755 {path}\n"
