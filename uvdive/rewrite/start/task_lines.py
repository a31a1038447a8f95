"""Task files whose lines start without uv: Procfiles, Makefiles, justfiles, supervisor's settings (R24)."""

from __future__ import annotations

import posixpath
import re

from uvdive.rewrite.start.shell_edit import NotUnderstoodError, Strip, edit, resets, still_calls
from uvdive.rewrite.start.surroundings import Spot
from uvdive.rewrite.start.uv_run import UV, Stripped

_KINDS = (
    (re.compile(r"Procfile(?:\.[\w.-]+)?"), re.compile(r"[ \t]*[\w-]+:[ \t]*"), ("honcho", "foreman")),
    (re.compile(r"(?:GNU)?[Mm]akefile"), re.compile(r"\t[ \t]*[@+-]*[ \t]*"), ("make", "gmake")),
    (re.compile(r"\.?[Jj]ustfile"), re.compile(r"[ \t]+[@-]*[ \t]*"), ("just",)),
    (re.compile(r".*\.(?:conf|ini)"), re.compile(r"[ \t]*command[ \t]*=[ \t]*"), ("supervisord",)),
)
_FOLDER = re.compile(r"^[ \t]*directory[ \t]*=[ \t]*([^\s;]+)", re.MULTILINE)
_OWN_PATH = re.compile(r"^[ \t]*environment[ \t]*=.*\bPATH=", re.MULTILINE)


def programs_of(path: str) -> tuple[str, ...]:
    """The programs that read a task file of this name; none for other files."""
    name = posixpath.basename(path)
    return next((programs for pattern, _, programs in _KINDS if pattern.fullmatch(name)), ())


def patched_lines(path: str, text: str, strip: Strip) -> str:
    """A task file whose commands start without uv; every other line stays.

    Raises:
        NotUnderstoodError: it is none of these files, or calls uv in a line that is no plain command.
    """
    name = posixpath.basename(path)
    head = next((head for pattern, head, _ in _KINDS if pattern.fullmatch(name)), None)
    if head is None:
        raise NotUnderstoodError
    settings = name.endswith((".conf", ".ini"))
    folder = _folder(text) if settings else None

    def ask(words: tuple[str, ...], where: Spot | None) -> Stripped | None:
        stripped = strip(words, where)
        if stripped is not None and stripped.folder is not None and settings:
            raise NotUnderstoodError  # no shell reads the command, which could go elsewhere first
        return stripped

    lines = []
    for line in re.findall(r"(?:[^\n]*\\\r?\n)*[^\n]*\n|[^\n]+\Z", text):
        body = line.rstrip("\r\n")
        match = head.match(body)
        if body.lstrip().startswith(("#", ";")) or not UV.search(body):
            lines.append(line)
            continue
        command = body[match.end() :] if match is not None else body
        if match is None or resets(command):
            raise NotUnderstoodError
        new = edit(command, ask, lambda _words: None, Spot(folder))
        if still_calls(new, UV):
            raise NotUnderstoodError
        lines.append(body[: match.end()] + new + line[len(body) :])
    return "".join(lines)


def _folder(text: str) -> str | None:
    """The one folder that supervisor's programs start in; None where none is named."""
    folders = set(_FOLDER.findall(text))
    if len(folders) > 1 or _OWN_PATH.search(text):
        raise NotUnderstoodError
    return folders.pop() if folders else None
