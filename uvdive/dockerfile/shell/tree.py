"""tree-sitter-bash's tree, walked once: commands with their words, and the outermost list."""

from __future__ import annotations

import functools
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from uvdive.dockerfile.shell.commands import SHELLS, Command, Part, Script, Word, argument_of

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_DEPTH = 200
_LISTS = 300
"""Commands in one list of ``&&`` and ``||``, at most: each lies deeper in the tree than the one before."""

_NODES = 100_000
_COMMANDS_MOST = 5_000
"""Commands in one text, at most: each is held against the others in one way or another."""

_BYTES = 1 << 20
_BREAKS = re.compile(r"[;|&\n]")
_MOST_BREAKS = 20_000
"""A text with more signs that part commands is not even parsed: that alone would take seconds."""
_SEPARATORS = frozenset({"&&", "||", "|", "|&", ";", ";;", "&", "\n"})
_COMMANDS = frozenset({"command", "declaration_command", "unset_command", "test_command"})
_ASSIGNMENTS = frozenset({"variable_assignment", "variable_assignments"})
_SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})
_WORDS = frozenset(
    ("word", "number", "string", "raw_string", "ansi_c_string", "translated_string", "concatenation")
)
_EXPANSIONS = frozenset(("simple_expansion", "expansion", "arithmetic_expansion", "brace_expression"))
# Unquoted, these are the shell's: patterns, braces, home folders.
_PATTERN = re.compile(r"^~|(?<!\\)[*?\[]|(?<!\\)\{")
_LONE = re.compile("[\ud800-\udfff]")
_NESTED_TEXT = "sh -c"


@dataclass(frozen=True, slots=True)
class _Member:
    before: str
    node: Node
    redirects: tuple[Node, ...] = ()
    background: bool = False


class _TooDeepError(Exception):
    """Nested deeper than any person writes."""


@functools.cache
def _parser() -> Parser:
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


@functools.lru_cache(maxsize=64)
def read(text: str, depth: int = 0) -> Script | None:
    """The script that a text is; None where the parser finds a fault in it."""
    if depth > _DEPTH or "\0" in text or len(text) > _BYTES:
        return None
    if sum(1 for _ in _BREAKS.finditer(text)) > _MOST_BREAKS:
        return None
    data = text.encode("utf-8", "surrogatepass")
    # A lone surrogate is three bytes that are no character; U+FFFD is one of three.
    root = _parser().parse(_LONE.sub("\ufffd", text).encode()).root_node
    if root.has_error or _is_endless(root) or any(child.type == ";;" for child in root.children):
        return None
    try:
        return _Reader(text, data, depth).script(root)
    except _TooDeepError:
        return None


def _is_endless(root: Node) -> bool:
    """Is it longer or deeper than any person writes, so that reading it would take for ever?"""
    cursor = root.walk()
    lists = nodes = commands = 0
    while True:
        nodes += 1
        kind = cursor.node.type if cursor.node is not None else ""
        lists += kind == "list"
        commands += kind in _COMMANDS
        if nodes > _NODES or lists > _LISTS or commands > _COMMANDS_MOST:
            return True
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return False
            lists -= cursor.node is not None and cursor.node.type == "list"


class _Reader:
    def __init__(self, text: str, data: bytes, depth: int) -> None:
        self.text, self.data, self.depth = text, data, depth
        self.found: list[Command] = []
        self.levels: list[int] = []
        self.level = 0

    def _add(self, command: Command) -> None:
        """Note a command, and in how many substitutions it stands."""
        self.found.append(command)
        self.levels.append(self.level)

    def _at(self, offset: int) -> int:
        """A byte offset as an offset in the text."""
        return offset if len(self.data) == len(self.text) else bisect_left(self._starts, offset)

    @functools.cached_property
    def _starts(self) -> array[int]:
        """The byte offset of each character."""
        lengths = (len(character.encode("utf-8", "surrogatepass")) for character in self.text)
        return array("I", accumulate(lengths, initial=0))

    def _source(self, node: Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "surrogatepass")

    def script(self, root: Node) -> Script:
        parts = []
        for member in self._members(root):
            self.found, self.levels = [], []
            self._visit(member.node, member.before, "", 0)
            self._redirects(member.redirects, 0, "", 0)
            start = self._at(member.node.start_byte)
            end = self._at((member.redirects or (member.node,))[-1].end_byte)
            simple = len(self.found) == 1 and not self.found[0].nested and not member.background
            parts.append(Part(member.before, start, end, tuple(self.found), simple))
        return Script(self.text, tuple(parts))

    def _members(self, root: Node) -> Iterator[_Member]:
        """The members of the outermost list."""
        before = ""
        children = [child for child in root.children if child.type != "comment"]
        for index, child in enumerate(children):
            if child.type in _SEPARATORS:
                before = child.type
                continue
            following = children[index + 1].type if index + 1 < len(children) else ""
            if index and children[index - 1].type not in _SEPARATORS:
                before = "\n"
            if following == "&":
                yield _Member(before, child, background=True)
            else:
                yield from self._flat(child, before, ())

    def _flat(self, node: Node, before: str, redirects: tuple[Node, ...]) -> Iterator[_Member]:
        """The members of a list of ``&&``; the parser hangs the last one's redirections on the whole."""
        body = node.child_by_field_name("body") if node.type == "redirected_statement" else None
        if body is not None and body.type == "list":
            own = tuple(child for child in node.children if child.type.endswith("_redirect"))
            if not any(child.type == "heredoc_redirect" for child in own):
                yield from self._flat(body, before, own + redirects)
                return
        if node.type != "list" or _has_or(node):
            yield _Member(before, node, redirects)
            return
        children = [child for child in node.children if child.type != "comment"]
        operator = before
        for child in children:
            if child.type in _SEPARATORS:
                operator = child.type
            else:
                yield from self._flat(child, operator, redirects if child is children[-1] else ())

    def _visit(self, node: Node, before: str, nested: str, depth: int) -> None:
        if depth > _DEPTH:
            raise _TooDeepError
        kind = node.type
        if kind in _COMMANDS or kind in _ASSIGNMENTS:
            self._command(node, before, nested, depth)
        elif kind == "redirected_statement":
            self._redirected(node, before, nested, depth)
        elif kind in ("program", "list", "pipeline"):
            self._children(node, before, nested, depth)
        elif kind in _WORDS or kind in _EXPANSIONS:
            self._substitutions(node, depth)
        elif kind != "comment" and node.is_named:
            self._children(node, "", kind, depth)

    def _children(self, node: Node, before: str, nested: str, depth: int) -> None:
        for child in node.children:
            if child.type in _SEPARATORS:
                before = child.type
            else:
                self._visit(child, before, nested, depth + 1)

    def _redirected(self, node: Node, before: str, nested: str, depth: int) -> None:
        body = node.child_by_field_name("body")
        redirects = tuple(child for child in node.children if child.type.endswith("_redirect"))
        first = len(self.found)
        if body is None:
            # A redirection alone makes an empty file.
            start, end = self._at(node.start_byte), self._at(node.end_byte)
            self._add(Command(before, (), (), start, end, (), nested))
        else:
            self._visit(body, before, nested, depth + 1)
        self._redirects(redirects, first, nested, depth)

    def _redirects(self, redirects: tuple[Node, ...], first: int, nested: str, depth: int) -> None:
        """Give the outputs to the last command of the statement that began with ``found[first]``."""
        outputs = tuple(target for redirect in redirects for target in self._outputs(redirect))
        own = [i for i in range(first, len(self.found)) if self.levels[i] == self.level]
        if own:
            last = self.found[own[-1]]
            # `a > b c`: the parser takes c for a second target, where it is an argument.
            more = tuple(
                self._word(each)
                for redirect in redirects
                for each in redirect.children_by_field_name("destination")[1:]
            )
            self.found[own[-1]] = replace(last, outputs=last.outputs + outputs, words=last.words + more)
        for redirect in redirects:
            if redirect.type != "heredoc_redirect":
                self._substitutions(redirect, depth)
                continue
            self.found[first:] = [replace(c, nested=c.nested or "heredoc") for c in self.found[first:]]
            self._children(redirect, "", nested or "heredoc", depth + 1)

    def _outputs(self, redirect: Node) -> list[str]:
        if redirect.type == "heredoc_redirect":
            inner = [child for child in redirect.children if child.type == "file_redirect"]
            return [target for child in inner for target in self._outputs(child)]
        operator = next((child.type for child in redirect.children if not child.is_named), "")
        target = redirect.child_by_field_name("destination")
        if ">" not in operator or target is None or (operator.endswith("&") and target.type == "number"):
            return []
        return [self._word(target).text]

    def _command(self, node: Node, before: str, nested: str, depth: int) -> None:
        words: list[Word] = []
        assignments: list[Word] = []
        outputs: list[str] = []
        nodes = [node] if node.type == "variable_assignment" else node.children
        keyword = node.type in ("declaration_command", "unset_command")
        for child in nodes:
            if child.type == "variable_assignment" and not keyword:
                assignments.append(self._word(child))
            elif child.type.endswith("_redirect"):
                outputs += self._outputs(child)
            elif child.type != "comment":
                words.append(self._word(child))
        start, end = self._at(node.start_byte), self._at(node.end_byte)
        command = Command(before, tuple(words), tuple(assignments), start, end, tuple(outputs), nested)
        self._add(command)
        for child in nodes:
            self._substitutions(child, depth)
        if command.program in SHELLS:
            self._inner_text(command)

    def _inner_text(self, command: Command) -> None:
        """The commands of ``sh -c 'TEXT'``, where the text is known."""
        word = argument_of(command.words)
        if word is None or not word.literal:
            return
        script = read(word.text, self.depth + 1)
        for inner in script.commands if script else ():
            place = tuple(replace(each, start=word.start, end=word.end) for each in inner.words)
            self._add(replace(inner, words=place, start=word.start, end=word.end, nested=_NESTED_TEXT))

    def _substitutions(self, node: Node, depth: int) -> None:
        """The commands in ``$(…)`` and ``<(…)`` anywhere below a word."""
        if depth > _DEPTH:
            raise _TooDeepError
        if node.type in _SUBSTITUTIONS:
            self.level += 1
            self._children(node, "", node.type, depth + 1)
            self.level -= 1
            return
        for child in node.named_children:
            self._substitutions(child, depth + 1)

    def _word(self, node: Node) -> Word:
        text, literal = self._plain(node)
        return Word(text, self._at(node.start_byte), self._at(node.end_byte), literal)

    def _plain(self, node: Node) -> tuple[str, bool]:
        """A word's text without quotes, and whether that is what the program gets."""
        source = self._source(node)
        if node.type == "raw_string":
            return source[1:-1], True
        if node.type == "string":
            text = re.sub(r'\\(["\\$`])|\\\n', lambda match: match[1] or "", source[1:-1])
            return text, not any(child.is_named and child.type != "string_content" for child in node.children)
        if node.type in ("concatenation", "command_name", "variable_assignment"):
            return self._joined(node)
        if node.type in ("word", "number", "variable_name"):
            text = re.sub(r"\\(.)", r"\1", source.replace("\\\n", ""), flags=re.DOTALL)
            return text, not _PATTERN.search(source)
        return source, not node.is_named

    def _joined(self, node: Node) -> tuple[str, bool]:
        pieces = [self._plain(child) for child in node.children]
        return "".join(text for text, _ in pieces), all(literal for _, literal in pieces)


def _has_or(node: Node) -> bool:
    return any(child.type == "||" or (child.type == "list" and _has_or(child)) for child in node.children)
