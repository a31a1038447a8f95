"""Variables of compose files: ``${TAG:-x}``, and the ``.env`` beside the file.

https://docs.docker.com/reference/compose-file/interpolation/
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from uvdive.base.errors import UsageError
from uvdive.base.files.foreign import read_start

LONGEST = 64 << 10
"""Characters that a value may have: an ``.env`` whose lines double each other grows without end."""

MOST_BYTES = 1 << 20
_DEEPEST = 50
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LINE = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_][\w.-]*)\s*[=:]\s*+(?P<rest>.*)")
_OPERATORS = (":-", ":?", ":+", "-", "?", "+")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(slots=True)
class Variables:
    """The values that names have, and the names that were asked for and have none."""

    values: Mapping[str, str]
    missing: dict[str, None] = field(default_factory=dict)

    def expand(self, text: str, where: str) -> str:
        """A text with its variables filled in; one without a value becomes nothing, as compose has it.

        Args:
            text: the text.
            where: the place of it, for people.

        Raises:
            UsageError: a variable that has to be set is not, the text is no right one, or the result
                is longer than LONGEST.
        """
        found = self._expand(text, where, 0)
        if len(found) > LONGEST:
            raise UsageError(f"{where}: a value is over {LONGEST >> 10} KiB.", "Shorten its variables.")
        if "\0" in found or not is_unicode(found):
            raise UsageError(f"{where}: a value holds what no program can be given.", "Write plain text.")
        return found

    def _expand(self, text: str, where: str, depth: int) -> str:
        if depth > _DEEPEST:
            raise UsageError(f"{where}: variables are over {_DEEPEST} levels deep.", "Name values instead.")
        parts, at = [], 0
        while (dollar := text.find("$", at)) >= 0:
            parts.append(text[at:dollar])
            if text.startswith("$$", dollar):
                parts.append("$")
                at = dollar + 2
            elif text.startswith("${", dollar):
                end = _closing(text, dollar + 2)
                if end is None:
                    raise UsageError(f"{where}: “{text[:60]}” has a ${{ without its }}.", "Close it.")
                parts.append(self._braced(text[dollar + 2 : end], where, depth))
                at = end + 1
            elif name := _NAME.match(text, dollar + 1):
                parts.append(self._plain(name[0]))
                at = name.end()
            else:
                parts.append("$")
                at = dollar + 1
        return "".join([*parts, text[at:]])

    def _plain(self, name: str) -> str:
        if name not in self.values:
            self.missing[name] = None
        return self.values.get(name, "")

    def _braced(self, inside: str, where: str, depth: int) -> str:
        match = _NAME.match(inside)
        rest = inside[match.end() :] if match is not None else ""
        operator = next((each for each in _OPERATORS if rest.startswith(each)), "")
        if match is None or (rest and not operator):
            raise UsageError(f"{where}: ${{{inside[:60]}}} is no variable.", "Write $$ for a plain dollar.")
        name, other = match[0], rest[len(operator) :]
        value = self.values.get(name)
        there = value is not None and not (operator.startswith(":") and not value)
        if operator.endswith("+"):
            return self._expand(other, where, depth + 1) if there else ""
        if there:
            return value or ""
        if operator.endswith("-"):
            return self._expand(other, where, depth + 1)
        if operator.endswith("?"):
            said = self._expand(other, where, depth + 1)
            raise UsageError(
                f"{where} needs the variable {name}{f': {said[:200]}' if said else ''}.",
                f"Set {name} in the environment or in .env.",
            )
        return self._plain(name)


def is_unicode(text: str) -> bool:
    """Can a text be written as UTF-8? YAML's escapes may make halves of characters."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _closing(text: str, at: int) -> int | None:
    """The offset of the brace that closes one open before ``at``."""
    depth = 1
    for index in range(at, len(text)):
        if text.startswith("${", index):
            depth += 1
        elif text[index] == "}":
            depth -= 1
            if not depth:
                return index
    return None


def read_variables(folder: Path, environ: Mapping[str, str]) -> Variables:
    """The variables of a compose file in ``folder``: its ``.env``, and over it the environment.

    Raises:
        UsageError: ``.env`` is no text, is too long, or holds a value that is.
    """
    path = folder / ".env"
    return Variables({**read_env_file(path, environ), **environ} if path.is_file() else dict(environ))


def read_env_file(path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The ``NAME=VALUE`` lines of a file; values in double quotes and bare ones may name variables.

    Raises:
        UsageError: it cannot be read, is no text, or holds a value that is too long.
    """
    found: dict[str, str] = {}
    # The environment goes first, as everywhere in compose.
    known = Variables(ChainMap(dict(environ), found))
    for number, line in enumerate(read_bounded(path).splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None or line.lstrip().startswith("#"):
            continue
        value, raw = _value(match["rest"])
        found[match["name"]] = value if raw else known.expand(value, f"{path}, line {number}")
    return found


def _value(rest: str) -> tuple[str, bool]:
    """A line's value, and whether it is to be taken as it is."""
    if rest[:1] == "'" and (end := rest.find("'", 1)) > 0:
        return rest[1:end], True
    if rest[:1] == '"' and (match := re.match(r'"((?:[^"\\]|\\.)*)"', rest)):
        return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), match[1]), False
    return re.sub(r"(?<!\s)\s+#.*", "", rest).strip() if not rest.startswith("#") else "", False


def read_bounded(path: Path) -> str:
    """The text of a file of at most 1 MiB.

    Raises:
        UsageError: it cannot be read, is longer, or is no UTF-8 text.
    """
    try:
        data = read_start(path, MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Check the path.") from error
    except ValueError as error:  # a NUL in the name
        raise UsageError(f"{str(path)!r} is no path.", "Check the path.") from error
    if len(data) > MOST_BYTES:
        raise UsageError(f"{path} is over {MOST_BYTES >> 20} MiB, more than is read.", "Name another file.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text.", "Save it as UTF-8, or name another file.") from error
