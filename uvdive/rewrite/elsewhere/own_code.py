"""The app's own Python code: where it starts uv as a program (R24)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_STARTS = frozenset(
    (
        *("run", "call", "check_call", "check_output", "Popen", "getoutput", "getstatusoutput", "system"),
        *("popen", "create_subprocess_exec", "create_subprocess_shell", "subprocess_exec"),
        *("subprocess_shell", "startfile", "run_process", "open_process"),
    )
)
_EXECS = re.compile(r"(?:exec|spawn|posix_spawn)[lv]?p?e?\Z")
_SUBCOMMANDS = frozenset(
    (
        *("run", "sync", "lock", "add", "remove", "pip", "tool", "python", "venv", "init", "export", "tree"),
        *("build", "publish", "cache", "self", "version", "help", "format", "auth"),
    )
)
_NAMED = re.compile(r"""["'](?:/[^"'\s]{0,200}/)?uvx?["'\s]""")
_MOST_NODES = 200_000


@dataclass(frozen=True, slots=True)
class CodeCall:
    """A call of uv. ``words`` are as far as the code says them; ``$`` stands for what it computes.

    ``kind`` is ``looks`` where the code only asks where uv is (`shutil.which`).
    """

    line: int
    words: tuple[str, ...]
    kind: Literal["starts", "looks"] = "starts"


def code_calls(text: str) -> list[CodeCall]:
    """The calls of uv in Python code, in order; nothing in code that is no Python."""
    if not _NAMED.search(text):
        return []
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found: dict[int, CodeCall] = {}
    named = dict(_assigned(tree))
    for seen, node in enumerate(ast.walk(tree)):
        if seen > _MOST_NODES:
            break
        call = None
        if isinstance(node, ast.Call):
            call = _of_call(node, named)
        elif isinstance(node, ast.List | ast.Tuple):
            words = _words(node.elts)
            if _is_call(words):
                call = CodeCall(node.lineno, words)
        if call is not None and (call.line not in found or len(call.words) > len(found[call.line].words)):
            found[call.line] = call
    return [found[line] for line in sorted(found)]


def _assigned(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            text = _text(node.value)
            if _is_uv(tuple(text.split())):
                yield node.targets[0].id, text


def _of_call(node: ast.Call, named: dict[str, str]) -> CodeCall | None:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if not node.args:
        return None
    first = node.args[0]
    text = named.get(first.id, "") if isinstance(first, ast.Name) else _text(first)
    if name == "which":
        return CodeCall(node.lineno, (text,), "looks") if _is_uv((text,)) else None
    if name not in _STARTS and not _EXECS.match(name):
        return None
    lists = [each.elts for each in node.args if isinstance(each, ast.List | ast.Tuple)]
    words = next((found for elements in lists if _is_uv(found := _words(elements))), tuple(text.split()))
    if words and words == tuple(text.split()) and len(words) == 1:  # os.execlp("uv", "uv", "run", …)
        words = (*words, *_words(node.args[1:]))
        words = words[1:] if _is_uv(words[1:2]) else words
    whole = len(words) == 1 and _is_uv(words)
    return CodeCall(node.lineno, words) if whole or _is_call(words) else None


def _text(node: ast.AST) -> str:
    """A string as far as the code says it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "$" for part in node.values)
    return ""


def _words(nodes: list[ast.expr]) -> tuple[str, ...]:
    return tuple(_text(node) or "$" for node in nodes)


def _is_uv(words: tuple[str, ...]) -> bool:
    return bool(words) and words[0].rsplit("/", 1)[-1] in ("uv", "uvx")


def _is_call(words: tuple[str, ...]) -> bool:
    """Are these words of a command, and no names of columns or models?"""
    if len(words) < 2 or not _is_uv(words):
        return False
    return words[0].endswith("uvx") or words[1] in _SUBCOMMANDS or words[1].startswith("-")
