"""The app's own Python code: where it starts uv as a program (R24)."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from packaging.utils import canonicalize_name

from uvdive.dockerfile.shell.commands import SHELLS
from uvdive.dockerfile.shell.reading import read_script
from uvdive.rewrite.elsewhere.code.code_values import Values, name_of
from uvdive.rewrite.elsewhere.code.only_written import Writings
from uvdive.rewrite.start.shell_edit import behind_wrappers
from uvdive.uv.mentions import is_uv, mentions_uv

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
# Libraries whose members are programs: `sh.uv("sync")`, plumbum's `local["uv"]`.
_PROGRAMS = frozenset({"sh", "local", "plumbum"})
_MEMBER = re.compile(r"\bfind_uv_bin\b|\.uvx?\(")
_MOST_NODES = 200_000


@dataclass(frozen=True, slots=True)
class CodeCall:
    """A call of uv. ``words`` are as far as the code says them; ``$`` stands for what it computes.

    ``kind`` is ``looks`` where the code only asks where uv is (`shutil.which`), and ``writes`` where it
    writes the call down for others: settings of an MCP client that it shows or stores.
    """

    line: int
    words: tuple[str, ...]
    kind: Literal["starts", "looks", "writes"] = "starts"


def code_calls(
    text: str, elsewhere: Callable[[str], bool] = lambda _name: False, project: str = ""
) -> list[CodeCall]:
    """The calls of uv in Python code, in order; nothing in code that is no Python.

    ``elsewhere`` tells whether another module of the app names a name. ``project`` is the app's own
    distribution: settings that fetch it by uvx are for machines that do not have it.
    """
    if not (mentions_uv(text) or _MEMBER.search(text)):
        return []
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found: dict[int, CodeCall] = {}
    values = Values(tree)
    writings: Writings | None = None
    for seen, node in enumerate(ast.walk(tree)):
        if seen > _MOST_NODES:
            break
        call = _of(node, values)
        if call is not None and isinstance(node, ast.Dict):
            writings = writings or Writings(tree, elsewhere, _STARTS)
            written = writings.only(node) or _fetches(call.words, project)
            call = replace(call, kind="writes") if written else call
        known = found.get(call.line) if call is not None else None
        if call is not None and (known is None or _weight(call) > _weight(known)):
            found[call.line] = call
    return [found[line] for line in sorted(found)]


def _fetches(words: Sequence[str], project: str) -> bool:
    """Does a call fetch this distribution to run it (`uvx NAME`, `uv tool run NAME@latest`)?"""
    at = 1 if words[0].endswith("uvx") else 3 if tuple(words[1:3]) == ("tool", "run") else len(words)
    named = re.match(r"[\w.-]+", words[at]) if at < len(words) else None
    return bool(project) and named is not None and canonicalize_name(named[0]) == canonicalize_name(project)


def _weight(call: CodeCall) -> tuple[bool, int]:
    return call.kind == "starts", len(call.words)


def _of(node: ast.AST, values: Values) -> CodeCall | None:
    if isinstance(node, ast.Call):
        return _of_call(node, values)
    words: tuple[str, ...] = ()
    if isinstance(node, ast.List | ast.Tuple):
        words = values.words(node)
        words = words if _is_call(words) else ()
    elif isinstance(node, ast.Dict):
        pairs = {values.text(key): value for key, value in zip(node.keys, node.values, strict=True) if key}
        words = _command_and_args(pairs.get("command"), pairs.get("args"), values)
    elif isinstance(node, ast.Subscript) and name_of(node.value) in _PROGRAMS:
        words = (values.text(node.slice),)
    return CodeCall(node.lineno, words) if words and _is_uv(words) and hasattr(node, "lineno") else None


def _of_call(node: ast.Call, values: Values) -> CodeCall | None:
    function, name = node.func, name_of(node.func)
    given = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    if name == "which" and node.args:
        text = values.text(node.args[0])
        return CodeCall(node.lineno, (text,), "looks") if is_uv(text) else None
    if is_uv(name) and (_owner(function) in _PROGRAMS or values.imported.get(name) in _PROGRAMS):
        return CodeCall(node.lineno, (name, *(values.text(each) or "$" for each in node.args)))
    words = _command_and_args(given.get("command"), given.get("args"), values)
    if not words and (name in _STARTS or _EXECS.match(name)):
        first = [*node.args, *(given[key] for key in ("args", "cmd", "command") if key in given)]
        words = _started(first, values, whole=not _EXECS.match(name))
    return CodeCall(node.lineno, words) if words else None


def _command_and_args(command: ast.expr | None, args: ast.expr | None, values: Values) -> tuple[str, ...]:
    """Two values that are a program and its arguments, as MCP's settings have them."""
    if command is None or args is None or not is_uv(values.text(command)):
        return ()
    return (values.text(command), *values.words(args))


def _started(arguments: Sequence[ast.expr], values: Values, *, whole: bool) -> tuple[str, ...]:
    """The call of uv among the arguments of a function that starts programs.

    ``whole`` says that the program is the first of them; else something may stand before it.
    """
    for each in arguments:
        words = values.words(each)
        if words and (call := _in_words(words)):
            return call
        text = "" if words else values.text(each)
        if len(text.split()) > 1 and (call := _in_text(text)):
            return call
    texts = [values.text(each) or "$" for each in arguments]
    at = next((number for number, text in enumerate(texts[:1] if whole else texts) if is_uv(text)), None)
    if at is None:
        return ()
    # os.execlp("uv", "uv", "run", …)
    return tuple(texts[at + 1 :] if _is_uv(texts[at + 1 :]) else texts[at:])


def _in_words(words: Sequence[str]) -> tuple[str, ...]:
    """A call among the words of a command: the command itself, behind a wrapper, in a shell's text."""
    for number, option in enumerate(words[1:], 1):
        if option == "-m" and _is_uv(words[number + 1 :]) and not number > _INTERPRETER:
            return tuple(words[number + 1 :])
    rest = words[behind_wrappers(words) :]
    if _is_uv(rest):
        return tuple(rest)
    if rest and rest[0].rsplit("/", 1)[-1] in SHELLS:
        return next((call for text in rest[1:] if " " in text and (call := _in_text(text))), ())
    return ()


_INTERPRETER = 2
"""`-m` of an interpreter stands behind it, or behind one option more."""


def _in_text(text: str) -> tuple[str, ...]:
    """The first call in a text for a shell."""
    if not mentions_uv(text):
        return ()
    script = read_script(text)
    if script is None:
        words = tuple(text.split())
        return words if _is_call(words) else ()
    for command in script.commands:
        call = _in_words(command.argv)
        if call and (_is_call(call) or text.strip() == call[0]):
            return call
    return ()


def _owner(function: ast.expr) -> str:
    return name_of(function.value) if isinstance(function, ast.Attribute) else ""


def _is_uv(words: Sequence[str]) -> bool:
    return bool(words) and is_uv(words[0])


def _is_call(words: Sequence[str]) -> bool:
    """Are these words of a command, and no names of columns or models?"""
    if len(words) < 2 or not _is_uv(words):
        return False
    return words[0].endswith("uvx") or words[1] in _SUBCOMMANDS or words[1].startswith("-")
