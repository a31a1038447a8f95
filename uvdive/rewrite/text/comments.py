"""Comments that no longer hold where they would stand in the new text (R18)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from uvdive.dockerfile.text.syntax import Node, Trivia
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.text.writer import Writer

_RUNNERS = re.compile(r"(?<![\w./-])(?:uvx?|poetry|pdm|rye|hatch|pipenv)(?![\w-])", re.IGNORECASE)
_LAST = re.compile(
    r"#\W*(?:the\s+)?(?:final|production|prod|runtime|run|runner|last)\s+(?:stage|image|container)\W*$",
    re.IGNORECASE,
)
_ONE = re.compile(r"#.*\b(?:single|one)[- ]stage\b", re.IGNORECASE)
_BRINGS = re.compile(
    r"#\W*(?:install|download|fetch|get|add|copy|set\s?up)(?:s|ing)?\s+(?:the\s+)?uv\b", re.IGNORECASE
)


def without_bringing(above: Sequence[Node], left: list[str]) -> list[Node]:
    """Without the lines that say how uv gets into the image, where nothing brings it any more.

    They may stand above what only helped with that (`# Install uv` above curl). Of several lines that
    belong together all stay.
    """
    gone = set()
    for index, node in enumerate(above):
        beside = [above[at].source.strip() for at in (index - 1, index + 1) if 0 <= at < len(above)]
        if _BRINGS.match(node.source.strip()) and not any(beside):
            gone.add(index)
            left.append(node.source)
    return [node for index, node in enumerate(above) if index not in gone]


def holding(comments: Iterable[str], instruction: str, left: list[str], *, builds: bool = False) -> list[str]:
    """The comments without those that speak of what is no longer there.

    A comment of several lines goes or stays as a whole.

    Args:
        comments: comments and blank lines above an instruction.
        instruction: the instruction as it is written: one that names uv itself keeps its comments.
        left: gets what is left out.
        builds: the stage is no longer the last one, so that what calls it that does not hold either.
    """
    kept: list[str] = []
    block: list[str] = []
    for text in (*comments, ""):
        if text.strip():
            block.append(text)
            continue
        if block and _holds(block, instruction, builds=builds):
            kept += block
        else:
            left += block
        block = []
        if text:
            kept.append(text)
    return kept


def nodes_holding(
    above: Sequence[Node], instruction: str, left: list[str], *, builds: bool = False
) -> list[Node]:
    """As ``holding``, of the file's own nodes above an instruction."""
    directives = [node for node in above if isinstance(node, Trivia) and node.kind == "directive"]
    comments = [node.source for node in above if node not in directives]  # those are nobody's words
    kept = holding(comments, instruction, left, builds=builds)
    return [node for node in above if node in directives or not node.source.strip() or node.source in kept]


def _holds(block: list[str], instruction: str, *, builds: bool) -> bool:
    speaks = any(map(_RUNNERS.search, block)) and not _RUNNERS.search(instruction)
    last = any(_LAST.match(text.strip()) for text in block)
    one = len(block) == 1 and _ONE.match(block[0].strip()) is not None  # a longer one is the file's own
    return not speaks and not (builds and (last or one))


def note_left_comments(writer: Writer, notes: Notes) -> None:
    """Name the author's comments that are left out, as they no longer hold."""
    texts = (text.strip() for text in writer.left)
    left = list(dict.fromkeys(text for text in texts if text and text not in writer.text))
    if left:
        named = " ".join(f"“{text}”" for text in left)
        notes.decide(
            "comments",
            "R18",
            None,
            f"Leave out {'a comment' if len(left) == 1 else f'{len(left)} lines of comments'} that no longer "
            f"{'holds' if len(left) == 1 else 'hold'}",
            f"What {'it speaks' if len(left) == 1 else 'they speak'} of is not there any more: {named}",
        )
