"""What the final stage repeats of each RUN, and what it leaves to the build stage (R28, R33, R34)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

from uvdive.base.paths import raw
from uvdive.distro.managers import PACKAGE_FILES, installs_by_text, makes_users_by_text
from uvdive.distro.places import is_system
from uvdive.dockerfile.shell.commands import Command, Part, Script
from uvdive.dockerfile.shell.reading import read_script, shell_text
from uvdive.dockerfile.steps import Step
from uvdive.image.table import NONE
from uvdive.ledger.whose import os_package
from uvdive.rewrite.evidence.commands.command_effects import Place, effects_of_parts
from uvdive.rewrite.evidence.commands.command_kinds import REPEATED, SIDE, Class, class_of_all, classify
from uvdive.rewrite.evidence.commands.effects import ANYTHING, NOTHING, Effects
from uvdive.rewrite.evidence.commands.gone_again import only_in_build
from uvdive.rewrite.evidence.commands.list_files import file_read
from uvdive.rewrite.evidence.commands.real_paths import real
from uvdive.rewrite.evidence.commands.shell_words import values_of
from uvdive.rewrite.evidence.files.context_files import sources
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.users import home_of
from uvdive.rewrite.notes import Refused
from uvdive.uv.mentions import brings_uv, installs_uv

MOST_PARTS = 1000
"""A RUN of more parts was not written by a person, and counts as one that is not understood."""

_CERTIFICATES = "/usr/local/share/ca-certificates"
_SETS = frozenset({"export", "read", "declare", "mapfile", "readarray"})
_OWN: frozenset[Class] = frozenset({"files", "uv", "other"})
_SHELLS = re.compile(r"(?:^|/)(?:ba|da|a)?sh$")


@dataclass(frozen=True, slots=True)
class Run:
    """A RUN with the class of each of its parts; ``script`` is None where it is not understood.

    ``own`` is what those parts write that the final stage does not repeat, ``again`` what
    those do that it repeats. ``unread`` are the indexes of the parts that read a list or a
    value that the final stage does not have, ``only_in_build`` the temporary files of
    instructions above it that the final stage does not have either.
    """

    step: Step
    text: str
    script: Script | None
    classes: tuple[Class, ...]
    own: Effects = ANYTHING
    again: Effects = NOTHING
    unread: frozenset[int] = frozenset()
    only_in_build: frozenset[str] = frozenset()

    def has(self, name: Class) -> bool:
        """Is one of its parts of this class?"""
        return name in self.classes

    @property
    def repeats(self) -> bool:
        """Does the final stage repeat any part of it?"""
        return bool(REPEATED & set(self.classes))

    @property
    def repeated_whole(self) -> bool:
        """Does the final stage repeat every part that does something?"""
        return self.repeats and set(self.classes) <= REPEATED | SIDE

    @property
    def parts(self) -> Sequence[tuple[Part, Class]]:
        """Each part with its class."""
        return list(zip(self.script.parts, self.classes, strict=True)) if self.script else []


def read_runs(evidence: Evidence) -> list[Run]:
    """Classify every RUN.

    Raises:
        Refused: as ``read_run`` says.
    """
    found: list[Run] = []
    shell: Step | None = None
    for step in evidence.steps:
        if step.keyword == "SHELL":
            shell = step
        elif step.keyword == "RUN":
            found.append(read_run(evidence, step, found, shell))
    return found


def read_run(evidence: Evidence, step: Step, before: Sequence[Run] = (), shell: Step | None = None) -> Run:
    """Classify one RUN; ``before`` are those above it, ``shell`` is the SHELL instruction in force.

    Raises:
        Refused: it installs OS packages (R33) or makes users (R28) among things that
            cannot be told apart.
    """
    text = shell_text(step.instruction)
    words = shell.instruction.exec_form if shell is not None else None
    script = read_script(text) if not words or _SHELLS.search(words[0]) else None
    if script is None or len(script.parts) > MOST_PARTS:
        _check_unknown(text, step)
        return Run(step, text, None, ("other",))
    classes: list[Class] = []
    for part in script.parts:
        found = class_of_all(part.commands)
        if found is None:
            raise _mixed(text, step, part)
        if found == "other" and installs_uv(text[part.start : part.end]):
            found = "uv"
        classes.append(found)
    _remove_with_packages(script, classes)
    run = Run(step, text, script, tuple(classes), only_in_build=only_in_build(evidence, step, before))
    run = _with_effects(evidence, run, script, before)
    known = evidence.system is not None and bool(evidence.system.packages)
    return _without_lists(run, _packages_copied(evidence, step.line), known=known)


def _with_effects(evidence: Evidence, run: Run, script: Script, before: Sequence[Run]) -> Run:
    """The RUN with what its parts write; what works on something that stays in the build stage stays too."""
    step = run.step
    values = values_of(script, step.values)
    user = step.user.partition(":")[0]
    place = Place(step.workdir, home_of(evidence, step.user, step.values.get("HOME", "")) or f"/home/{user}")
    seen = partial(real, evidence.report.files) if evidence.report is not None else lambda each: each
    classes = list(run.classes)
    own: list[Effects] = []
    for index, (name, written) in enumerate(
        zip(run.classes, effects_of_parts(script.parts, values, place), strict=True)
    ):
        mine = seen(written)
        used = Effects.of([mine, seen(_used(script.parts[index], mine))])
        if name == "system" and _works_on_others(evidence, step, used, own, before):
            classes[index] = "files"
        if classes[index] in _OWN:
            own.append(mine)
    made = effects_of_parts(script.parts, values, place, made=True)
    again = Effects.of(each for each, name in zip(made, classes, strict=True) if name in REPEATED)
    return replace(run, classes=tuple(classes), own=Effects.of(own), again=seen(again))


def _used(part: Part, mine: Effects) -> Effects:
    """What a part needs where it runs: the absolute paths in its words, the folders of what it writes."""
    words = (word.text for command in part.commands for word in command.words)
    paths = [word for word in words if word.startswith("/")]
    return Effects(
        tuple((path, False) for path in (*paths, *(posixpath.dirname(each) for each, _ in mine.named)))
    )


def _works_on_others(
    evidence: Evidence, step: Step, mine: Effects, own: Sequence[Effects], before: Sequence[Run]
) -> bool:
    """Does a command work on a path that only the build stage has: by the text, or by the image?

    ``own`` is what commands before it in the same RUN write that are not repeated.
    """
    if any(other.meets(mine) for other in (*own, *(run.own for run in before))):
        return True
    report = evidence.report
    if report is None:
        return False
    table, listed = report.files, evidence.system.listed if evidence.system else {}
    zones = {run.step.layer: run.own for run in before}
    zones[step.layer] = Effects.of(own)
    for path, _ in mine.named:
        node = table.find(raw(path))
        first = None if not node else next(iter(table.entries_of(node)), None)
        zone = None if first is None else zones.get(table.entry_layer[first])
        if first is None or zone is None or not zone.may_write(path) or path in listed:
            continue
        inode = table.entry_inode[first]
        if inode == NONE or os_package(report, inode) is None:
            return True
    return False


def _check_unknown(text: str, step: Step) -> None:
    if installs_by_text(text) or makes_users_by_text(text):
        raise _mixed(text, step)


def _without_lists(run: Run, copied: Collection[str], *, known: bool) -> Run:
    """The RUN with what of it reads lists and values that the final stage does not have.

    Args:
        run: with the classes of its parts.
        copied: packages' files that the final stage gets by the author's own instructions.
        known: the image tells which packages came, so that none is lost.

    Raises:
        Refused: packages come as files, or nobody knows which; or a part uses what another one
            computes or fetches.
    """
    unread = set()
    lost: set[str] = set()
    there = set(copied)
    for index, (part, name) in enumerate(run.parts):
        text = run.text[part.start : part.end]
        files = set().union(*map(_package_files, part.commands)) if name == "os-packages" else set()
        missing = sorted(file for file in files if _place(run, file) not in there)
        if missing:
            raise Refused(
                "R33",
                f"This RUN installs {missing[0]}, a file that the final image does not have. Copy it by an "
                "instruction of its own (`COPY tool.deb /tmp/`), or fetch it in the same RUN.",
                run.step.line,
            )
        if name == "sources":
            there |= {_place(run, file) for command in part.commands for file in _package_files(command)}
        read = file_read(text, part) if name in ("os-packages", "state") else None
        uses = name in REPEATED and any(_uses(text, thing) for thing in lost)
        if read is not None and name == "os-packages" and not known:
            raise Refused(
                "R33",
                f"This RUN installs packages by way of {read}, which the final image does not have. "
                "Name the packages in the command, or fetch the file in the same RUN.",
                run.step.line,
            )
        if uses and not (known and name == "os-packages"):
            raise _mixed(run.text, run.step)
        if uses or read is not None:
            unread.add(index)
        if name in ("other", "uv", "files") or (name == "state" and read is not None):
            for command in part.commands:
                lost |= {f"${word}" for word in _variables(command)}
                lost |= {word for word in (*command.argv, *command.outputs) if _is_file(word)}
    return replace(run, unread=frozenset(unread))


def _remove_with_packages(script: Script, classes: list[Class]) -> None:
    """Take `rm tool.deb` behind the install of that very file for a part of the install."""
    installed: set[str] = set()
    for index, part in enumerate(script.parts):
        files = set().union(*map(_package_files, part.commands))
        if classes[index] == "os-packages":
            installed |= files
        elif files and files <= installed and all(command.program == "rm" for command in part.commands):
            classes[index] = "sources"


def _package_files(command: Command) -> set[str]:
    """The words that name a package's file, and those that it is redirected to."""
    words = (*command.argv, *command.outputs)
    return {word for word in words if word.endswith(PACKAGE_FILES) and "://" not in word}


def installs_files(run: Run) -> bool:
    """Does a RUN install a package from a file?"""
    return bool(_installed_files(run))


def _installed_files(run: Run) -> set[str]:
    """The packages' files that a RUN installs, under their full names."""
    return {
        _place(run, file)
        for part, name in run.parts
        if name == "os-packages"
        for command in part.commands
        for file in _package_files(command)
    }


def _place(run: Run, file: str) -> str:
    return posixpath.normpath(posixpath.join(run.step.workdir, file))


def _packages_copied(evidence: Evidence, line: int) -> set[str]:
    """The packages' files that instructions above a line bring by themselves, under their full names."""
    return {
        path
        for step in evidence.steps
        if step.line < line and step.keyword in ("COPY", "ADD")
        for path in _brought_packages(step)
    }


def _brought_packages(step: Step) -> list[str]:
    """The files that an instruction brings, where all of them are packages; else nothing."""
    given, target = sources(step)
    if step.instruction.flag("from") is not None or not all(each.endswith(PACKAGE_FILES) for each in given):
        return []
    if any(set(each) & set("*?[$") for each in given):
        return []
    if not target.endswith("/"):
        return [target]
    return [posixpath.join(target, posixpath.basename(each)) for each in given]


def _variables(command: Command) -> list[str]:
    words = command.words[1:] if command.program in _SETS else ()
    assigned = command.assignments if not command.words else ()
    return [word.text.partition("=")[0] for word in (*assigned, *words)]


def _is_file(word: str) -> bool:
    looks = ("." in word or "/" in word) and re.search(r"[\s$=]", word) is None
    return looks and "://" not in word and not word.startswith("-") and not is_system(word)


def _uses(text: str, thing: str) -> bool:
    if thing.startswith("$"):
        return re.search(rf"\$\{{?{re.escape(thing[1:])}\b", text) is not None
    return re.search(rf"(?:^|[\s\"'=<]){re.escape(thing)}(?:$|[\s\"';&|])", text) is not None


def early_copies(steps: Sequence[Step], runs: Sequence[Run]) -> frozenset[int]:
    """The lines of COPY and ADD that repeated RUNs build on: package sources, keys, settings (R33).

    They are those that go into the system's folders before the last such RUN, uv itself excepted.
    """
    last = max((r.step.line for r in runs if r.has("os-packages") or r.has("system")), default=0)
    return frozenset(
        step.line
        for step in steps
        if step.keyword in ("COPY", "ADD")
        and step.line < last
        and (_for_the_system(step) or _is_installed(step, runs))
        and not brings_uv(step.instruction)
    )


def copies_of_app(steps: Sequence[Step], runs: Sequence[Run]) -> list[Step]:
    """Each COPY and ADD but those of uv and those that repeated RUNs build on."""
    early = early_copies(steps, runs)
    return [
        step
        for step in steps
        if step.keyword in ("COPY", "ADD") and not brings_uv(step.instruction) and step.line not in early
    ]


def _is_installed(step: Step, runs: Sequence[Run]) -> bool:
    """Does a RUN below install the packages that an instruction brings as files?"""
    files = set(_brought_packages(step))
    return any(files & _installed_files(run) for run in runs if run.step.line > step.line)


def _for_the_system(step: Step) -> bool:
    target = sources(step)[1]
    words = step.instruction.exec_form or tuple(step.instruction.arguments.split())
    return (
        bool(words) and words[-1].startswith("/") and (is_system(target) or target.startswith(_CERTIFICATES))
    )


def _mixed(text: str, step: Step, part: Part | None = None) -> Refused:
    """The refusal of a RUN that cannot be divided; ``part`` are the commands that are tied together."""
    packages = installs_by_text(text)
    does = "installs OS packages" if packages else "creates a user"
    kinds = [(command, classify(command)) for command in part.commands] if part is not None else []
    other = next((c for c, kind in kinds if kind in ("other", "uv", "files") and c.words), None)
    name = " ".join(other.argv[:3]) if other is not None else ""
    what = f"ties that to `{name}`" if name and "`" not in name else "does other things"
    return Refused(
        "R33" if packages else "R28",
        f"This RUN {does} and {what}, which the final image must not repeat. Give each a RUN of its own.",
        step.line,
    )
