"""Mistakes in what fills the last stage: copies, packages, commands, its base."""

from __future__ import annotations

import re
from collections.abc import Iterator

from uvdive.dockerfile.text.syntax import Instruction
from uvdive.ledger.whose import is_os_package
from wrong_rewrites.subject import Mutant, Subject

_PLAIN_BASE = "debian:trixie-slim"
"""A base that has no Python."""


def _copies(subject: Subject) -> Iterator[tuple[Instruction, list[str]]]:
    for each in subject.last_stage:
        if each.keyword in ("COPY", "ADD") and each.exec_form is None and not each.heredocs:
            yield each, each.arguments.split()


def copies(subject: Subject) -> Iterator[Mutant]:
    """A copy left out, one of its sources, another destination."""
    for each, words in _copies(subject):
        *sources, target = words
        yield Mutant("a copy left out", " ".join(words)[:80], subject.with_source(each, ""))
        for source in sources if len(sources) > 1 else ():
            shorter = _without(each.source, source)
            yield Mutant("a path left out of a copy", source, subject.with_source(each, shorter))
        elsewhere = re.sub(rf"{re.escape(target)}(?=\s*$)", "/elsewhere/", each.source)
        yield Mutant("a copy to elsewhere", target, subject.with_source(each, elsewhere))


def owners(subject: Subject) -> Iterator[Mutant]:
    """A copy with another owner, or without the one that it had."""
    for each, words in _copies(subject):
        flags = [flag for flag in each.flags if not flag.startswith("--chown=")]
        place = " ".join(words)[:80]
        other = f"COPY {' '.join((*flags, '--chown=4321:4321', *words))}\n"
        yield Mutant("a copy's owner changed", place, subject.with_source(each, other))
        if len(flags) < len(each.flags):
            plain = f"COPY {' '.join((*flags, *words))}\n"
            yield Mutant("a copy's owner lost", place, subject.with_source(each, plain))


def commands(subject: Subject) -> Iterator[Mutant]:
    """A RUN left out."""
    for each in subject.last_stage:
        if each.keyword == "RUN":
            yield Mutant("a RUN left out", each.value[:80], subject.with_source(each, ""))


def packages(subject: Subject) -> Iterator[Mutant]:
    """An OS package dropped from the RUN that installs it."""
    names = {each.name for each in subject.before.components if is_os_package(each)}
    for each in subject.last_stage:
        words = each.source.split() if each.keyword == "RUN" else []
        for name in sorted(names & set(words)) if "install" in words or "add" in words else ():
            yield Mutant(
                "an OS package dropped", name, subject.with_source(each, _without(each.source, name))
            )


def bases(subject: Subject) -> Iterator[Mutant]:
    """The base of the last stage another one, without Python."""
    first = subject.last_stage[0]
    name = first.arguments.split()[0]
    if ":" in name and name != _PLAIN_BASE:
        other = first.source.replace(name, _PLAIN_BASE)
        yield Mutant("another base", name, subject.with_source(first, other))


def _without(source: str, word: str) -> str:
    return re.sub(rf"(?<!\S){re.escape(word)}(?:[ \t]*\\\n[ \t]*|[ \t]+|(?=\n)|$)", "", source, count=1)


MUTATORS = (copies, owners, commands, packages, bases)
