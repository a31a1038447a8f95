"""Which physical lines of a Dockerfile belong together, by the rules of BuildKit's parser.

https://docs.docker.com/reference/dockerfile/: directives come first, a comment or a
blank line inside a continuation is skipped, and the bodies of heredocs follow the
instruction that names them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from uvdive.base.errors import UsageError
from uvdive.dockerfile.arguments import parse_json, split_flags
from uvdive.dockerfile.text.heredocs import Heredoc, markers

HEREDOC_KEYWORDS = frozenset({"RUN", "COPY", "ADD"})

_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_COMMENT = re.compile(r"\s*#")
_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(\S.*)")
_WHITESPACE = re.compile(r"[\t\v\f\r ]+")
_DIRECTIVES = frozenset({"syntax", "escape", "check"})
_BOM = "\ufeff"


class DockerfileError(UsageError):
    """A text that is no Dockerfile; ``line`` is 1-based."""

    def __init__(self, what: str, do: str = "", log: tuple[str, ...] = (), line: int | None = None) -> None:
        super().__init__(what, do, log)
        self.line = line

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.what, self.do, self.log, self.line)


@dataclass(slots=True)
class Span:
    """Neighbouring lines that belong together; ``first`` and ``last`` are indexes, both included.

    ``parts`` are the lines that make up an instruction's own text, without their
    continuation character and line end; comments and blank lines between them are
    left out.
    """

    kind: Literal["blank", "comment", "directive", "instruction"]
    first: int
    last: int
    parts: dict[int, str] = field(default_factory=dict)
    heredocs: list[Heredoc] = field(default_factory=list)

    @property
    def text(self) -> str:
        """An instruction's lines as one: what BuildKit reads."""
        return "".join(self.parts.values())


@dataclass(frozen=True, slots=True)
class Scan:
    """All lines of a text, each with its line end, and how they belong together."""

    lines: tuple[str, ...]
    spans: tuple[Span, ...]
    directives: dict[str, str]

    @property
    def escape(self) -> str:
        r"""The continuation and escape character in force: ``\\`` or a backtick."""
        return self.directives.get("escape", "\\")


def _is_continued(escape: str) -> re.Pattern[str]:
    mark = re.escape(escape)
    return re.compile(rf"(?<!{mark}){mark}[ \t]*$")


def _read_directives(lines: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for index, line in enumerate(lines):
        match = _DIRECTIVE.match(line.lstrip().rstrip("\r\n"))
        if match is None or match[1].lower() not in _DIRECTIVES:
            break
        name, value = match[1].lower(), match[2].rstrip()
        if name in found:
            raise DockerfileError(
                f"Line {index + 1}: only one “{name}” directive is allowed.", line=index + 1
            )
        if name == "escape" and value not in ("\\", "`"):
            raise DockerfileError(f"Line {index + 1}: the escape directive must be \\ or `.", line=index + 1)
        found[name] = value
    return found


def scan(text: str) -> Scan:
    """Group the lines of ``text``.

    Raises:
        DockerfileError: a heredoc without its end, or a directive that is wrong.
    """
    lines = tuple(_LINES.findall(text))
    bare = tuple(line.rstrip("\r\n") for line in lines)
    if bare:
        bare = (bare[0].removeprefix(_BOM), *bare[1:])
    directives = _read_directives(bare)
    continued = _is_continued(directives.get("escape", "\\"))
    spans: list[Span] = []
    index = 0
    while index < len(lines):
        if index < len(directives):
            spans.append(Span("directive", index, index))
        elif not bare[index].strip():
            spans.append(Span("blank", index, index))
        elif _COMMENT.match(bare[index]):
            spans.append(Span("comment", index, index))
        else:
            spans.append(_read_instruction(lines, bare, index, continued))
        index = spans[-1].last + 1
    return Scan(lines, tuple(spans), directives)


def instruction_parts(source: str, escape: str) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The texts that one instruction's ``source`` is made of, each with its offset in it.

    First the instruction's own, in order, without continuations, comments and line
    ends; then the lines of its heredocs, ends included.
    """
    lines = tuple(_LINES.findall(source))
    bare = tuple(line.rstrip("\r\n").removeprefix(_BOM) for line in lines)
    span = _read_instruction(lines, bare, 0, _is_continued(escape))
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    own = []
    for index, part in span.parts.items():
        skipped = lines[index].index(part) if index == span.first else 0
        own.append((offsets[index] + skipped, part))
    last = max(span.parts)
    return own, [(offsets[index], lines[index].rstrip("\n")) for index in range(last + 1, span.last + 1)]


def _read_instruction(
    lines: tuple[str, ...], bare: tuple[str, ...], first: int, continued: re.Pattern[str]
) -> Span:
    span = Span("instruction", first, first)
    index = first
    while True:
        line = bare[index].lstrip() if index == first else bare[index]
        span.last = index
        if index == first or (line.strip() and not _COMMENT.match(line)):
            match = continued.search(line)
            span.parts[index] = line[: match.start()] if match else line
            if match is None:
                break
        index += 1
        if index == len(bare):
            break
    if not span.text.strip():
        span.kind = "blank"
    for mark in _heredocs_of(span.text):
        _read_heredoc(lines, bare, span, mark)
    return span


def _heredocs_of(text: str) -> list[Heredoc]:
    keyword, rest = split_keyword(text)
    if keyword == "ONBUILD":
        keyword, rest = split_keyword(rest)
    if keyword not in HEREDOC_KEYWORDS or "<<" not in rest:
        return []
    arguments = split_flags(rest)[1]
    return [] if parse_json(arguments) is not None else markers(arguments)


def _read_heredoc(lines: tuple[str, ...], bare: tuple[str, ...], span: Span, mark: Heredoc) -> None:
    body: list[str] = []
    for index in range(span.last + 1, len(bare)):
        tabs = len(bare[index]) - len(bare[index].lstrip("\t")) if mark.strip_tabs else 0
        if bare[index][tabs:] == mark.name:
            span.last = index
            span.heredocs.append(mark.with_body("".join(body)))
            return
        body.append(lines[index][tabs:])
    raise DockerfileError(
        f"Line {span.first + 1}: the heredoc “{mark.name}” has no end.",
        f"Add a line that says {mark.name} and nothing else.",
        line=span.first + 1,
    )


def split_keyword(text: str) -> tuple[str, str]:
    """The keyword in capitals and the rest of an instruction, both trimmed."""
    keyword, *rest = _WHITESPACE.split(text.strip(), maxsplit=1)
    return keyword.upper(), rest[0].strip() if rest else ""
