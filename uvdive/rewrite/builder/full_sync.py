"""What `uv run` would have synced at start, done in the build instead (R14, R15, R52)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from uvdive.rewrite.builder.at_start import AtStart, BuildSync, sync_of_other_stages
from uvdive.rewrite.environment import EnvironmentFacts, is_package
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused
from uvdive.uv.selection import PARTIAL, is_set

# They install less than the start does, which did not say so.
_NARROW = frozenset({"--only-group", "--package", "--no-install-package"})
_PLACES = frozenset({"--directory", "--project"})
_NARROW_FLAGS = frozenset({"--only-dev", "--inexact"})
_NOT_AGAIN = frozenset({"--dry-run", "--check", "--exact"})
_OF_START = ("--frozen", "--locked", "--no-dev", "--no-default-groups", "--compile-bytecode")
"""Options of `uv run` that its sync obeys and `uv sync` knows too."""


def full_sync(  # noqa: PLR0913 - the two syncs and what is asked for, by name
    evidence: Evidence,
    env: EnvironmentFacts,
    last: BuildSync | None,
    start: AtStart,
    notes: Notes,
    wanted: Iterable[tuple[str, ...]] = (),
    more: tuple[str, ...] = (),
    *,
    always: bool = False,
) -> list[str]:
    """A `uv sync` to add at the end of the build stage; empty where the build did the full one.

    Its options are those of the last sync without the ones that leave something out,
    ``wanted`` (what `uv run` was told to install at start), and ``more``. ``always`` adds
    it even if the build's own is complete.

    Raises:
        Refused: R14, what the start would install cannot be told apart from the system's own.
    """
    added = [word for option in sorted(wanted) for word in option] if start.calls else []
    partial = last is not None and bool(start.calls) and _leaves_out(evidence, last)
    needed = bool(start.changes) if start.known else bool(added) or partial
    if not needed and not always:
        return []
    if needed and env.system:
        raise Refused(
            "R14",
            f"`uv run` installs into {env.path} at every start what the build leaves out"
            f"{f' ({start.in_words})' if start.changes else ''}. Install it with `uv sync` in the build.",
            last.step.line if last is not None else None,
        )
    if needed:
        _note(env, last, start, added, notes)
    if last is None:
        return [_own(evidence, start, [*added, *more])] if needed else []
    return [_again(evidence, last, start, added, more)]


def _leaves_out(evidence: Evidence, last: BuildSync) -> bool:
    """Does a sync install less than all? Without a build system there is no project to install."""
    left = PARTIAL & set(last.options)
    if left == {"--no-install-project"} and is_package(evidence, last.folder) is False:
        return False
    return bool(left)


def _note(
    env: EnvironmentFacts, last: BuildSync | None, start: AtStart, added: Sequence[str], notes: Notes
) -> None:
    line = last.step.line if last is not None else None
    if start.unseen or (added and not start.known):
        told = f" {' '.join(added)}" if added else ""
        what = f": {start.in_words}" if start.changes else ""
        notes.warn(
            "R52",
            line,
            f"`uv run{told}` installed more at every start than the build did{what}. The new image has it "
            "from the build on; the predicted size is without it.",
        )
    if last is None:
        why = "no `uv sync` in the build does"
    elif not start.changes:
        why = "because this sync leaves something out"
    elif start.unseen:
        why = "because this sync leaves something out or a later step changed it"
    else:
        why = "because this sync ran before the project was there, or left it out"
    notes.decide(
        "full-sync",
        "R14",
        line,
        "Install everything in the build",
        f"`uv run` did that at every start, {why}; {env.path} is complete now.",
    )


def _again(
    evidence: Evidence, last: BuildSync, start: AtStart, added: Sequence[str], more: tuple[str, ...]
) -> str:
    """The author's last sync once more, for the whole of it."""
    kept, narrowed = _kept(last.options)
    if start.takes_groups:
        kept = [word for word in kept if word not in ("--no-dev", "--no-default-groups")]
        kept += [word for group in sorted(start.groups - {"*"}) for word in ("--group", group)]
    if start.changes and not last.selection.editable and all(c.selection.editable for c in start.calls):
        kept = [word for word in kept if word != "--no-editable"]
    inexact = ["--inexact"] if start.unasked or narrowed else []
    words = [*kept, *inexact, *added, *more]
    step = last.step
    state = next((s for s in reversed(evidence.steps) if s.keyword in ("RUN", "COPY", "ADD")), step)
    folder = start.root or last.folder
    place = "" if state.workdir == folder else f"--directory {folder} "
    flags = "".join(
        f"{flag} "
        for flag in step.instruction.flags
        if flag.startswith("--mount=") and (not place or re.search(r"(?:target|dst|destination)=/", flag))
    )
    # What is set for the whole build would leave the project out again.
    whole = "UV_NO_INSTALL_PROJECT=0 " if is_set(state.values, "UV_NO_INSTALL_PROJECT") else ""
    return f"RUN {flags}{whole}uv {place}sync {' '.join(words)}".rstrip() + "\n"


def _kept(options: Sequence[str]) -> tuple[list[str], bool]:
    """The options that hold for the whole too; were there others, so that what they installed must stay?"""
    kept: list[str] = []
    narrowed = skip = False
    for word in options:
        name, equals, _ = word.partition("=")
        if skip:
            skip = False
        elif name in _NARROW:
            narrowed, skip = True, not equals
        elif name in _PLACES:
            skip = not equals
        elif name in _NARROW_FLAGS:
            narrowed = True
        elif name not in PARTIAL | _NOT_AGAIN:
            kept.append(word)
    return kept, narrowed


def _own(evidence: Evidence, start: AtStart, words: Sequence[str]) -> str:
    """The first sync of a build that installs by other means: it keeps what these brought."""
    known = {"dev": "--no-dev", "*": "--no-default-groups"}
    left = [] if start.takes_groups else [known.get(n, f"--no-group={n}") for n in sorted(start.groups)]
    inexact = ["--inexact"] if start.unasked else []
    return sync_for(evidence, start.root or start.calls[0].folder, [*left, *inexact, *words], start)


def sync_for(evidence: Evidence, folder: str, words: Sequence[str], start: AtStart) -> str:
    """The instruction that installs by the lock what the start would, without a cache (R42)."""
    environ = evidence.report.config.environ if evidence.report else {}
    told = [word for call in start.calls for word in call.told]
    carried = [word for word in _OF_START if word in told and word not in words]
    if not is_set(environ, "UV_FROZEN") and not is_set(environ, "UV_LOCKED") and "--frozen" not in carried:
        carried = ["--locked", *(word for word in carried if word != "--locked")]
    built = [step for step in evidence.steps if step.keyword in ("RUN", "COPY", "ADD")]
    # A WORKDIR behind all of these is the final image's alone.
    there = built[-1].workdir if built else None
    found = there is not None and (there == folder or (there == evidence.workdir and not start.root))
    place = [] if found else ["--directory", folder]
    return " ".join(["RUN uv", *place, "sync", *carried, *words, "--no-cache"]) + "\n"


def check_other_stages(
    evidence: Evidence, removed: Collection[str], start: AtStart, *, divided: bool
) -> None:
    """Refuse where `uv run` completed an environment that another stage made (R14).

    ``divided`` says that the file has a build stage of its own, which may complete what no sync made.

    Raises:
        Refused: R14, with the line of that sync.
    """
    found = sync_of_other_stages(evidence)
    if "uv run" not in removed or not start.calls or (found is None and divided):
        return
    line, text = (found[0], found[1]) if found is not None else (None, "")
    if start.changes:
        raise Refused(
            "R14",
            f"`uv run` changes the environment at every start: {start.in_words}. Have the sync that makes it "
            "install that, behind the copy of the source.",
            line,
        )
    if not start.known and any(option in text for option in PARTIAL):
        raise Refused(
            "R14",
            "`uv run` installs the project at every start, because this sync leaves it out. Add a second "
            "`uv sync` with the project behind it.",
            line,
        )
