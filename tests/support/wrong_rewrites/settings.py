"""Mistakes in what a container starts with: each mutator makes none where it does not apply."""

from __future__ import annotations

import re
from collections.abc import Iterator

from uvdive.dockerfile.text.edits import json_array
from uvdive.dockerfile.text.heredocs import raw_words
from wrong_rewrites.subject import Mutant, Subject

_DROPPED = ("USER", "WORKDIR", "EXPOSE", "HEALTHCHECK", "STOPSIGNAL", "VOLUME", "LABEL", "ONBUILD", "CMD")


def variables(subject: Subject) -> Iterator[Mutant]:
    """A variable lost, changed, or one more."""
    for each in subject.last_stage:
        words = raw_words(each.value) if each.keyword == "ENV" else []
        if not words or "=" not in words[0]:
            continue
        for word in words:
            name = word.partition("=")[0]
            rest = [other for other in words if other is not word]
            source = f"ENV {' '.join(rest)}\n" if rest else ""
            yield Mutant("a variable lost", name, subject.with_source(each, source))
            changed = f"ENV {' '.join((*rest, f'{name}=/elsewhere'))}\n"
            yield Mutant("a variable changed", name, subject.with_source(each, changed))
    yield Mutant("a variable more", "PYTHONPATH", subject.with_lines("ENV PYTHONPATH=/elsewhere"))


def dropped(subject: Subject) -> Iterator[Mutant]:
    """A setting lost."""
    for each in subject.last_stage:
        if each.keyword in _DROPPED:
            yield Mutant(f"{each.keyword} lost", each.value[:60], subject.with_source(each, ""))
    if subject.after.config.entrypoint:
        lines = ("ENTRYPOINT []", _cmd(subject.after.config.cmd))
        yield Mutant("ENTRYPOINT lost", "", subject.with_lines(*lines))


def changed(subject: Subject) -> Iterator[Mutant]:
    """A setting changed."""
    config = subject.after.config
    yield Mutant("USER changed", "4321", subject.with_lines("USER 4321"))
    yield Mutant("WORKDIR changed", "/elsewhere", subject.with_lines("WORKDIR /elsewhere"))
    yield Mutant("EXPOSE changed", "4321", subject.with_lines("EXPOSE 4321"))
    if config.healthcheck:
        yield Mutant("HEALTHCHECK changed", "true", subject.with_lines("HEALTHCHECK CMD true"))
    if config.cmd:
        fewer = config.cmd[:-1] if len(config.cmd) > 1 else ("/bin/true",)
        yield Mutant("CMD changed", "its last word lost", subject.with_lines(_cmd(fewer)))
        more = (*config.cmd[:-1], f"{config.cmd[-1]}x")
        yield Mutant("CMD changed", "its last word another", subject.with_lines(_cmd(more)))
    if config.entrypoint:
        line = f"ENTRYPOINT {json_array((*config.entrypoint[:-1], '/bin/true'))}"
        yield Mutant("ENTRYPOINT changed", "", subject.with_lines(line, _cmd(config.cmd)))


def uv_kept(subject: Subject) -> Iterator[Mutant]:
    """The original's start command, which calls the uv that is gone."""
    old, new = subject.before.config, subject.after.config
    start = " ".join((*(old.entrypoint or ()), *(old.cmd or ())))
    if (old.entrypoint, old.cmd) == (new.entrypoint, new.cmd) or not re.search(r"\buvx?\b", start):
        return
    entry = f"ENTRYPOINT {json_array(old.entrypoint or ())}"
    yield Mutant("uv's use kept", start[:60], subject.with_lines(entry, _cmd(old.cmd)))


def _cmd(words: tuple[str, ...] | None) -> str:
    return f"CMD {json_array(words or ())}"


MUTATORS = (variables, dropped, changed, uv_kept)
