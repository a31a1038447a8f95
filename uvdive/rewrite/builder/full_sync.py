"""What `uv run` would have synced at start, done in the build instead (R14)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from uvdive.dockerfile.shell import command_text, commands
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.context_files import copied_text
from uvdive.rewrite.evidence.locks import lacks_lock
from uvdive.rewrite.evidence.runs import Run
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused
from uvdive.uv.calls import calls_sync, uv_calls

_PARTIAL = frozenset({"--no-install-project", "--no-install-workspace", "--no-install-local"})


def full_sync(
    evidence: Evidence,
    env: EnvironmentFacts,
    runs: Sequence[Run],
    notes: Notes,
    wanted: Iterable[tuple[str, ...]] = (),
    more: tuple[str, ...] = (),
    *,
    always: bool = False,
) -> list[str]:
    """A `uv sync` to add at the end of the build stage; empty where the build did the full one.

    Its options are those of the last sync without the ones that leave the project out,
    ``wanted`` (what `uv run` was told to install at start), and ``more``. ``always`` adds
    it even if the build's own is complete.
    """
    start = _start_text(evidence)
    if "--no-sync" in start and not always:
        return []
    last = _last_sync(runs)
    if last is None:
        return []
    step, options, folder = last
    added = [word for option in sorted(wanted) for word in option]
    if not _PARTIAL & set(options):
        _note_groups(options, step, start, notes)
        if not added and not always:
            return []
    kept = " ".join([*(option for option in options if option not in _PARTIAL), *added, *more])
    if added:
        notes.warn(
            "R52",
            step.line,
            f"`uv run {' '.join(added)}` installed more at every start than the build did. The new image has "
            "it from the build on; the predicted size is without it.",
        )
    state = next((s for s in reversed(evidence.steps) if s.keyword in ("RUN", "COPY", "ADD")), step)
    place = "" if state.workdir == folder else f"--directory {folder} "
    flags = "".join(
        f"{flag} "
        for flag in step.instruction.flags
        if flag.startswith("--mount=") and (not place or re.search(r"(?:target|dst|destination)=/", flag))
    )
    if not always:
        notes.decide(
            "full-sync",
            "R14",
            step.line,
            "Install everything in the build",
            f"`uv run` did that at every start, because this sync leaves something out; {env.path} is "
            "complete now.",
        )
    return [f"RUN {flags}uv {place}sync {kept}".rstrip() + "\n"]


def check_other_stages(evidence: Evidence, removed: Collection[str]) -> None:
    """Refuse where `uv run` completed an environment that another stage made without the project (R14).

    Raises:
        Refused: R14, with the line of that sync.
    """
    if "uv run" not in removed or "--no-sync" in _start_text(evidence):
        return
    if any(calls_sync(command_text(step.instruction)) for step in evidence.runs()):
        return
    syncs = [
        instruction
        for stage in evidence.stages
        for instruction in stage.instructions
        if instruction.keyword == "RUN" and calls_sync(command_text(instruction))
    ]
    if syncs and any(option in command_text(syncs[-1]) for option in _PARTIAL):
        raise Refused(
            "R14",
            "`uv run` installs the project at every start, because this sync leaves it out. Add a second "
            "`uv sync` with the project behind it.",
            syncs[-1].line,
        )


def _start_text(evidence: Evidence) -> str:
    return "\n".join(
        command_text(s.instruction) for s in evidence.steps if s.keyword in ("CMD", "ENTRYPOINT")
    )


def warn_resolving(evidence: Evidence, minor: str, notes: Notes) -> None:
    """Say what makes two builds, or the build and the start, differ (R16, R50).

    ``minor`` is the version of the environment's Python (``3.13``).
    """
    syncs = [step for step in evidence.runs() if calls_sync(command_text(step.instruction))]
    if not syncs:
        return
    if lacks_lock(evidence, syncs):
        notes.warn(
            "R16",
            syncs[-1].line,
            "The sync finds no uv.lock in its folder or above, so a later build may install other versions: "
            "run `uv lock` and copy the file.",
        )
    pin = re.match(r"\s*(?:cpython@?)?(\d+\.\d+)", copied_text(evidence, ".python-version") or "")
    if pin and pin[1] != minor:
        notes.warn(
            "R50",
            syncs[-1].line,
            f".python-version asks for Python {pin[1]}, the environment was built with {minor}: `uv run` "
            f"would make another one at start. The new image keeps {minor}.",
        )


def _last_sync(runs: Sequence[Run]) -> tuple[Step, list[str], str] | None:
    """The step, options and folder of the last sync that is plain to see."""
    for run in reversed(runs):
        if commands(run.text) is None:
            continue
        for call in reversed(uv_calls(run.text, run.step.workdir) or ()):
            if call.name == "sync" and call.folder is not None:
                return run.step, list(call.words), call.folder
    return None


def _note_groups(options: list[str], step: Step, start: str, notes: Notes) -> None:
    if "--no-dev" in options and "--no-dev" not in start:
        notes.warn(
            "R14",
            step.line,
            "`uv run` would have added the dev group at every start; the new image has what the build "
            "installed.",
        )
