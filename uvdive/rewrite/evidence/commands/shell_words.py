"""The texts that a word of a shell command may stand for, as patterns of paths.

Variables come from the instruction's own and from assignments and loops of the script; what only
the running shell knows is ``UNKNOWN``.
"""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator, Mapping

from uvdive.dockerfile.shell.commands import Script

UNKNOWN = "\0"
"""Stands in a pattern for what the text does not tell."""

_MOST = 64
# One that does not end goes to the end of the text: so it is looked for once.
_REFERENCE = re.compile(
    r"\$(?:\{(\w+)(?::?[-=]([^}]*))?\}|(\w+)|\{[^}]*(?:\}|\Z)|\([^)]*(?:\)\)?|\Z))|`[^`]*`", re.DOTALL
)
_LOOP = re.compile(r"\bfor\s+(\w+)\s+in\s++([^;\n]*)(?:[;\n]|\Z)")
_BRACES = re.compile(r"\{([^{},]*,[^{}]*)\}")

Values = Mapping[str, tuple[str, ...]]
"""The texts that each variable may hold."""


def values_of(script: Script, environ: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What each variable may hold anywhere in the script."""
    found: dict[str, tuple[str, ...]] = {name: (value,) for name, value in environ.items()}
    for command in script.commands:
        named = command.assignments
        if command.program in ("export", "declare", "local", "readonly"):
            named = command.words[1:]
        for word in named:
            name, sign, value = word.text.partition("=")
            if sign and name.isidentifier():
                known = tuple(texts(value, found, literal=word.literal))
                found[name] = tuple(dict.fromkeys((*found.get(name, ()), *known)))
        if command.program == "read":
            found.update({word.text: (UNKNOWN,) for word in command.words[1:]})
    for match in _LOOP.finditer(script.text):
        words = [each.strip("\"'") for each in match[2].split()]
        looped = tuple(text for word in words for text in texts(word, found)) or (UNKNOWN,)
        found[match[1]] = tuple(dict.fromkeys((*found.get(match[1], ()), *looped)))
    return found


def texts(word: str, values: Values, *, literal: bool = False) -> Iterator[str]:
    """Every text that a word may stand for; patterns stay as they are.

    Args:
        word: without its quotes.
        values: of the variables.
        literal: nothing in it is the shell's.
    """
    if literal:
        yield word
        return
    pieces: list[tuple[str, ...]] = []
    end = 0
    for match in _REFERENCE.finditer(word):
        pieces += [(word[end : match.start()],), _value(match, values)]
        end = match.end()
    pieces.append((word[end:],))
    expanded = ("".join(each) for each in itertools.product(*pieces))
    yield from itertools.islice(itertools.chain.from_iterable(map(_unbraced, expanded)), _MOST)


def _value(match: re.Match[str], values: Values) -> tuple[str, ...]:
    name = match[1] or match[3]
    known = values.get(name or "", ())
    if known:
        return known
    return (match[2],) if match[2] else (UNKNOWN,)


def _unbraced(text: str) -> Iterator[str]:
    match = _BRACES.search(text)
    if match is None:
        yield text
        return
    for choice in match[1].split(","):
        yield from _unbraced(text[: match.start()] + choice + text[match.end() :])


def absolute(text: str, folder: str, home: str) -> str:
    """A path as seen from the root; one whose beginning nobody knows is ``UNKNOWN``."""
    if text == "~" or text.startswith("~/"):
        text = f"{home}{text[1:]}"
    elif text.startswith("~"):
        text = f"/home/{text[1:]}"
    if text.startswith(UNKNOWN) or (not text.startswith("/") and folder.startswith(UNKNOWN)):
        return UNKNOWN
    return "/" + posixpath.normpath(posixpath.join(folder, text)).lstrip("/")


def expression(path: str) -> str:
    """The regular expression of a pattern, as the shell means it: ``*`` stays within a folder."""
    out = []
    at = 0
    while at < len(path):
        char = path[at]
        end = path.find("]", at + 2) if char == "[" else -1
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif end > 0:
            inside = path[at + 1 : end].replace("\\", "\\\\")
            out.append(f"[{'^' + inside[1:] if inside.startswith('!') else inside}]")
            at = end
        elif char == "\\" and at + 1 < len(path):
            at += 1
            out.append(re.escape(path[at]))
        else:
            out.append(re.escape(char))
        at += 1
    return "".join(out)
