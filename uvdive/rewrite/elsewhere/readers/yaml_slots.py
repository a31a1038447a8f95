"""Values of YAML files that are commands, as slots (R24)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from uvdive.compose.yaml_nodes import Node
from uvdive.rewrite.elsewhere.slots import Duty, Slot
from uvdive.rewrite.elsewhere.yaml_places import places_of

_CALL = re.compile(r"\s*(?:/\S*/)?uvx?\s+\S")


def shared(who: str, *nodes: Node) -> str:
    """Why none of these is changed: one stands in several places, by aliases; empty where none does."""
    return "" if all(node.uses == 1 for node in nodes) else f"several {who} share it"


def first_words(*nodes: Node | None) -> tuple[str, ...]:
    """The words that these values start, the first one before the others; empty where none says it."""
    for node in nodes:
        if node is not None and (words := node.words() or tuple(node.text.split())):
            return words
    return ()


def slot_of(
    path: str,
    text: str,
    node: Node,
    about: str,
    duty: Duty,
    *,
    sure: bool,
    is_shell: bool = False,
) -> Slot | None:
    """A value that is a command, as a slot: a text or a list of words; None for neither, or an empty one.

    A list that begins with CMD or CMD-SHELL is a health check's.
    """
    if node.kind == "text":
        if not node.text.strip():
            return None
        return Slot(path, node.line, about, "shell", duty, sure, node.text, places=places_of(text, node))
    if node.kind != "list" or node.words() is None or not node.items:
        return None
    items = list(node.items)
    if is_shell and items[0].text == "CMD-SHELL" and len(items) > 1:
        return Slot(
            path, items[1].line, about, "shell", duty, sure, items[1].text,
            places=places_of(text, items[1]),
        )  # fmt: skip
    if is_shell and items[0].text in ("CMD", "NONE"):
        items = items[1:]
    return Slot(
        path,
        node.items[0].line,
        about,
        "words",
        duty,
        sure,
        items=tuple((i, node) for i in items),
    )


def slot_of_lists(path: str, lists: Sequence[Node], about: str, duty: Duty, *, sure: bool) -> Slot:
    """Lists of words, of which the first has some, that together are one command."""
    items = tuple((item, node) for node in lists for item in node.items)
    return Slot(path, items[0][0].line, about, "words", duty, sure, items=items)


def slot_of_value(path: str, text: str, node: Node, begin: int, about: str, *, sure: bool) -> Slot | None:
    """A variable's value that is a call of uv, as a slot; ``begin`` is where the value begins in the text."""
    if node.kind != "text" or not _CALL.match(node.text, begin):
        return None
    places = places_of(text, node)
    return Slot(
        path, node.line, about, "shell", "start", sure, node.text[begin:],
        places=None if places is None else places[begin:], fixed="" if node.uses == 1 else "several share it",
    )  # fmt: skip
