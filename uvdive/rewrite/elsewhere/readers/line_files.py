"""Files of lines: what Makefiles, justfiles, scripts and tasks start in a container (R24).

They run on the host, where a `uv run` is none of the image's business. Only what they hand to
`docker run`, `docker compose exec` and the like is; a Procfile's lines may run in the container.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from uvdive.dockerfile.shell.reading import read_script
from uvdive.rewrite.elsewhere.context_texts import Text
from uvdive.rewrite.elsewhere.own_images import OwnImages
from uvdive.rewrite.elsewhere.slots import Duty, How, Outside, Slot, may_call
from uvdive.uv.mentions import mentions_uv

_ASSIGNED = re.compile(
    r"^[ \t]*(?:export[ \t]+|override[ \t]+)?([A-Za-z_]\w*)[ \t]*(?:[:?+]{0,3}=)[ \t]*+(.*)$",
    re.MULTILINE,
)
_STRING = re.compile(r"\"([^\"\\\n]*)\"|'([^'\\\n]*)'")
_FUNCTION = re.compile(
    r"^[ \t]*(?:function[ \t]+)?([A-Za-z_][\w-]*)[ \t]*\(\)\s*"
    r"\{(?:\s*+([^\s;{}][^\n;{}]*?)(?<![ \t])[ \t]+|\s+)\"?\$[@*]\"?[ \t;\n]*\}",
    re.MULTILINE,
)
_ALIAS = re.compile(r"^[ \t]*alias[ \t]+([A-Za-z_][\w-]*)=([\"'])(.*?)\2", re.MULTILINE)
_UNIT = re.compile(r"[ \t]*Exec\w*[ \t]*=[ \t]*[-@:+!|]*")
_IMAGE = re.compile(r"^[ \t]*Image[ \t]*=[ \t]*(\S+)", re.MULTILINE)
# `["uv", "run", …]` in JSON, HCL and TOML, and a program beside its arguments.
_WORDS = re.compile(
    r"\[\s*\"(?P<words>(?:/[^\"\s]*/)?uvx?\"(?:\s*,\s*\"[^\"\n]*\")+)"
    r"|\bcommand\"?\s*[=:]\s*\"(?P<program>(?:/[^\"\s]*/)?uvx?)\""
)
_NAMES_IMAGE = re.compile(r"\"(?:image|containerDefinitions)\"\s*:")
_CALLS = re.compile(r"\s*(?:[^\s=]+=\S*+\s++)*+(?:\S*/)?uvx?\s")
_HOST = re.compile(r"\s*(?:docker|podman|nerdctl|kubectl)(?:-compose)?\s")
# A variable that holds a command: `RUN = docker compose run web uv run`.
_HELD = re.compile(
    r"[ \t]*(?:export[ \t]+)?[A-Za-z_]\w*[ \t]*[:?+]{0,3}=[ \t]*(?=(?:docker|podman|nerdctl|kubectl))"
)
_PROCESS = re.compile(r"[ \t]*[\w-]+:[ \t]*")


def read_lines(given: Text, outside: Outside) -> None:
    """Add the lines of a text that name uv."""
    text = given.text
    known = {name: value.rstrip(" \t").strip("\"'") for name, value in _ASSIGNED.findall(text)}
    known |= {f"{name}()": value for name, value in _FUNCTION.findall(text)}
    known |= {f"{name}()": value for name, _, value in _ALIAS.findall(text)}
    for start, end in _pieces(given):
        _add(given, start, end, "host", "asked", outside, known=known)
    of_container = given.path.endswith(".json") and _NAMES_IMAGE.search(text) is not None
    if of_container or given.path.endswith((".tf", ".nomad", ".hcl")):
        _add_words(given, outside, sure=False)


def read_unit(given: Text, own: OwnImages, outside: Outside) -> None:
    """Add what a container of podman's units (Quadlet) starts."""
    image = _IMAGE.search(given.text)
    found = own.of_image(image[1]) if image is not None else None
    for start, end in _logical_lines(given.text):
        head = _UNIT.match(given.text, start, end)
        if head is not None and found is not False:
            _add(given, head.end(), end, "shell", "start", outside, sure=own.sure(found))


def read_source(given: Text, outside: Outside) -> None:
    """Add the commands of the host in the texts of Python code that call uv in a container."""
    for start, end in _strings(given.text):
        if _HOST.match(given.text, start, end):
            _add(given, start, end, "host", "asked", outside)


def _add_words(given: Text, outside: Outside, *, sure: bool) -> None:
    for match in _WORDS.finditer(given.text):
        words = re.findall(r'[^\s",]+', match["words"] or match["program"])
        line = given.text.count("\n", 0, match.start()) + 1
        outside.starts = outside.starts or sure
        outside.slots.append(Slot(given.path, line, "", "code", "start", sure, " ".join(words)))


def read_procfile(given: Text, outside: Outside, *, sure: bool) -> None:
    """Add a Procfile's commands."""
    for start, end in _logical_lines(given.text):
        head = _PROCESS.match(given.text, start, end)
        if head is not None:
            outside.starts = outside.starts or sure
            _add(given, head.end(), end, "shell", "start", outside, sure=sure)


def read_platform(given: Text, outside: Outside, *, sure: bool) -> None:
    """Add the commands in a platform's settings (fly.toml, railway.json), which run in the container."""
    for start, end in _strings(given.text):
        if _CALLS.match(given.text, start, end):
            outside.starts = outside.starts or sure
            _add(given, start, end, "shell", "start", outside, sure=sure)
    _add_words(given, outside, sure=sure)


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
    if name.endswith((".json", ".toml", ".ini", ".nomad", ".hcl", ".tf")) or name == "Jenkinsfile":
        yield from _strings(given.text)
    elif (
        (name.endswith((".sh", ".bash", ".zsh")) or given.text.startswith("#!"))
        and may_call(given.text)
        and read_script(given.text)
    ):
        yield 0, len(given.text)
    else:
        head_of = _UNIT if name.endswith(".service") else _HELD
        for start, end in _logical_lines(given.text):
            head = head_of.match(given.text, start, end)
            yield (start if head is None else head.end()), end


def _strings(text: str) -> Iterator[tuple[int, int]]:
    """Where the texts in quotes begin and end."""
    return (match.span(match.lastindex or 0) for match in _STRING.finditer(text))


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
