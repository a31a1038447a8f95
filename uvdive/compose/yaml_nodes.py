"""YAML as nodes with their places in the text: nothing is constructed, aliases are shared, all is bounded.

PyYAML's events carry the offset of every scalar, so that a value can be changed where it stands
and every other byte stays. They come without recursion, and an alias is one event, so neither a
deep nor a self-referring text nor one whose aliases multiply costs more than its length.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from yaml.events import Event

_MOST_NODES, _DEEPEST = 100_000, 100
_MOST_MERGES = 50


class NotYamlError(Exception):
    """The text is no YAML, or more than is read; the message is the end of “FILE …”."""


@dataclass(slots=True, eq=False)
class Node:
    """One value. ``start`` and ``end`` are offsets in the text, ``line`` counts from 1.

    ``text`` is a scalar's value, ``items`` are a list's, ``pairs`` a mapping's. ``style`` is a
    scalar's quote (``'``, ``"``, ``|``, ``>``), empty for a plain one; ``flow`` says that a list or
    mapping is written in brackets. ``marked`` says that an anchor or a tag stands in front;
    ``uses`` counts the places that it stands in, by aliases.
    """

    kind: Literal["text", "list", "map"]
    start: int
    end: int
    line: int
    text: str = ""
    style: str = ""
    flow: bool = False
    marked: bool = False
    uses: int = 1
    items: list[Node] = field(default_factory=list)
    pairs: list[tuple[Node, Node]] = field(default_factory=list)

    def get(self, *keys: str) -> Node | None:
        """The value behind keys, one in another; merged mappings (``<<``) count after a mapping's own."""
        found: Node | None = self
        for key in keys:
            found = None if found is None else found.value(key)
        return found

    def text_of(self, *keys: str) -> str | None:
        """The scalar behind keys; None where nothing is there, or something else."""
        found = self.get(*keys)
        return found.text if found is not None and found.kind == "text" else None

    def value(self, key: str) -> Node | None:
        """The value of a key; None where this is no mapping or has no such key."""
        return next((value for name, value in self.entries() if name.text == key), None)

    def words(self) -> tuple[str, ...] | None:
        """A list of scalars as texts; None for anything else."""
        if self.kind != "list" or any(item.kind != "text" for item in self.items):
            return None
        return tuple(item.text for item in self.items)

    def entries(self) -> Iterator[tuple[Node, Node]]:
        """A mapping's pairs whose key is a scalar, its own before those that it merges."""
        waiting, seen = [self], 0
        while waiting and seen < _MOST_MERGES:
            node, seen = waiting.pop(0), seen + 1
            for name, value in node.pairs:
                if name.text == "<<" and not name.style:
                    waiting += value.items if value.kind == "list" else [value]
                elif name.kind == "text":
                    yield name, value


def read_yaml(text: str) -> list[Node]:
    """The documents of a text.

    Raises:
        NotYamlError: it is no YAML, too deep, or holds too many values.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f" (line {mark.line + 1})"
        raise NotYamlError(f"is not understood as YAML{where}") from None
    return builder.documents


class _Builder:
    def __init__(self) -> None:
        self.documents: list[Node] = []
        self.open: list[tuple[Node, list[Node]]] = []
        self.anchors: dict[str, Node] = {}
        self.count = 0

    def take(self, event: Event) -> None:
        """Put the next event in its place."""
        import yaml

        self.count += 1
        if self.count > _MOST_NODES:
            raise NotYamlError(f"holds over {_MOST_NODES:,} values, more than are read")
        if isinstance(event, yaml.DocumentStartEvent):
            self.anchors = {}
        elif isinstance(event, yaml.AliasEvent):
            known = self.anchors.get(event.anchor or "")
            if known is None:
                raise NotYamlError(f"names *{event.anchor}, which is nowhere")
            known.uses += 1
            self._place(known)
        elif isinstance(event, yaml.ScalarEvent):
            node = self._node("text", event, event.anchor, event.tag)
            node.text, node.style = event.value, event.style or ""
            self._place(node)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._open(self._node("list", event, event.anchor, event.tag), flow=bool(event.flow_style))
        elif isinstance(event, yaml.MappingStartEvent):
            self._open(self._node("map", event, event.anchor, event.tag), flow=bool(event.flow_style))
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            node, children = self.open.pop()
            node.end = _index(event)
            if node.kind == "list":
                node.items = children
            else:
                node.pairs = list(zip(children[::2], children[1::2], strict=True))
            self._place(node)

    def _open(self, node: Node, *, flow: bool) -> None:
        node.flow = flow
        self.open.append((node, []))
        if len(self.open) > _DEEPEST:
            raise NotYamlError(f"is over {_DEEPEST} levels deep")

    def _node(
        self, kind: Literal["text", "list", "map"], event: Event, anchor: str | None, tag: str | None
    ) -> Node:
        start = event.start_mark
        assert start is not None
        node = Node(kind, start.index, _index(event), start.line + 1, marked=bool(anchor or tag))
        if anchor:
            self.anchors[anchor] = node
        return node

    def _place(self, node: Node) -> None:
        if self.open:
            self.open[-1][1].append(node)
        else:
            self.documents.append(node)


def _index(event: Event) -> int:
    assert event.end_mark is not None
    return event.end_mark.index
