"""The stage that stays one, with uv mounted for the commands that call it (R61)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from uvdive.dockerfile.mounts import mounts_of
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.text.syntax import Instruction
from uvdive.rewrite.builder import repeated_syncs
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.users import home_of
from uvdive.rewrite.improve import Work
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.plan import Prediction
from uvdive.rewrite.single.base import new_base
from uvdive.rewrite.single.bringing import Bringing, bringing
from uvdive.rewrite.single.calling import Caller, callers
from uvdive.rewrite.single.fetching_packages import leave_out_fetching_packages
from uvdive.rewrite.single.installer_path import leave_out_installer_places
from uvdive.rewrite.single.keeping import note_kept
from uvdive.rewrite.single.mounts import with_mounts
from uvdive.rewrite.single.own_removal import is_removed_again
from uvdive.rewrite.single.prediction import compiled_by_pip, predict
from uvdive.rewrite.start import Start
from uvdive.rewrite.text import LineEdits, Writer, edits_in_place, write_edited

DECISION = "uv-mounted"
_CACHE = "uv-cache-mounted"
_TARGET = "/bin"


@dataclass(frozen=True, slots=True)
class Mounted:
    """The new file; ``changes`` says whether anything does. Without an image there is no prediction."""

    writer: Writer
    prediction: Prediction | None
    changes: bool


def mount_uv(
    work: Work,
    env: EnvironmentFacts,
    start: Start,
    sync: Sequence[str],
    why: Refused,
    used: Collection[str] | None = None,
) -> Mounted:
    """Leave uv out of the only stage and mount it where it is called.

    Args:
        work: the file and its image, the choices, and what is decided.
        env: the environment, for the variables that `uv run` set.
        start: the new start.
        sync: instructions that the build gets for what the start installed (R14).
        why: the reason why the stage is not divided.
        used: programs that fetch and that a file of the context names; None where none was read.

    Raises:
        Refused: R24, uv stays for the start; R61, it cannot be told from the rest.
    """
    evidence, notes = work.evidence, work.notes
    if start.scripts.copied_uv is not None or start.scripts.shim is not None:
        return _with_uv(work, start, why)
    base = new_base(evidence)
    found = bringing(work.steps, work.runs, base.source if base is not None else None)
    need = callers(evidence, work.runs, found.parts)
    edits = edits_in_place(evidence, start, env, notes)
    if not need and not start.removed and _is_for_people(evidence, found, notes):
        raise Refused(
            "R24",
            "Nothing in this file calls the uv that it brings: it is for people who work in the container. "
            "Leave uv out where nobody does.",
            found.found[0].line if found.found else None,
        )
    if not (found.gone or found.parts or found.words or base):
        if edits or sync or not all(caller.mounted or not caller.sure for caller in need):
            raise why
        if all(caller.cache == "" or _mounts_a_cache(evidence, caller) for caller in need):
            return Mounted(write_edited(evidence.dockerfile, edits), None, changes=False)
    work.edits = edits
    work.edits.gone |= found.gone
    work.edits.without_uv = True
    folded = repeated_syncs(evidence, work.runs, notes)
    work.edits.gone |= folded
    work.edits.bare |= folded
    leave_out_installer_places(work)
    leave_out_fetching_packages(work, used)
    _cut(work, found, need)
    edits = work.finish()
    if base is not None:
        edits.replaced[base.line] = base.text, DECISION
    _mount(evidence, found, need, edits, sync, notes)
    _tell(evidence, found, need, why, notes)
    if base is not None and base.keeps_tools and need:
        line = need[0].run.step.line
        edits.before.setdefault(line, []).insert(0, ("ENV UV_TOOL_BIN_DIR=/usr/local/bin\n", DECISION))
    elif base is not None:
        notes.allowed.config.add("Env:UV_TOOL_BIN_DIR")
    notes.allowed.owners.update(("uv", "uv-cache"))
    if found.by_pip:
        notes.allowed.distributions.add("uv")
    return Mounted(
        write_edited(evidence.dockerfile, edits),
        predict(evidence.report, compiled_by_pip(evidence, work.files, found)),
        changes=True,
    )


def _is_for_people(evidence: Evidence, found: Bringing, notes: Notes) -> bool:
    """Is uv brought where no start of the file's own or a command from outside says that it does without?"""
    brought = bool(found.gone or found.parts or found.words)
    return brought and (evidence.starter is None or any(each.rule == "R24" for each in notes.warnings))


def _with_uv(work: Work, start: Start, why: Refused) -> Mounted:
    """Uv stays as it is, for a start that no file tells; only its cache is kept out.

    Raises:
        Refused: R24, something is known to call uv, or may; or a stand-in is asked for.
    """
    evidence, notes = work.evidence, work.notes
    if not start.removed and is_removed_again(work):
        for name in ("start-scripts", "uv-elsewhere"):
            notes.decisions.pop(name, None)  # nothing that starts finds a uv
        return Mounted(write_edited(evidence.dockerfile, LineEdits()), None, changes=False)
    note_kept(evidence, start, why, notes)
    return keep_cache_out(work)


def keep_cache_out(work: Work) -> Mounted:
    """Leave all as it is, uv too; only its cache is kept out of the image."""
    evidence, notes = work.evidence, work.notes
    edits = LineEdits()
    _mount(evidence, None, callers(evidence, work.runs, {}), edits, (), notes)
    if edits:
        notes.allowed.owners.add("uv-cache")
    predicted = predict(evidence.report, kept=True) if edits else None
    return Mounted(write_edited(evidence.dockerfile, edits), predicted, changes=bool(edits))


def _cut(work: Work, found: Bringing, need: Sequence[Caller]) -> None:
    """Take what brings uv out of RUNs, and name uv as it will be named."""
    words = {line: list(edits) for line, edits in found.words.items()}
    for caller in need:
        if caller.words:
            words.setdefault(caller.run.step.line, []).extend(caller.words)
    for run in work.runs:
        line = run.step.line
        gone = found.parts.get(line, set())
        if not gone and line not in words:
            continue
        if line in work.edits.replaced or not work.can_cut(run, sorted(gone)):
            raise Refused(
                "R61",
                "What brings uv cannot be taken out of this RUN where it stands. Give it an instruction of "
                "its own.",
                line,
            )
        change = work.change(run, DECISION)
        change.gone |= gone
        change.words += words.get(line, [])


def _mount(
    evidence: Evidence,
    found: Bringing | None,
    need: Sequence[Caller],
    edits: LineEdits,
    sync: Sequence[str],
    notes: Notes,
) -> None:
    """Put the mounts in front of the RUNs that call uv, and the variable that goes with them.

    ``found`` is None where uv stays, so that only its cache is mounted.
    """
    escape = evidence.dockerfile.escape
    asking = [caller for caller in need if caller.cache != ""]
    # podman gives the folders above a cache's mount another mode (measured with 5.4.2): none is added there.
    known = evidence.report is None or shows_buildkit(evidence)
    cached = known and all(caller.cache is not None for caller in asking)
    for caller in need:
        step = caller.run.step
        if found is not None and not caller.sure and found.before(step.line) is None:
            continue  # what runs before uv comes calls none
        flags = [] if caller.mounted or found is None else _flags(found, caller)
        if cached and caller.cache:
            flags.append(f"--mount=type=cache,target={caller.cache}")
        source, _ = edits.replaced.get(step.line, (step.instruction.source, DECISION))
        if flags and step.line not in edits.gone:
            edits.replaced[step.line] = with_mounts(source, flags, escape), DECISION
    if asking and (cached or not any(_mounts_a_cache(evidence, caller) for caller in asking)):
        _variable(
            asking[0].run.step, _top_of_block(evidence, asking[0].run.step), edits, notes, cached=cached
        )
    last = max((s.line for s in evidence.steps if s.keyword in ("RUN", "COPY", "ADD")), default=0)
    for text in sync:
        supply = found.before(last) if found is not None else None
        flags = [supply.flag("uv", _TARGET)] if supply is not None else []
        edits.after.setdefault(last, []).append((with_mounts(text, flags, escape), "full-sync"))


def _mounts_a_cache(evidence: Evidence, caller: Caller) -> bool:
    """Does the author mount a cache for uv, be it at another user's place, which is told (R42)?

    Where a user's home is unknown, nobody can tell.
    """
    step = caller.run.step
    mounted = (m.kind == "cache" and m.target.endswith("/uv") for m in mounts_of(step.instruction))
    return any(mounted) and home_of(evidence, step.user) is not None


def _flags(found: Bringing, caller: Caller) -> list[str]:
    source = found.before(caller.run.step.line)
    if source is None:
        raise Refused(
            "R61",
            "This RUN calls uv, and no instruction above it plainly brings it. Bring it by `COPY "
            "--from=ghcr.io/astral-sh/uv /uv /bin/`.",
            caller.run.step.line,
        )
    return [source.flag(program, _TARGET) for program in caller.programs]


def _top_of_block(evidence: Evidence, step: Step) -> int:
    """The line of the first of the instructions that stand together with one; its own for none apart."""
    top, apart = step.line, True
    for node in evidence.dockerfile.nodes:
        if node.line > step.line:
            break
        if not isinstance(node, Instruction):
            apart = apart or not node.source.strip()
        elif node.keyword in ("FROM", "ARG"):
            top, apart = step.line, False
        else:
            begins = apart and node.keyword != "ENV"
            top, apart = (node.line if begins else step.line if apart else top), False
    return top


def _variable(step: Step, line: int, edits: LineEdits, notes: Notes, *, cached: bool) -> None:
    """Uv links from its cache, which cannot be done from a mount; or it keeps no cache at all.

    The variable stands in front of the instruction of a line.
    """
    name, value = ("UV_LINK_MODE", "copy") if cached else ("UV_NO_CACHE", "1")
    if step.values.get(name):
        return
    edits.before.setdefault(line, []).append((f"ENV {name}={value}\n", _CACHE))
    notes.allowed.config.add(f"Env:{name}")
    notes.decide(
        _CACHE,
        "R42",
        step.line,
        "Keep uv's cache out of the image by a cache mount" if cached else "Keep no cache of uv's",
        "The next build finds it again; `UV_LINK_MODE=copy` as nothing can be linked to a mount."
        if cached
        else "Where the cache of this user is, or what else uses it, is not plain enough for a cache mount.",
    )


def _tell(evidence: Evidence, found: Bringing, need: Sequence[Caller], why: Refused, notes: Notes) -> None:
    line = found.found[0].line if found.found else None
    notes.decide(
        "single-stage",
        why.rule,
        why.line,
        "The stage stays one",
        f"It cannot be divided safely. {why}",
    )
    notes.decide(
        DECISION,
        "R61",
        line,
        "Mount uv for the commands that call it" if need else "Leave uv out",
        "uv is needed while the image is built, and nowhere in it; everything else stays as it is.",
    )
    if need and not shows_buildkit(evidence):
        notes.warn(
            "R61",
            need[0].run.step.line,
            "Mounts need BuildKit, which Docker uses since version 23, and podman since 4; kaniko and the "
            "classic builder don't know them.",
        )


def shows_buildkit(evidence: Evidence) -> bool:
    """Does the file use what only BuildKit knows, or was the image built by it?"""
    if "syntax" in evidence.dockerfile.directives:
        return True
    if any(i.heredocs or i.flag("mount") is not None for i in evidence.dockerfile.instructions):
        return True
    layers = evidence.report.layers if evidence.report is not None else ()
    return any("buildkit" in (layer.created_by or "") for layer in layers[evidence.base_layers :])
