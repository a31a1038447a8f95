"""Which instruction made which history entry of an image.

The spellings differ by builder: BuildKit appends ``# buildkit`` and writes build
arguments as ``RUN |2 A=x B=y /bin/sh -c …``, the classic builder and podman write
``/bin/sh -c #(nop) …``, kaniko writes the instruction itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.dockerfile.keywords import KEYWORDS
from uvdive.dockerfile.shell.patterns import gapped
from uvdive.dockerfile.stages import Stage, lineage, read_stages
from uvdive.dockerfile.text.syntax import Instruction, parse
from uvdive.dockerfile.variables import Lookup, expand, pairs

# Stands for text that only the build knows: an ARG's value, a variable of the base image.
_UNKNOWN = "\ue001"
_NOP = "/bin/sh -c #(nop)"
_ARGUMENTS = re.compile(r"\|\d+ ")
_NOISE = re.compile(r"""[\s"'\\\[\],]+""")
_FLAGS = re.compile(r"^(?:--\S+ )+")
_HEREDOC = re.compile(r"<<-(?=\S)")


@dataclass(frozen=True, slots=True)
class HistoryMatch:
    """How an image's history lies beside a Dockerfile.

    ``spans`` has the first and last line (1-based) of each entry's instruction, or
    None. ``base_entries`` counts the leading entries that came with FROM.
    ``matches`` says that all of the last stage's instructions, and nothing else,
    follow them. ``base_name`` is the image that FROM names, followed through stages
    and with ARGs at their defaults; None where a default is missing.
    """

    spans: tuple[tuple[int, int] | None, ...]
    base_entries: int
    matches: bool
    base_name: str | None


def match_history(created_by: Sequence[str], dockerfile_text: str) -> HistoryMatch:
    """Lay the history of an image (all entries, oldest first) beside its Dockerfile's last stage.

    Raises:
        DockerfileError: the text is no Dockerfile.
    """
    dockerfile = parse(dockerfile_text)
    stages = read_stages(dockerfile)
    chain = lineage(stages, stages[-1])
    expected = [pair for stage in chain for pair in _expected(stage, dockerfile.escape)]
    entries = [_Entry.read(text) for text in created_by]
    found = _align(entries, [pattern for _, pattern in expected])
    spans: list[tuple[int, int] | None] = [None] * len(created_by)
    for entry, index in found.items():
        instruction = expected[index][0]
        spans[entry] = (instruction.line, instruction.end_line)
    base_entries = min(found, default=0 if expected else len(created_by))
    own = [index for index in range(base_entries, len(entries)) if entries[index].keyword != "ONBUILD"]
    matches = len(found) == len(expected) and sorted(found) == own
    return HistoryMatch(tuple(spans), base_entries, matches, chain[0].base or None)


@dataclass(frozen=True, slots=True)
class _Entry:
    keyword: str
    text: str

    @classmethod
    def read(cls, created_by: str) -> _Entry:
        text, classic = _without_nop(created_by.strip().removesuffix("# buildkit").strip())
        keyword, _, rest = text.partition(" ")
        if keyword in KEYWORDS:
            return cls(keyword, _plain(keyword, rest))
        if classic or text.startswith("#"):
            return cls("", "")
        return cls("RUN", _plain("RUN", text))


def _without_nop(text: str) -> tuple[str, bool]:
    """A text without what the classic builder puts in front of all but RUN, and whether it was there."""
    head, classic, rest = text.partition(_NOP)
    if not classic:
        return text, False
    arguments = _ARGUMENTS.search(head)
    return (head if arguments is None else head[: arguments.start()]) + rest.lstrip(), True


def _plain(keyword: str, text: str) -> str:
    """The text without what builders write differently: spaces, quotes, list marks, flags."""
    if keyword in ("COPY", "ADD"):
        text = _FLAGS.sub("", text.strip())
    if keyword == "EXPOSE":
        ports = re.findall(r"\d[\d-]*(?:/\w+)?", re.sub(r":\{\}|map", " ", text))
        text = ",".join(sorted(port if "/" in port else f"{port}/tcp" for port in ports))
    if keyword == "WORKDIR":
        text = text.rstrip().rstrip("/") or "/"
    return _NOISE.sub("", text)


def _expected(stage: Stage, escape: str) -> list[tuple[Instruction, re.Pattern[str]]]:
    """Each instruction with a pattern that its entry's plain text must fit as a whole."""
    found = []
    # ENV is known from the file alone; an ARG's value is the build's.
    env: dict[str, str] = {}

    def lookup(name: str) -> str:
        return env.get(name, _UNKNOWN)

    for instruction in stage.instructions:
        if instruction.keyword == "RUN":
            text = _run_text(instruction)
        else:
            text = _history_text(instruction, lookup, escape)
        if instruction.keyword == "ENV":
            env.update([(k, v or "") for k, v in pairs(instruction.value, lookup, escape)])
        elif instruction.keyword == "ARG":
            for name, _ in pairs(instruction.value, lookup, escape):
                env.setdefault(name, _UNKNOWN)
        # The classic builder notes an ONBUILD in the history, BuildKit does not.
        if instruction.keyword != "ONBUILD":
            found.append((instruction, _pattern(instruction, text)))
    return found


def _run_text(instruction: Instruction) -> str:
    """What BuildKit hands to the shell: a lone heredoc's body, else the command with its heredocs."""
    if re.fullmatch(r"\d*<<-?\S+", instruction.arguments):
        return "".join(heredoc.body for heredoc in instruction.heredocs)
    bodies = "".join(f"\n{heredoc.body}{heredoc.name}" for heredoc in instruction.heredocs)
    return " ".join(instruction.exec_form or (instruction.arguments,)) + bodies


def _history_text(instruction: Instruction, lookup: Lookup, escape: str) -> str:
    keyword = instruction.keyword
    if keyword in ("CMD", "ENTRYPOINT", "SHELL", "HEALTHCHECK"):
        return " ".join(instruction.exec_form or (instruction.arguments,))
    if keyword in ("ENV", "LABEL"):
        return " ".join(f"{k}={v}" for k, v in pairs(instruction.value, lookup, escape))
    if keyword == "ARG":
        return " ".join(f"{k}{_UNKNOWN}" for k, _ in pairs(instruction.value, lookup, escape))
    words = instruction.exec_form or (instruction.arguments,)
    if instruction.heredocs:  # of "<<-'NAME'" BuildKit notes the name alone
        words = tuple(_HEREDOC.sub("<<", word) for word in words)
    return " ".join(expand(word, lookup, escape) for word in words)


def _pattern(instruction: Instruction, text: str) -> re.Pattern[str]:
    keyword = instruction.keyword
    parts = [re.escape(_plain(keyword, part)) for part in text.split(_UNKNOWN)]
    body = gapped(parts)
    if keyword == "EXPOSE" and _UNKNOWN in text:
        body = ".*"
    if keyword in ("RUN", "CMD", "ENTRYPOINT"):
        body = gapped(["", *parts])  # the shell and build arguments stand before it
    elif keyword == "HEALTHCHECK":
        body = f".*{re.escape(_plain(keyword, text).removeprefix('CMD'))}.*"
    elif keyword == "WORKDIR":
        body = f"{_folder(text)}|{re.escape(_plain(keyword, instruction.arguments))}"
    elif keyword in ("COPY", "ADD"):
        # The classic builder writes sources as a hash: "COPY file:1f… in /app".
        destination = _NOISE.sub("", "".join(text.split()[-1:]))
        places = gapped([re.escape(part) for part in destination.split(_UNKNOWN)])
        body = rf"{body}|(?:file|dir|multi):[0-9a-f]+in{places}"
    return re.compile(f"{keyword}:(?:{body})", re.DOTALL)


def _folder(text: str) -> str:
    """An expression for the clean absolute path that builders note for a WORKDIR.

    What is not known of a path may be empty, and may hold slashes itself.
    """
    parts: list[str] = [] if text.startswith(("/", _UNKNOWN)) else [_UNKNOWN]
    for part in text.split("/"):
        if part == "..":
            parts = parts[:-1] if parts and _UNKNOWN not in parts[-1] else [_UNKNOWN]
        elif part not in ("", "."):
            parts.append(_NOISE.sub("", part))
    if not any(part.strip(_UNKNOWN) for part in parts):
        return "/.*" if parts else "/"
    return _path_expression(parts)


def _path_expression(parts: Sequence[str]) -> str:
    """Known parts after each other; between them what is not known, which may be nothing."""
    pieces = [""]
    gaps: list[str] = []
    for part in parts:
        known = part.strip(_UNKNOWN)
        if not known:
            if pieces[-1] or not gaps:
                gaps.append("(?:/.*)?")
                pieces.append("")
            continue
        first, *others = map(re.escape, part.split(_UNKNOWN))
        pieces[-1] += "/" + first
        gaps += [".*"] * len(others)
        pieces += others
    # As in ``gapped``: what stands first leaves the most room.
    found = pieces[0]
    for number, (gap, piece) in enumerate(zip(gaps, pieces[1:], strict=True), 1):
        lazy = gap.replace(".*)?", ".*?)??") if gap != ".*" else ".*?"
        found += gap + piece if number == len(gaps) else f"(?>{lazy}{piece})"
    return found


_MOST_PAIRS = 1_000_000
"""Entries times instructions: a history of thousands belongs to no Dockerfile of hundreds."""


def _align(entries: list[_Entry], patterns: list[re.Pattern[str]]) -> dict[int, int]:
    """Entry index -> instruction index: the longest common sequence, read from the end."""
    rows, columns = len(entries), len(patterns)
    if rows * columns > _MOST_PAIRS:
        return {}
    fits = [[bool(p.fullmatch(f"{entry.keyword}:{entry.text}")) for p in patterns] for entry in entries]
    best = [[0] * (columns + 1) for _ in range(rows + 1)]
    for row in range(rows):
        for column in range(columns):
            best[row + 1][column + 1] = (
                best[row][column] + 1
                if fits[row][column]
                else max(best[row][column + 1], best[row + 1][column])
            )
    found: dict[int, int] = {}
    row, column = rows, columns
    while row and column:
        if fits[row - 1][column - 1]:
            row, column = row - 1, column - 1
            found[row] = column
        elif best[row - 1][column] >= best[row][column - 1]:
            row -= 1
        else:
            column -= 1
    return found
