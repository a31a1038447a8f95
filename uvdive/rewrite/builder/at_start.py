"""What `uv run` did to the environment at every start, weighed: what the build does now, what stays out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from uvdive.base.names import normal_name
from uvdive.base.words import first_of
from uvdive.dockerfile.shell.reading import command_text, commands
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.variables import expand
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.environment import (
    Change,
    EnvironmentFacts,
    RunCall,
    Synced,
    has_dev,
    lacks_project,
    what_it_syncs,
)
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.files.owned import numbers_of, owned_paths
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused
from uvdive.uv.calls import calls_sync, uv_calls
from uvdive.uv.run_options import read_words
from uvdive.uv.selection import Selection, is_set, read_selection

_ONLY = "uv only puts the environment on PATH and starts the command; the final image does that with ENV."
_THEN = "then it puts the environment on PATH and starts the command, which the final image does with ENV."
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class BuildSync:
    """The last `uv sync` of the build that is plain to see.

    ``options`` are its words, ``folder`` where it finds the project, and ``selection`` what they say.
    """

    step: Step
    options: tuple[str, ...]
    folder: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class AtStart:
    """What becomes of what the start synced.

    Attributes:
        calls: every `uv run` of the start that looks after the environment.
        known: could the lock be compared with what is installed?
        changes: what the build has to install now.
        groups: groups that the build leaves out and the start does not, as far as they bring something.
        takes_groups: does the build get them now?
        unasked: is something installed that the start does not ask for, and that it leaves where it is?
        root: the folder of the project that the start syncs; empty where that is not known.
    """

    calls: tuple[RunCall, ...] = ()
    known: bool = False
    changes: tuple[Change, ...] = ()
    groups: frozenset[str] = frozenset()
    takes_groups: bool = False
    unasked: bool = False
    root: str = ""

    @property
    def unseen(self) -> bool:
        """Does the new image get distributions that the old one does not have, so that nobody knows them?"""
        return any(not change.local for change in self.changes)

    @property
    def in_words(self) -> str:
        """The changes, as people read them."""
        return listed(self.changes)


def listed(changes: Sequence[Change]) -> str:
    """The first of some changes and how many there are beside them."""
    return first_of([str(change) for change in changes], _SHOWN)


def build_sync(runs: Sequence[Run]) -> BuildSync | None:
    """The last `uv sync` of the RUNs; None where there is none that can be read."""
    for run in reversed(runs):
        if commands(run.text) is None:
            continue
        for call in reversed(uv_calls(run.text, run.step.workdir) or ()):
            if call.name == "sync" and call.folder is not None:
                environ = call.environ_in(run.step.values)
                selection = _selection(call.words, environ)
                return BuildSync(run.step, call.words, call.folder, selection)
    return None


def sync_of_other_stages(evidence: Evidence) -> tuple[int, str, Selection] | None:
    """Line, text and meaning of the last `uv sync` of stages that the last one does not stand on."""
    if any(calls_sync(command_text(step.instruction)) for step in evidence.runs()):
        return None
    for stage in reversed(evidence.stages):
        pairs = list(zip(stage.instructions, stage.environments, strict=True))
        for instruction, values in reversed(pairs):
            text = command_text(instruction) if instruction.keyword == "RUN" else ""
            if calls_sync(text):
                calls = [call for call in uv_calls(text) or () if call.name == "sync"]
                words = calls[-1].words if calls else ()
                environ = calls[-1].environ_in(values) if calls else values
                return instruction.line, text, _selection(words, environ)
    return None


def _selection(words: Sequence[str], environ: Mapping[str, str]) -> Selection:
    known = [expand(word, environ.get) if "$" in word else word for word in words]
    return read_selection(known, environ, exact=True)


def weigh(  # noqa: PLR0913 - the evidence and the two syncs, by name
    evidence: Evidence,
    env: EnvironmentFacts,
    files: Files | None,
    calls: Sequence[RunCall],
    build: Selection | None,
    line: int | None,
    notes: Notes,
    *,
    divided: bool = True,
) -> AtStart:
    """Compare what the start would sync with the environment, and say what comes of it.

    Args:
        evidence: the file and its image.
        env: the environment.
        files: the image's files; None plans by the text alone.
        calls: every `uv run` of the start.
        build: what the build's own sync was told; None where it has none.
        line: of that sync, else of the start.
        notes: the choices.
        divided: is there a build stage that may get a sync?

    Raises:
        Refused: R15, nobody knows what it would install.
    """
    found = [_one(evidence, env, files, call, build) for call in calls]
    busy = tuple(call for call, synced in zip(calls, found, strict=True) if not synced.idle)
    synced = _joined(found)
    if synced.outdated:
        raise Refused(
            "R15",
            f"uv.lock lacks {', '.join(synced.outdated)}, which pyproject.toml asks for: `uv run` resolves "
            "anew and installs that at every start. Run `uv lock`, and install with `uv sync --locked`.",
            line,
        )
    if synced.unlocked:
        _note_unlocked(line, notes, locks=build is not None or _locks(evidence))
    taken: tuple[Change, ...] = ()
    if synced.optional:
        taken = _groups(synced, build, line, notes, divided=divided)
    result = AtStart(
        busy,
        synced.known,
        (*synced.changes, *taken),
        synced.groups,
        bool(taken),
        bool(synced.unasked),
        synced.root,
    )
    if calls:
        _explain(result, synced, notes)
    if not synced.known and not synced.unlocked:
        _note_groups(evidence, busy, build, line, notes)
    if result.changes:
        notes.allowed.installs_at_start = True
    if files is not None:
        _announce(evidence, env, files, result, notes)
    return result


def _one(
    evidence: Evidence, env: EnvironmentFacts, files: Files | None, call: RunCall, build: Selection | None
) -> Synced:
    if not call.syncs or (files is None and lacks_project(evidence, call.folder)):
        return Synced(known=True, idle=True)
    return Synced() if files is None else what_it_syncs(evidence, env, files, call, build)


def _joined(found: Sequence[Synced]) -> Synced:
    result = Synced(known=True, idle=True)
    for each in found:
        result = replace(
            result,
            known=result.known and each.known,
            idle=result.idle and each.idle,
            unlocked=result.unlocked or each.unlocked,
            root=result.root or each.root,
            outdated=tuple(sorted({*result.outdated, *each.outdated})),
            changes=tuple(dict.fromkeys((*result.changes, *each.changes))),
            optional=tuple(dict.fromkeys((*result.optional, *each.optional))),
            groups=result.groups | each.groups,
            unasked=tuple(sorted({*result.unasked, *each.unasked})),
        )
    return replace(result, optional=tuple(each for each in result.optional if each not in result.changes))


def _locks(evidence: Evidence) -> bool:
    """Does the build lock by another command than `uv sync`?"""
    calls = (call for _, call in evidence.calls() if call.name in ("run", "add", "lock"))
    return any("--no-sync" not in call.words for call in calls)


def _note_unlocked(line: int | None, notes: Notes, *, locks: bool) -> None:
    """The image has a project without a lock: what `uv run` installs is known on that day alone (R15).

    ``locks`` says that the build installs by a lock, which the image has lost.
    """
    if not locks:
        raise Refused(
            "R15",
            "`uv run` resolves and installs anew at every start, without a uv.lock: nobody knows which "
            "versions the app runs with. Run `uv lock`, copy the file and install with `uv sync --locked`, "
            "or start with `uv run --no-sync`.",
            line,
        )
    notes.warn(
        "R52",
        line,
        "The image has no uv.lock, so `uv run` resolves anew at every start and may install other versions. "
        "The new image stays with what the build installs.",
    )


def _note_groups(
    evidence: Evidence, calls: Sequence[RunCall], build: Selection | None, line: int | None, notes: Notes
) -> None:
    """What the options alone tell of the dev group."""
    dev = frozenset({"dev"})
    takes = any("dev" in call.selection.asked(dev).groups for call in calls)
    if build is None or not takes or not build.left_out(dev):
        return
    again = [
        step.line
        for step, call in evidence.calls()
        if call.name == "run"
        and step.line > (line or 0)
        and not is_set(step.values, "UV_NO_DEV")
        and not {"--no-dev", "--no-sync", "--no-default-groups"} & set(read_words(("uv", *call.given)))
    ]
    if again:
        notes.warn(
            "R14",
            again[0],
            "This `uv run` installs the dev group, if there is one, which the sync before it leaves out: the "
            "image has it, and the start asks for it too.",
        )
        return
    known = [has_dev(evidence, call.folder) for call in calls]
    if known and all(each is False for each in known):
        return
    there = "" if any(known) else ", if there is one"
    notes.warn(
        "R14",
        line,
        f"`uv run` would have added the dev group at every start{there}; the new image has what the build "
        "installed.",
    )


def _announce(evidence: Evidence, env: EnvironmentFacts, files: Files, result: AtStart, notes: Notes) -> None:
    """Tell the proof which distributions of the original come back in another version, or installed anew."""
    again = [change for change in result.changes if change.has is not None]
    root = files.at(env.path)
    main = env.reported_in(evidence.report)
    if evidence.report is None or main is None or not again or root is None:
        return
    names = {change.name for change in again}
    written = {dist.name for dist in main.distributions if normal_name(dist.name) in names}
    notes.allowed.distributions.update(
        name for name in written if any(c.name == normal_name(name) and not c.local for c in again)
    )
    others = notes.allowed.distributions & written
    # A program of the same version must be there again, whatever installs it; another one may have none.
    for names, programs in ((written - others, False), (others, True)):
        paths = owned_paths(files, root, numbers_of(evidence.report, env.path, names))
        notes.allowed.paths.update(path for path in paths if programs or not path.startswith(f"{env.bin}/"))


def needs_sync(
    evidence: Evidence,
    env: EnvironmentFacts,
    files: Files | None,
    runs: Sequence[Run],
    calls: Sequence[RunCall],
) -> bool:
    """Would a start install what the build does not, or may it, for all that is known?"""
    last, unheard = build_sync(runs), Notes()
    told = last.selection if last is not None else None
    try:
        found = weigh(evidence, env, files, calls, told, None, unheard)
    except Refused:
        return True
    if found.known:
        return bool(found.changes)
    return bool(found.calls) and last is not None and not last.selection.installs_projects


def _groups(
    synced: Synced, build: Selection | None, line: int | None, notes: Notes, *, divided: bool
) -> tuple[Change, ...]:
    """What of the groups the build gets that only the start installs (R14)."""
    names = ", ".join(sorted(synced.groups))
    if not divided:
        notes.warn(
            "R14",
            line,
            f"`uv run` would have added the group {names} at every start ({listed(synced.optional)}); the "
            "new image has what the build installed.",
        )
        return ()
    choice = CHOICES["dev-group"]
    left = build is not None
    chosen = notes.choose(
        choice,
        line,
        f"{'The build leaves it out, but `uv run`' if left else '`uv run`'} installs it at every start: "
        f"{listed(synced.optional)}. Only its author knows whether the app needs it.",
        about=choice.about if synced.groups == {"dev"} else f"The groups {names}",
        offered={
            "keep": "install it, as `uv run` does at every start",
            "remove": f"leave it out{', as the build does' if left else ' (--no-dev)'}",
        },
        default="remove" if left else "keep",
    )
    return synced.optional if chosen == "keep" else ()


def _explain(result: AtStart, synced: Synced, notes: Notes) -> None:
    """Why uv may go, which depends on what it did beside starting the program (R18)."""
    if synced.idle or (synced.known and not result.changes and not synced.optional):
        notes.explain("start-uv-run", _ONLY)
    elif result.changes:
        notes.explain(
            "start-uv-run",
            f"uv syncs at every start and installs what the build did not: {result.in_words}. The build does "
            f"that now; {_THEN}",
        )
    elif synced.optional:
        notes.explain(
            "start-uv-run",
            f"uv adds a group at every start ({listed(synced.optional)}), which the build leaves out and the "
            f"new image too; {_THEN}",
        )
    elif synced.unlocked:
        notes.explain(
            "start-uv-run",
            "uv resolves and syncs at every start, which no uv.lock holds to the versions of the build; the "
            f"new image keeps those. {_THEN.capitalize()}",
        )
    else:
        notes.explain(
            "start-uv-run",
            "uv first syncs the environment, and nothing at hand tells whether that changes it; "
            f"{_THEN} The new image has what the build installs.",
        )
