"""The variables of the last stage: the author's, without what only the build reads (R27, R39)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from uvdive.base.paths import is_below
from uvdive.base.words import all_of
from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.text.heredocs import raw_words
from uvdive.dockerfile.text.pair_lines import without_pairs
from uvdive.dockerfile.text.syntax import parse
from uvdive.dockerfile.variables import pairs
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.stages.credentials import build_only, without
from uvdive.rewrite.start import Start

TOOLS = re.compile(r"(UV|PIP|PIPX|PIPENV|POETRY|PDM)_[A-Z]\w*")
"""Variables by which tools that install packages are told what to do."""

_STARTED = ("pip", "pipx", "pipenv", "poetry", "pdm")
"""Tools of which a start command may still call one: then it reads its variables."""

INSTALLER_PLACE = re.compile(
    r"(?P<at>(?P<place>(?:~|\$\{?HOME\}?|(?:/[\w.-]+){1,16})/\.(?:local|cargo)/bin)/?)(?P<colon>:|(?=[\"'\s]|$))"
)
"""Where installers put programs in a home."""

_PLAIN_PATH = re.compile(r"PATH=[\"']?:?\$\{?PATH\}?:?[\"']?")
_USED = re.compile(r"\$\{?([A-Za-z_]\w*)")


def last_environs(
    evidence: Evidence,
    start: Start,
    repeated: Iterable[Step],
    copied: Sequence[str],
    named: Collection[str] | None,
    notes: Notes,
) -> Mapping[int, str]:
    """Each ENV as the last stage has it, by its line; an empty text where nothing of it is left.

    Args:
        evidence: the file.
        start: how the new image starts, and whether uv stays in it.
        repeated: the instructions beside ENV that the last stage has too and that use variables.
        copied: the paths that come from the build stage.
        named: the variables of tools that a file of the app names; None where no file was looked at,
            so that all of them stay.
        notes: what is left out is said there, and announced to the proof.
    """
    gone = _of_tools(evidence, start, repeated, named) if named is not None else {}
    if gone:
        notes.decide(
            "build-variables",
            "R27",
            min(gone.values()),
            f"{all_of(sorted(gone))} {'stay' if len(gone) > 1 else 'stays'} in the build stage",
            "They only tell how packages are installed, which nothing does in the final image.",
        )
        notes.allowed.config.update(f"Env:{name}" for name in gone)
    left = build_only(evidence) | gone.keys()
    found = {step.line: without(step, left) for step in evidence.steps if step.keyword == "ENV"}
    if start.scripts.copied_uv is None:
        for line, text in found.items():
            found[line] = without_installer_place(text, line, copied, notes)
    return found


def _of_tools(
    evidence: Evidence, start: Start, repeated: Iterable[Step], named: Collection[str]
) -> dict[str, int]:
    """The variables that only a tool of the build reads, each with the line of its first ENV."""
    lines = {
        name: step.line
        for step in reversed(evidence.steps)
        if step.keyword == "ENV"
        for name, _ in pairs(step.instruction.value, step.values.get)
        if TOOLS.fullmatch(name)
    }
    calls = " ".join(_commands(evidence, start)).lower()
    kept = {tool.upper() for tool in _STARTED if re.search(rf"\b{tool}\b", calls)}
    kept |= {"UV"} if start.scripts.copied_uv is not None else set()
    found = {
        name: line for name, line in lines.items() if name not in named and name.partition("_")[0] not in kept
    }
    describing = [s for s in evidence.steps if s.keyword not in ("RUN", "ARG", "COPY", "ADD")]
    for step in [*describing, *repeated]:
        if step.keyword == "ENV" and not without(step, frozenset(found)):
            continue
        for name in _USED.findall(step.instruction.value):
            found.pop(name, None)
    return found


def _commands(evidence: Evidence, start: Start) -> Iterator[str]:
    """The texts of what the new image starts."""
    for keyword in ("ENTRYPOINT", "CMD", "HEALTHCHECK"):
        step = evidence.last(keyword)
        if step is not None:
            yield start.moved.get(step.line, command_text(step.instruction))


def in_roots_home(place: str) -> str:
    """An installer's place with root's home written out."""
    return re.sub(r"^(?:~|\$\{?HOME\}?)", "/root", place)


def without_installer_place(text: str, line: int, copied: Sequence[str], notes: Notes) -> str:
    """An ENV without the places on PATH where only uv's installer had put something; ``copied`` are kept."""
    for found in list(INSTALLER_PLACE.finditer(text)) if re.search(r"\bPATH\b", text) else ():
        place = in_roots_home(found["place"])
        if any(is_below(path, place) or is_below(place, path) for path in copied):
            continue
        text = text.replace(found[0], "", 1)
        notes.decide(
            "installer-path",
            "R27",
            line,
            f"{found['place']} leaves PATH",
            "What uv and its installer bring lies there, and nothing of that is in the final image.",
        )
        notes.allowed.config.add("Env:PATH")
    return _without_plain_path(text)


def _without_plain_path(text: str) -> str:
    """An ENV without a pair that gives PATH its own value, which says nothing."""
    instruction = next(iter(parse(text).instructions), None) if text.strip() else None
    if instruction is None:
        return text
    words = raw_words(instruction.value)
    plain = [word for word in words if _PLAIN_PATH.fullmatch(word)]
    if not plain:
        return "" if re.fullmatch(r"PATH\s+:?\$\{?PATH\}?:?", instruction.value.strip()) else text
    return "" if len(plain) == len(words) else without_pairs(text, instruction.value, plain) or text
