"""Which documents a text names, and which of them the project does not have."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

_URL = re.compile(r"https?://\S+")
_NAMED = re.compile(r"(?<![\w./~$-])[\w./-]*\w\.md\b|(?<![\w./-])spec/[\w.-]*\w|\b[A-Z]{3,}\.(?:md|rst)\b")
_ISSUE = re.compile(r"\b[Ii]ssue\s+\d+")
_PLACEHOLDERS = frozenset({"ID.md", "NAME.md"})
"""They stand for any page."""


def named_documents(text: str) -> Iterator[str]:
    """The Markdown files, folders of specifications and numbered issues that a text names; URLs are none."""
    bare = _URL.sub("", text)
    yield from (match[0] for match in _ISSUE.finditer(bare))
    for match in _NAMED.finditer(bare):
        if match[0].rsplit("/", 1)[-1] not in _PLACEHOLDERS:
            yield match[0]


def missing_documents(text: str, files: Iterable[str]) -> list[str]:
    """Those that are none of the project's ``files``, which are paths from its root.

    A name may leave out folders in front: ``numbers.md`` means ``docs/numbers.md``.
    """
    known = [f"/{name}" for name in files if name.endswith((".md", ".rst"))]
    return [
        name for name in named_documents(text) if not any(path.endswith(f"/{_plain(name)}") for path in known)
    ]


def _plain(name: str) -> str:
    return re.sub(r"^(?:\.\.?/)+", "", name)


def words_about_code(path: Path) -> str:
    """The comments and docstrings of a Python file: what it says to people who read it."""
    source = path.read_text("utf-8")
    comments = (
        token.string
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    )
    # A string that stands alone is a docstring, of whatever is before or around it.
    strings = (
        node.value.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
    return "\n".join([*comments, *strings])
