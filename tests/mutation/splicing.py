"""A new node in the place of an old one, with the rest of the file as it was written."""

from __future__ import annotations

import ast
import difflib
from typing import Any


class Text:
    """A module's text and its tree.

    Raises:
        SyntaxError: it is no Python.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self._bytes = text.encode()
        self._starts = [0]
        for line in self._bytes.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def span(self, node: Any) -> tuple[int, int]:
        """First byte of a node, and the one behind its last."""
        start = self._starts[node.lineno - 1] + node.col_offset
        return start, self._starts[node.end_lineno - 1] + node.end_col_offset

    def source(self, node: Any) -> str:
        """The node as it was written."""
        start, end = self.span(node)
        return self._bytes[start:end].decode()

    def put(self, start: int, end: int, new: str) -> str:
        """The text with something else between two bytes."""
        return (self._bytes[:start] + new.encode() + self._bytes[end:]).decode()

    def replaced(self, old: Any, new: Any) -> str | None:
        """The text with ``new`` in the place of ``old``; None where no text is read as that.

        As little as possible is written anew: an entry is cut out of its table, else the
        smallest statement or expression that holds the change is written by ``ast.unparse``.
        """
        wanted = self._tree_with(old, new)
        for candidate in (*self._cuts(old, new), *self._rewritten(old, new)):
            try:
                if ast.dump(ast.parse(candidate)) == wanted:
                    return candidate
            except SyntaxError:
                continue
        return None

    def _tree_with(self, old: ast.AST, new: ast.AST) -> str:
        class Put(ast.NodeTransformer):
            def visit(self, node: ast.AST) -> Any:
                return new if node is old else super().generic_visit(node)

        tree = ast.parse(self.text)
        twin = dict(zip(ast.walk(self.tree), ast.walk(tree), strict=True))[old]
        old = twin
        return ast.dump(Put().visit(tree))

    def _rewritten(self, old: Any, new: Any) -> list[str]:
        """The new node's text as it is, and in parentheses."""
        start, end = self.span(old)
        indented = ("\n" + " " * old.col_offset).join(ast.unparse(new).splitlines())
        return [self.put(start, end, indented), self.put(start, end, f"({indented})")]

    def _cuts(self, old: Any, new: Any) -> list[str]:
        """The text without the one entry that ``new`` lacks, its comma before or behind it gone too."""
        entries = _entries(old)
        if not entries or len(_entries(new)) != len(entries) - 1:
            return []
        kept = {id(part) for entry in _entries(new) for part in entry}
        gone = next(number for number, entry in enumerate(entries) if not {*map(id, entry)} & kept)
        spans = [(self.span(entry[0])[0], self.span(entry[-1])[1]) for entry in entries]
        start, end = spans[gone]
        if gone + 1 < len(spans):
            return [self.put(start, spans[gone + 1][0], "")]
        return [self.put(spans[gone - 1][1], end, "")]


def _entries(node: Any) -> list[list[Any]]:
    if isinstance(node, ast.Dict):
        return [[key, value] for key, value in zip(node.keys, node.values, strict=True) if key is not None]
    return [[each] for each in getattr(node, "elts", [])]


def difference(before: str, after: str, name: str) -> str:
    """A unified diff with one line around the change."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{name}", f"b/{name}", n=1
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
