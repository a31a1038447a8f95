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

NAME = ".dockerignore"

_TOKEN = re.compile(r"\*\*/?|\*|\?|\[\^?(?:\\.|[^\]\\])+\]|\\.|.", re.DOTALL)


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
        return Ignored.read("" if file is None else file.read_text("utf-8", "replace"))
    except OSError:
        return Ignored(())


@dataclass(frozen=True, slots=True)
class Ignored:
    """The patterns in their order; each with whether it takes back (``!``). The last that matches holds."""

    patterns: tuple[tuple[re.Pattern[str], bool], ...]

    @classmethod
    def read(cls, text: str) -> Ignored:
        """Read an ignore file's text."""
        return cls(tuple(_patterns(text.removeprefix("\ufeff").splitlines())))

    def __contains__(self, path: str) -> bool:
        """Is a path of the context (relative) left out, by itself or with a folder around it?"""
        parts = posixpath.normpath(path.lstrip("/")).split("/")
        around = ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
        out = False
        for pattern, back in self.patterns:
            if back == out and any(map(pattern.fullmatch, around)):
                out = not back
        return out

    def files(self, context: Path) -> Iterator[str]:
        """The regular files of a context that are not left out, by their relative paths; no links."""
        takes_back = any(back for _, back in self.patterns)
        for folder, names, files in os.walk(context):
            inside = os.path.relpath(folder, context)
            prefix = "" if inside == "." else f"{inside}/"
            if not takes_back:
                names[:] = [name for name in names if f"{prefix}{name}" not in self]
            for name in files:
                path = Path(folder, name)
                if f"{prefix}{name}" not in self and path.is_file() and not path.is_symlink():
                    yield f"{prefix}{name}"


def _patterns(lines: Iterable[str]) -> Iterator[tuple[re.Pattern[str], bool]]:
    for line in lines:
        text = line.strip()
        if not text or line.startswith("#"):
            continue
        back = text.startswith("!")
        text = posixpath.normpath(text[back:].strip()).lstrip("/")
        if text not in ("", "."):
            yield pattern_of(text), back


def pattern_of(text: str) -> re.Pattern[str]:
    """What a path of the context must fully match to fit a pattern of .dockerignore or COPY."""
    try:
        return re.compile(_expression(text), re.DOTALL)
    except re.error:  # `[z-a]`: the build stops at it
        return re.compile(re.escape(text))


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


def _single(piece: str) -> str:
    """The expression for a piece of a pattern that matches one character."""
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and len(piece) > 1:
        start = 2 if piece.startswith("[^") else 1
        return piece[:start] + piece[start:].replace("[", "\\[")
    return re.escape(piece[-1] if piece.startswith("\\") else piece)
