"""What an ignore file leaves out of the build context (``.dockerignore``), as BuildKit reads it.

https://docs.docker.com/build/concepts/context/#dockerignore-files
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from uvdive.base.files.foreign import read_file

NAME = ".dockerignore"

_TOKEN = re.compile(r"\*\*/?|\*|\?|\[\^?(?:\\.|[^\]\\])+\]|\\.|.", re.DOTALL)


_RANGE = re.compile(r"(\\.|[^\\])(?:-(\\.|[^\\]))?", re.DOTALL)
_DOUBLED = re.compile(r"(\*\*/?)(?:\*\*/?)+")
_LONGEST = 4096
"""A longer pattern matches no path (PATH_MAX)."""

_MOST_DOUBLE = 4
"""Each ``**`` is held against each folder of a path: a pattern with more leaves nothing out."""

_MAX_BYTES = 256 << 10


def own_ignore_file(dockerfile: Path) -> Path:
    """Where the ignore file for one Dockerfile alone would be: ``NAME.dockerignore`` beside it."""
    return dockerfile.with_name(f"{dockerfile.name}{NAME}")


def ignore_file(context: Path, dockerfile: Path | None = None) -> Path | None:
    """The ignore file of a build: the Dockerfile's own, else the context's; None where there is neither."""
    own = () if dockerfile is None else (own_ignore_file(dockerfile),)
    return next((path for path in (*own, context / NAME) if path.is_file()), None)


def read_ignored(context: Path, dockerfile: Path | None = None) -> Ignored:
    """What a build leaves out; nothing where there is no ignore file, or none that can be read."""
    file = ignore_file(context, dockerfile)
    try:
        data = b"" if file is None else read_file(file, _MAX_BYTES, within=file.parent)
    except OSError:
        return Ignored()
    return Ignored.read(data.decode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line: ``text`` as it is matched, and whether it takes back what earlier ones leave out (``!``)."""

    text: str
    expression: re.Pattern[str]
    back: bool

    def may_match_below(self, folder: str) -> bool:
        """May a path below a folder match? Told by the pattern's first parts alone."""
        parts = self.text.split("/")
        for part, name in zip(parts, folder.split("/"), strict=False):
            if "**" in part:
                return True
            if not re.compile(_expression(part), re.DOTALL).fullmatch(name):
                return False
        return len(parts) > folder.count("/") + 1


class Ignored:
    """The patterns in their order; the last that matches a path or a folder around it holds."""

    def __init__(self, patterns: Iterable[Pattern] = ()) -> None:
        self.patterns = tuple(patterns)
        # One look tells of most paths that no pattern matches them.
        every = "|".join(f"(?:{pattern.expression.pattern})" for pattern in self.patterns)
        self._any = re.compile(every, re.DOTALL) if every else None

    def __eq__(self, other: object) -> bool:
        """Do they leave out the same?"""
        return isinstance(other, Ignored) and self._texts == other._texts

    def __hash__(self) -> int:
        """By the patterns."""
        return hash(self._texts)

    @property
    def takes_back(self) -> bool:
        """May something in a folder that is left out be sent all the same?"""
        return any(pattern.back for pattern in self.patterns)

    @property
    def _texts(self) -> tuple[tuple[str, bool], ...]:
        return tuple((pattern.text, pattern.back) for pattern in self.patterns)

    @classmethod
    def read(cls, text: str) -> Ignored:
        """Read an ignore file's text."""
        return cls(_patterns(text.removeprefix("\ufeff").splitlines()))

    def plus(self, line: str) -> Ignored:
        """The same with one more line at the file's end."""
        return Ignored((*self.patterns, *_patterns([line])))

    def __contains__(self, path: str) -> bool:
        """Is a path of the context (relative) left out, by itself or with a folder around it?"""
        parts = posixpath.normpath(path.lstrip("/")).split("/")
        last = -1
        for depth in range(len(parts)):
            last = self._last("/".join(parts[: depth + 1]), last)
        return self._leaves_out(last)

    def files(self, context: Path) -> Iterator[str]:
        """The regular files of a context that are not left out, by their relative paths; no links.

        A folder that is left out is not looked into, unless a later pattern may take something below it back.
        """
        folders = [("", -1)]
        while folders:
            prefix, above = folders.pop()
            for entry in _entries(context, prefix):
                path = f"{prefix}{entry.name}"
                last = self._last(path, above)
                if entry.is_dir(follow_symlinks=False):
                    if not self._leaves_out(last) or self._takes_back_below(path, last):
                        folders.append((f"{path}/", last))
                elif entry.is_file(follow_symlinks=False) and not self._leaves_out(last):
                    yield path

    def _last(self, path: str, above: int) -> int:
        """The number of the last pattern that matches a path or (``above``) a folder around it; -1: none."""
        if self._any is None or self._any.fullmatch(path) is None:
            return above
        later = range(len(self.patterns) - 1, above, -1)
        return next((n for n in later if self.patterns[n].expression.fullmatch(path)), above)

    def _leaves_out(self, last: int) -> bool:
        return last >= 0 and not self.patterns[last].back

    def _takes_back_below(self, folder: str, last: int) -> bool:
        return any(pattern.back and pattern.may_match_below(folder) for pattern in self.patterns[last + 1 :])


def _entries(context: Path, prefix: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(context / prefix) as found:
            return list(found)
    except OSError:
        return []


def _patterns(lines: Iterable[str]) -> Iterator[Pattern]:
    for line in lines:
        text = line.strip()
        if not text or line.startswith("#"):
            continue
        back = text.startswith("!")
        text = posixpath.normpath(text[back:].strip()).lstrip("/")
        text = _DOUBLED.sub(r"\1", text)
        if text not in ("", ".") and len(text) <= _LONGEST and text.count("**") <= _MOST_DOUBLE:
            try:
                yield Pattern(text, re.compile(_expression(text), re.DOTALL), back)
            except re.error:  # `[z-a]`: the build stops at it
                yield Pattern(text, re.compile(re.escape(text)), back)


def _expression(pattern: str) -> str:
    """Go's ``filepath.Match`` and ``**``, which stands for any number of folders."""
    tokens = _TOKEN.findall(pattern)
    stars = [number for number, token in enumerate(tokens) if token.startswith("*")]
    out, last = "", 0
    for number, following in zip(stars, [*stars, len(tokens)][1:], strict=True):
        out += "".join(map(_single, tokens[last:number]))
        fixed = "".join(map(_single, tokens[number + 1 : following]))
        if tokens[number] == "*":
            # Another star behind takes what is left over: no need to try a later place for `fixed`.
            again = following < len(tokens) and tokens[following] == "*"
            out += f"(?>[^/]*?{fixed})" if again else f"[^/]*{fixed}"
        else:
            out += f"(?:.*/)?{fixed}" if number + 1 < len(tokens) else ".*"
        last = following
    return out + "".join(map(_single, tokens[last:]))


def _class(match: re.Match[str]) -> str:
    """A character of a class, or a range: as they are, whatever ``re`` makes of two of some in a row."""
    first, last = (None if each is None else re.escape(each[-1]) for each in match.groups())
    return f"{first}" if last is None else f"{first}-{last}"


def _single(piece: str) -> str:
    """The expression for a piece of a pattern that matches one character."""
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and len(piece) > 1:
        start = 2 if piece.startswith("[^") else 1
        return f"{piece[:start]}{_RANGE.sub(_class, piece[start:-1])}]"
    return re.escape(piece[-1] if piece.startswith("\\") else piece)
