"""What in the final image needs an OS package (R30, R33, R57)."""

from __future__ import annotations

from collections.abc import Sequence

from uvdive.dockerfile.shell.reading import read_script, shell_text
from uvdive.dockerfile.text.syntax import inner
from uvdive.rewrite.evidence.commands.command_kinds import tools_of
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.system.os_needs import Called, Need, SystemFacts
from uvdive.rewrite.packages.packages import Packages


def need_of(packages: Packages, name: str) -> Need | None:
    """What needs a package or something that only it brings; the surest."""
    brought = packages.closure(packages.real(name)) - packages.there - packages.old
    every = (
        *started_needs(packages.evidence, packages.facts),
        *called_needs(packages.facts, packages.called),
        *packages.facts.needs,
    )
    found = [need for need in every if need.package in brought]
    return next((need for need in found if need.sure), found[0] if found else None)


def fetches(packages: Packages, name: str) -> bool:
    """Does a repeated part that sets package sources up call this package's program?"""
    programs = {program for program, package in packages.facts.programs.items() if package == name}
    for run in packages.runs:
        for part, kind in run.parts:
            if kind == "sources" and tools_of(part.commands) & (programs | {name}):
                return True
    return name in ("gnupg", "gnupg2", "gpg", "lsb-release") and any(
        run.has("sources") for run in packages.runs
    )


def libraries(packages: Packages, kept: frozenset[str]) -> dict[str, Need]:
    """The run-time packages that something needs and nothing kept brings; with the first need."""
    found: dict[str, Need] = {}
    for need in packages.facts.needs:
        missing = need.package not in kept and need.package not in packages.there | packages.old
        if need.how != "runs" and missing and need.package in packages.facts.packages:
            found.setdefault(need.package, need)
    if found:
        what = "; ".join(f"{name} for {need.thing} ({need.by})" for name, need in sorted(found.items()))
        packages.notes.decide(
            "runtime-libraries",
            "R33",
            packages.installs[0].run.step.line if packages.installs else None,
            f"Install {', '.join(sorted(found))} by name",
            f"They came with packages that only build: {what}.",
        )
    return found


def started_needs(evidence: Evidence, facts: SystemFacts) -> list[Need]:
    """The programs that HEALTHCHECK, ENTRYPOINT and CMD call (R30, R57)."""
    found = []
    for step in evidence.steps:
        if step.keyword not in ("HEALTHCHECK", "ENTRYPOINT", "CMD"):
            continue
        instruction = inner(step.instruction) if step.keyword == "HEALTHCHECK" else step.instruction
        script = read_script(shell_text(instruction))
        words = [word.text for command in script.commands for word in command.words] if script else []
        for word in {text.rsplit("/", 1)[-1] for text in [*words, *shell_text(instruction).split()]}:
            package = facts.programs.get(word)
            if package is not None:
                found.append(Need(package, word, step.keyword, "runs"))
    return found


def called_needs(facts: SystemFacts, called: Sequence[Called]) -> list[Need]:
    """The programs that commands from outside call in the container: a compose file's health check (R30)."""
    programs = facts.programs
    return [
        Need(programs[each.word], each.word, each.by, "runs", each.sure)
        for each in called
        if each.word in programs
    ]
