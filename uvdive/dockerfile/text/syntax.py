"""A Dockerfile as a sequence of nodes that keeps every byte: ``render(parse(text)) == text``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from uvdive.dockerfile.arguments import flag_value, parse_json, split_flags
from uvdive.dockerfile.text.heredocs import Heredoc
from uvdive.dockerfile.text.masking import keywords_and_values
from uvdive.dockerfile.text.scan import DockerfileError, Scan, scan, split_keyword

_LONGEST = 128 << 10
"""Linux starts nothing with a longer word or variable (execve(2), MAX_ARG_STRLEN); in characters."""

_MOST_INSTRUCTIONS = _MOST_VARIABLES = 2000


@dataclass(frozen=True, slots=True)
class Trivia:
    """A comment, a directive or a blank line; ``source`` with its line end."""

    kind: Literal["blank", "comment", "directive"]
    line: int
    end_line: int
    source: str


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction. Lines are 1-based; ``end_line`` includes the heredocs.

    ``source`` is the exact text. ``value`` is what follows the keyword, continuations
    joined and comments left out; ``arguments`` is that without the flags, and
    ``exec_form`` its strings where it is a JSON list.
    """

    keyword: str
    line: int
    end_line: int
    source: str
    value: str
    flags: tuple[str, ...] = ()
    arguments: str = ""
    exec_form: tuple[str, ...] | None = None
    heredocs: tuple[Heredoc, ...] = ()

    def flag(self, name: str) -> str | None:
        """The value of ``--name=value`` (an empty text for a bare ``--name``), or None."""
        return flag_value(self.flags, name)


Node = Trivia | Instruction


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """All nodes in their order; ``directives`` are the parser directives by name."""

    nodes: tuple[Node, ...]
    directives: dict[str, str] = field(default_factory=dict)

    @property
    def instructions(self) -> tuple[Instruction, ...]:
        """The instructions without what stands between them."""
        return tuple(node for node in self.nodes if isinstance(node, Instruction))

    @property
    def escape(self) -> str:
        """The escape character in force."""
        return self.directives.get("escape", "\\")


def make_instruction(
    keyword: str, value: str, line: int, end_line: int, source: str, heredocs: tuple[Heredoc, ...] = ()
) -> Instruction:
    """An instruction from its parts, with flags and form worked out."""
    flags, arguments = split_flags(value)
    return Instruction(
        keyword, line, end_line, source, value, flags, arguments, parse_json(arguments), heredocs
    )


def parse(text: str) -> Dockerfile:
    """Read a Dockerfile.

    Raises:
        DockerfileError: a heredoc without an end, a wrong directive, or more than anybody writes.
    """
    scanned = scan(text)
    check_bounds(scanned)
    read = keywords_and_values(scanned)
    nodes: list[Node] = []
    for span in scanned.spans:
        source = "".join(scanned.lines[span.first : span.last + 1])
        line, end_line = span.first + 1, span.last + 1
        if span.kind == "instruction":
            keyword, value = read[span.first]
            nodes.append(make_instruction(keyword, value, line, end_line, source, tuple(span.heredocs)))
        else:
            nodes.append(Trivia(span.kind, line, end_line, source))
    return Dockerfile(tuple(nodes), scanned.directives)


def check_bounds(scanned: Scan) -> None:
    """See that a Dockerfile is none that is made to take for ever: its steps are held against each other.

    Raises:
        DockerfileError: it has too many instructions or variables, or one is too long.
    """
    spans = [span for span in scanned.spans if span.kind == "instruction"]
    if len(spans) > _MOST_INSTRUCTIONS:
        raise DockerfileError(
            f"The Dockerfile has {len(spans)} instructions: more than {_MOST_INSTRUCTIONS} are not read."
        )
    variables = 0
    for span in spans:
        line, (keyword, value) = span.first + 1, split_keyword(span.text)
        if len(value) > _LONGEST:
            raise DockerfileError(
                f"Line {line}: this {keyword[:20]} is longer than 128 KiB, which no program can be given.",
                "Put the text into a file, and COPY it.",
                line=line,
            )
        if keyword in ("ENV", "ARG", "LABEL"):
            variables += value.count("=") or 1
    if variables > _MOST_VARIABLES:
        raise DockerfileError(
            f"The Dockerfile sets {variables} variables: more than {_MOST_VARIABLES} are not read."
        )


def render(dockerfile: Dockerfile) -> str:
    """The text again, byte for byte."""
    return "".join(node.source for node in dockerfile.nodes)


def inner(instruction: Instruction) -> Instruction:
    """The instruction that an ONBUILD or a HEALTHCHECK holds; its source is the outer one's."""
    keyword, value = split_keyword(instruction.arguments)
    return make_instruction(
        keyword, value, instruction.line, instruction.end_line, instruction.source, instruction.heredocs
    )
