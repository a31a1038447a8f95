"""The new text as it grows, and the author's instructions with the comments above them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from uvdive.dockerfile.text.syntax import Dockerfile, Instruction, Node


class Writer:
    """Collects text and remembers which lines a decision touched.

    ``lower`` says that the author writes keywords in lower case. ``left`` are comments of the
    author's that no longer hold and are in no other place.
    """

    def __init__(self, *, lower: bool = False) -> None:
        self.text = ""
        self.lower = lower
        self.lines: dict[str, list[int]] = {}
        self.left: list[str] = []
        self._apart = False

    def add(self, text: str, *decisions: str) -> None:
        """Append whole lines; nothing where there are none."""
        if not text:
            return
        if self.text and not self.text.endswith("\n"):
            self.text += "\n"
        if self._apart and text.strip() and not re.search(r"\n\r?\n$", self.text):
            self.text += "\n"
        self._apart = False
        first = self.text.count("\n") + 1
        self.text += text
        for decision in decisions:
            self.lines.setdefault(decision, []).extend(range(first, first + max(text.count("\n"), 1)))

    def own(self, text: str, *decisions: str) -> None:
        """As ``add``, for an instruction that is not the author's."""
        keyword, space, rest = text.partition(" ")
        self.add(self.keyword(keyword) + space + rest, *decisions)

    def keyword(self, word: str) -> str:
        """A keyword as the author would write it."""
        return word.lower() if self.lower else word

    def nodes(self, nodes: Sequence[Node]) -> None:
        """Append the author's comments and blank lines."""
        for node in nodes:
            self.add(node.source)

    def blank(self) -> None:
        """See that a blank line stands in front of what follows, if something does."""
        self._apart = True


@dataclass(frozen=True, slots=True)
class Placed:
    """An instruction with the comments and blank lines above it; its stage's index, -1 before any FROM."""

    node: Instruction
    above: tuple[Node, ...]
    stage: int


def placed(dockerfile: Dockerfile) -> Iterator[Placed]:
    """The author's instructions in order."""
    above: list[Node] = []
    stage = -1
    for node in dockerfile.nodes:
        if not isinstance(node, Instruction):
            above.append(node)
            continue
        stage += node.keyword == "FROM"
        yield Placed(node, tuple(above), stage)
        above.clear()


def trailing(dockerfile: Dockerfile) -> Sequence[Node]:
    """The comments behind the last instruction."""
    nodes = dockerfile.nodes
    last = max(index for index, node in enumerate(nodes) if isinstance(node, Instruction))
    return nodes[last + 1 :]


def bare(instruction: Instruction) -> str:
    """An instruction's source with exactly one line end."""
    return instruction.source.rstrip("\r\n") + "\n"
