"""Calls of uv from outside: those files changed, a stand-in for uv, or uv kept (R24, R25, R51)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from uvdive.base.words import first_of
from uvdive.dockerfile.shell.reading import read_script
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.elsewhere.file_diff import diff_of_edits
from uvdive.rewrite.elsewhere.mounts import serve_mounts, warn_variables
from uvdive.rewrite.elsewhere.slots import Outside
from uvdive.rewrite.elsewhere.survey import survey
from uvdive.rewrite.elsewhere.verdicts import Verdict, stay
from uvdive.rewrite.elsewhere.yaml_places import Edit, with_edits
from uvdive.rewrite.evidence.files.context_files import places_of
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.system.os_needs import Called
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.plan import FileChange
from uvdive.rewrite.start import FREE, KEPT, Start, stand_in, uv_path, uv_paths

_CHOICE = "uv-elsewhere"
_NAMED = 6
# What a base starts that leaves the start to whoever runs the image: an interpreter, a shell, uv.
_IDLE = re.compile(r"python[\d.]*|(?:ba|da|a)?sh|uv|irb|node")


def commands_outside(outside: Outside) -> tuple[tuple[str, ...], ...]:
    """The words of what starts containers of this image, for the scripts behind them."""
    found: list[tuple[str, ...]] = []
    for slot in outside.slots:
        if not slot.sure or slot.duty != "start" or slot.how not in ("words", "shell"):
            continue
        if slot.how == "words":
            found.append(slot.words)
        elif (script := read_script(slot.text)) is not None:
            found += [command.argv for command in script.commands]
    return tuple(found)


def texts_outside(outside: Outside) -> list[str]:
    """The texts of what runs in containers that may be this image's."""
    return [slot.said for slot in outside.slots if slot.how in ("words", "shell")]


def called_outside(outside: Outside) -> tuple[Called, ...]:
    """The words of all commands from outside that run in a container, for the programs among them."""
    found: dict[Called, None] = {}
    for slot in outside.slots:
        if slot.how not in ("words", "shell"):
            continue
        script = read_script(slot.said)
        words = [word.text for command in script.commands for word in command.words] if script else []
        for word in (*slot.words, *words, *slot.said.split()):
            found[Called(word.rsplit("/", 1)[-1], slot.where, slot.sure)] = None
    return tuple(found)


@dataclass(slots=True)
class _Uses:
    """The verdicts, by what follows from them."""

    starts: list[Verdict]
    asked: list[Verdict]
    unsure: list[Verdict]
    unstarted: bool

    @property
    def stays(self) -> list[Verdict]:
        """What starts with uv and cannot be changed."""
        return [verdict for verdict in self.starts if verdict.why]

    @property
    def served(self) -> list[Verdict]:
        """What one of the values can serve; what uv installs on demand none can but keeping it as it is."""
        return [*self.starts, *(each for each in self.asked if each.needs != "network")]


def serve_outside(
    outside: Outside, evidence: Evidence, files: Files | None, start: Start, notes: Notes
) -> Start:
    """Decide for all calls of uv from outside, and say where each is.

    Raises:
        Refused: R24, the container starts with uv by a file that cannot be changed, and uv is not
            where it could be kept from.
    """
    for sentence in outside.unread:
        notes.warn("R24", None, sentence)
    uses = _uses(outside, evidence, start)
    edits: dict[str, list[Edit]] = {}
    if uses.served or uses.unstarted:
        start = _decide(uses, evidence, files, start, notes, edits)
    if start.scripts.copied_uv is None:
        _warn_unsure(uses.unsure, notes)
        _warn_looking(outside, notes)
    for verdict in uses.asked:
        _warn_asked(verdict, start, notes)
    serve_mounts(outside, evidence, start, notes, edits)
    warn_variables(outside, start, notes)
    changes = _changes(edits, outside, evidence, notes)
    return _with(start, changes=[*start.scripts.changes, *changes])


def _uses(outside: Outside, evidence: Evidence, start: Start) -> _Uses:
    known = {script.source for script in start.found if script.source is not None and script.mentions_uv}
    entry = evidence.last("ENTRYPOINT")
    gone = entry is not None and start.moved.get(entry.line) == ""
    head = entry.instruction.exec_form or () if gone and entry is not None else ()
    found = [
        survey(slot, outside.texts.get(slot.path, ""), start.around, outside.own, head)
        for slot in outside.slots
        if slot.path not in known
    ]
    calling = [verdict for verdict in found if verdict.calls]
    _agree(calling)
    return _Uses(
        [each for each in calling if each.sure and each.slot.duty == "start"],
        [each for each in calling if each.sure and each.slot.duty == "asked"],
        [each for each in calling if not each.sure],
        _is_unstarted(evidence) and not outside.starts,
    )


def _agree(verdicts: Sequence[Verdict]) -> None:
    """Let a text stay that several services share and each would have otherwise."""
    for path in {verdict.slot.path for verdict in verdicts}:
        here = [each for each in verdicts if each.slot.path == path and each.edits and not each.why]
        made = sorted((edit, number) for number, each in enumerate(here) for edit in each.edits)
        for (one, first), (other, second) in itertools.pairwise(made):
            if one != other and other[0] < max(one[1], one[0] + 1) and first != second:
                for verdict in (here[first], here[second]):
                    stay(verdict, "cannot be changed: services share it that would need it otherwise")


def _is_unstarted(evidence: Evidence) -> bool:
    """Has the image no start of its own, so that whoever runs it names the command?"""
    if evidence.starter is not None:
        return False
    if evidence.report is None:
        return True
    config = evidence.report.config
    words = [*(config.entrypoint or ()), *(config.cmd or ())]
    idle = len(words) == 1 and _IDLE.fullmatch(words[0].rsplit("/", 1)[-1]) is not None
    return idle or not words


def _decide(
    uses: _Uses,
    evidence: Evidence,
    files: Files | None,
    start: Start,
    notes: Notes,
    edits: dict[str, list[Edit]],
) -> Start:
    named = {name for verdict in uses.served for name in verdict.programs}
    uv = start.scripts.copied_uv or uv_path(named, evidence, files)
    offered = _offered(uses, start, uv)
    if not offered:
        first = uses.stays[0]
        raise Refused("R24", f"{first.where} {first.why}. Name the program there without `uv run`.")
    chosen = notes.choose(
        CHOICES[_CHOICE],
        None if uses.served else evidence.stages[-1].source.line,
        _reason(uses),
        about=_about(uses),
        offered=offered,
        default=_default(uses, offered),
    )
    start = replace(start, outside=chosen)
    if chosen == "keep-uv":
        return _keeping(uses, start, files, uv, notes)
    removed = start.removed | {"uv run"}
    starts = (*start.starts, *(words for each in uses.starts for words in each.starts))
    sync = start.sync | {option for each in uses.starts for option in each.sync}
    start = replace(start, removed=removed, starts=starts, sync=frozenset(sync))
    if chosen == "shim":
        path = next(iter(uv_paths(named)))
        notes.allowed.paths.add(path)
        return _with(start, shim=stand_in(path), decision=_CHOICE)
    for verdict in (*uses.starts, *uses.asked):
        if not verdict.why:
            edits.setdefault(verdict.slot.path, []).extend(verdict.edits)
    return start


def _offered(uses: _Uses, start: Start, uv: str | None) -> Mapping[str, str]:
    if start.scripts.copied_uv is not None:
        return {"keep-uv": "uv is in the final image, so they stay as they are"}
    named = {name for verdict in uses.served for name in verdict.programs}
    simple = all(verdict.simple and verdict.needs != "network" for verdict in uses.served)
    if uses.served:
        patch = "name the program there; the files are written with the Dockerfile" if not uses.stays else ""
    else:
        patch = "the environment on PATH: start it with PROGRAM in place of `uv run PROGRAM`"
    words = {
        "patch": patch,
        "shim": "a stand-in for uv in the final image, that starts the program"
        if simple and len(uv_paths(named)) == 1
        else "",
        "keep-uv": "uv in the final image, where it installs nothing" if uv is not None else "",
    }
    if words["keep-uv"] and any(verdict.needs == "network" for verdict in uses.starts):
        words["keep-uv"] = "uv in the final image, as in the original"
    return {value: said for value, said in words.items() if said}


def _default(uses: _Uses, offered: Mapping[str, str]) -> str:
    if not uses.unstarted and "patch" in offered:
        return "patch"
    return next(value for value in ("keep-uv", "shim", "patch") if value in offered)


def _about(uses: _Uses) -> str:
    if not uses.served:
        return "The file has neither CMD nor ENTRYPOINT, so a command from outside starts the container"
    places = [verdict.where for verdict in uses.served]
    return f"{first_of(places, 1)} {'call' if len(places) > 1 else 'calls'} uv in the container"


def _reason(uses: _Uses) -> str:
    said = []
    if uses.served:
        places = [verdict.where for verdict in uses.served]
        said.append(
            f"The new image has no uv of its own, and these call it: {first_of(places, _NAMED, '; ')}."
        )
        for why in dict.fromkeys(verdict.why for verdict in uses.stays):
            which = [verdict.where for verdict in uses.stays if verdict.why == why]
            more = f"; the same holds for {len(which) - 1} more" if len(which) > 1 else ""
            said.append(f"{which[0]} {why}{more}.")
    if uses.unstarted:
        said.append(
            "No file says what starts the container (compose, Kubernetes, a person): that command may be "
            "`uv run …`. Without uv it has to name the program itself."
        )
    return " ".join(said)


def _keeping(uses: _Uses, start: Start, files: Files | None, uv: str | None, notes: Notes) -> Start:
    """Keep uv in the final image; bound to what is there, unless something has it install at start."""
    kept = FREE if any(verdict.needs == "network" for verdict in uses.starts) else KEPT
    node = files.follow(uv) if files is not None and uv is not None else None
    notes.allowed.config.update(f"Env:{name}" for name, _ in kept)
    if start.scripts.copied_uv is not None:
        return _with(start, kept=kept)
    return _with(
        start, copied_uv=uv, nodes=() if node is None else (node,), kept=kept, shim=None, decision=_CHOICE
    )


def _with(start: Start, **more: Any) -> Start:
    return replace(start, scripts=replace(start.scripts, **more))


def _changes(
    edits: Mapping[str, Sequence[Edit]], outside: Outside, evidence: Evidence, notes: Notes
) -> list[FileChange]:
    changes = []
    for path, wanted in sorted(edits.items()):
        old = outside.texts[path]
        once = sorted(set(wanted))
        new = with_edits(old, once)
        if new != old:
            changes.append(FileChange(path, new, diff_of_edits(old, once, path), old))
            notes.allowed.paths.update(places_of(evidence, path))
    return changes


def _warn_unsure(verdicts: Sequence[Verdict], notes: Notes) -> None:
    for verdict in verdicts:
        notes.warn(
            "R24",
            None,
            f"{verdict.where} calls uv, maybe in a container of this image, which has none any more. "
            "Name the program there without `uv run`, or choose uv-elsewhere=keep-uv where that is offered.",
        )


def _warn_looking(outside: Outside, notes: Notes) -> None:
    for slot in outside.slots:
        if slot.how == "code" and slot.duty == "asked":
            notes.warn(
                "R24",
                None,
                f"{slot.where} asks where uv is; the new image has none. See that it does without.",
            )
    written = [slot.where for slot in outside.slots if slot.how == "code" and slot.duty == "written"]
    if written:
        several = len(written) > 1
        notes.warn(
            "R24",
            None,
            f"{first_of(written, 1)} {'write' if several else 'writes'} down "
            f"{'commands' if several else 'a command'} of uv's for somebody else to start; nothing in this "
            f"container may start {'them' if several else 'it'}, as the new image has no uv.",
        )


def _warn_asked(verdict: Verdict, start: Start, notes: Notes) -> None:
    """What somebody runs in the container now and then, and the new image cannot."""
    if not verdict.why or (start.scripts.copied_uv and verdict.needs == "uv"):
        return
    if start.outside == "shim" and verdict.simple and verdict.needs == "uv":
        return
    # What it starts is no word of its own; else `uv` stands there for everybody to see.
    what = verdict.why if verdict.why.startswith("starts ") else "needs uv"
    notes.warn(
        "R24",
        None,
        f"{verdict.where} {what}, which the final image does not have. Run it in the build stage "
        "(`target:` in compose and devcontainers, `--target` of a build).",
    )
