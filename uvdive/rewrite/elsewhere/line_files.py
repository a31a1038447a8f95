"""Files of lines: what Makefiles, justfiles, scripts and tasks start in a container (R24).

They run on the host, where a `uv run` is none of the image's business. Only what they hand to
`docker run`, `docker compose exec` and the like is; a Procfile's lines may run in the container.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from uvdive.dockerfile.shell import read_script
from uvdive.rewrite.elsewhere.context_texts import Text
from uvdive.rewrite.elsewhere.slots import Duty, How, Outside, Slot, may_call
from uvdive.uv.mentions import mentions_uv

_ASSIGNED = re.compile(
    r"^[ \t]*(?:export[ \t]+|override[ \t]+)?([A-Za-z_]\w*)[ \t]*(?:[:?+]{0,3}=)[ \t]*(.*?)[ \t]*$",
    re.MULTILINE,
)
_STRING = re.compile(r"\"([^\"\\\n]*)\"|'([^'\\\n]*)'")
_PROCESS = re.compile(r"[ \t]*[\w-]+:[ \t]*")


def read_lines(given: Text, outside: Outside) -> None:
    """Add the lines of a text that name uv."""
    text = given.text
    known = {name: value.strip("\"'") for name, value in _ASSIGNED.findall(text)}
    for start, end in _pieces(given):
        _add(given, start, end, "host", "asked", outside, known=known)


def read_procfile(given: Text, outside: Outside, *, sure: bool) -> None:
    """Add a Procfile's commands."""
    for start, end in _logical_lines(given.text):
        head = _PROCESS.match(given.text, start, end)
        if head is not None:
            outside.starts = outside.starts or sure
            _add(given, head.end(), end, "shell", "start", outside, sure=sure)


def read_platform(given: Text, outside: Outside, *, sure: bool) -> None:
    """Add the commands in a platform's settings (fly.toml, railway.json), which run in the container."""
    for match in _STRING.finditer(given.text):
        group = 1 if match[1] is not None else 2
        if re.match(r"\s*(?:\S+=\S*\s+)*(?:\S*/)?uvx?\s", match[group]):
            outside.starts = outside.starts or sure
            _add(given, match.start(group), match.end(group), "shell", "start", outside, sure=sure)


def _add(  # noqa: PLR0913 - what a slot is made of, by name
    given: Text,
    start: int,
    end: int,
    how: How,
    duty: Duty,
    outside: Outside,
    *,
    sure: bool = True,
    known: dict[str, str] | None = None,
) -> None:
    piece = given.text[start:end]
    named = may_call(piece) if how == "host" else mentions_uv(piece)
    if named:
        line = given.text.count("\n", 0, start) + 1
        places = range(start, end + 1)
        outside.slots.append(
            Slot(given.path, line, "", how, duty, sure, piece, places=places, known=known or {})
        )


def _pieces(given: Text) -> Iterator[tuple[int, int]]:
    name = posixpath.basename(given.path)
    if name.endswith((".json", ".toml", ".ini", ".nomad", ".hcl")) or name == "Jenkinsfile":
        for match in _STRING.finditer(given.text):
            group = 1 if match[1] is not None else 2
            yield match.start(group), match.end(group)
    elif name.endswith((".sh", ".bash", ".zsh")) and may_call(given.text) and read_script(given.text):
        yield 0, len(given.text)
    else:
        yield from _logical_lines(given.text)


def _logical_lines(text: str) -> Iterator[tuple[int, int]]:
    """Lines, those that end in a backslash with the next; comments left out."""
    start = at = 0
    for line in text.splitlines(keepends=True):
        at += len(line)
        if line.rstrip("\r\n").endswith("\\"):
            continue
        if not text[start:at].lstrip().startswith("#"):
            yield start, at - len(line) + len(line.rstrip("\r\n"))
        start = at
    if start < at:
        yield start, at
