"""Every regular expression of the package, and texts made from an expression's own structure to hang it."""

from __future__ import annotations

import ast
import builtins
import importlib
import pkgutil
import re
import re._constants as sre
import re._parser as parser
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import uvdive
from uvdive.base.secrets.sought import Sought

_CALLS = frozenset({"compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"})
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
STAND_IN = "zz/y"
"""For a name or path that an expression is made with while the program runs."""

_MANY = 64
"""A repeat of more than that may be pumped; up to it an expression is as good as written out."""

_ALPHABET = "a0_ -./\"'\\=:,;{}[]()<>#$@%&|*?!~^+`\n\t\rA\x00é"
_COMMON = (
    "a",
    "0",
    " ",
    "-",
    ".",
    "/",
    '"',
    "'",
    "\\",
    "=",
    "\n",
    "a-",
    "a.",
    "a ",
    "a=",
    "--a ",
    "{",
    "[",
    "$",
    "a:",
    "<a",
)
_ENDS = ("", "\x00\n")


_ALL = frozenset({"search", "match", "fullmatch"})
_FLAGS_AT = {"compile": 1, "split": 3, "sub": 4, "subn": 4}
_BEGINS = {"match": {"match"}, "fullmatch": {"fullmatch"}}
"""Whatever else is asked of an expression looks for it anywhere."""


@dataclass
class Expression:
    """One of them: ``where`` is its module and line, ``ways`` how it is held against a text."""

    where: str
    pattern: str | bytes
    flags: int
    ways: set[str] = field(default_factory=set)


class _Uses(ast.NodeVisitor):
    """What a module compiles, calls and does with names that hold expressions."""

    def __init__(self) -> None:
        self.calls: list[tuple[ast.Call, str | None]] = []
        self.of_names: dict[str, set[str]] = {}
        self._named: dict[int, str] = {}

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name) and node.attr in {*_CALLS, "pattern", "flags"}:
            if node.attr not in ("pattern", "flags"):
                self.of_names.setdefault(node.value.id, set()).update(_BEGINS.get(node.attr, {"search"}))
            return
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.of_names.setdefault(node.id, set()).update(_ALL)

    def visit_Assign(self, node: ast.Assign) -> None:
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            self._named[id(node.value)] = node.targets[0].id
        self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        if _is_call(node):
            self.calls.append((node, self._named.get(id(node))))
            for inner in (*node.args, *(word.value for word in node.keywords)):
                self.visit(inner)
        elif isinstance(node.func, ast.Attribute) and _is_call(node.func.value):
            self._named[id(node.func.value)] = f".{node.func.attr}"
            self.generic_visit(node)
        else:
            self.generic_visit(node)


def modules() -> Iterator[ModuleType]:
    """Every module of the package but those that run in a container, which import what is there."""
    for found in pkgutil.walk_packages(uvdive.__path__, "uvdive."):
        if not found.name.endswith(("__main__", ".running.probe", ".python.inside")):
            yield importlib.import_module(found.name)


def every() -> tuple[list[Expression], set[str]]:
    """Every expression, once for each pattern; and the source of those that only a run can tell."""
    found: dict[tuple[str | bytes, int], Expression] = {}
    made: set[str] = set()
    used: list[tuple[ModuleType, _Uses]] = []
    for module in modules():
        assert module.__file__ is not None
        uses = _Uses()
        uses.visit(ast.parse(Path(module.__file__).read_text()))
        used.append((module, uses))
    shared: dict[str, set[str]] = {}
    for _, uses in used:
        for name, ways in uses.of_names.items():
            shared.setdefault(name, set()).update(ways)
    for module, uses in used:
        told: set[tuple[str | bytes, int]] = set()
        for node, name in uses.calls:
            value = _value(module, node)
            if value is None:
                made.add(f"{module.__name__}: {ast.unparse(node.args[0])}")
                continue
            told.add((value.pattern, value.flags))
            one = found.setdefault(
                (value.pattern, value.flags),
                Expression(f"{module.__name__}:{node.lineno}", value.pattern, value.flags),
            )
            one.ways |= _ways(node, name, uses, shared)
        for name, value in vars(module).items():
            asked = shared.get(name, set(_ALL)) if isinstance(value, Sought) else set(_ALL)
            for pattern in _patterns(value, 0):
                if (pattern.pattern, pattern.flags) not in found:
                    one = Expression(module.__name__, pattern.pattern, pattern.flags, set(asked))
                    found[pattern.pattern, pattern.flags] = one
    return list(found.values()), made


def _ways(node: ast.Call, name: str | None, uses: _Uses, shared: dict[str, set[str]]) -> set[str]:
    """How what a call compiles is held against texts."""
    assert isinstance(node.func, ast.Attribute)
    if node.func.attr != "compile":
        return _BEGINS.get(node.func.attr, {"search"})
    if name is None:
        return set(_ALL)
    if name.startswith("."):
        return _BEGINS.get(name[1:], {"search"})
    return (uses.of_names if name.startswith("_") else shared).get(name, set(_ALL))


def _is_call(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in _CALLS
    )


def _value(module: ModuleType, node: ast.Call) -> re.Pattern[Any] | None:
    """What a call compiles, where its module's own names tell it."""
    assert isinstance(node.func, ast.Attribute)
    given = {word.arg: word.value for word in node.keywords}
    at = _FLAGS_AT.get(node.func.attr, 2)
    flags = given.get("flags") or (node.args[at] if len(node.args) > at else None)
    try:
        pattern = _evaluated(module, node.args[0])
        value = _evaluated(module, flags) if flags is not None else 0
        return re.compile(pattern, value) if not isinstance(pattern, re.Pattern) else pattern
    except (LookupError, TypeError, AttributeError, re.error):
        return None


def _evaluated(module: ModuleType, node: ast.expr) -> Any:
    """An expression's value with the module's names, and a word for each that only a function has."""
    used = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    known = {**vars(module)}
    known.update({name: STAND_IN for name in used if name not in known and not hasattr(builtins, name)})
    return eval(ast.unparse(node), known)


def _patterns(value: object, depth: int) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 4 and isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _patterns(item, depth + 1)
    elif depth < 4 and isinstance(value, dict):
        for item in (*value.keys(), *value.values()):
            yield from _patterns(item, depth + 1)
    elif isinstance(value, Sought):
        yield value.pattern
    elif depth < 4 and is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from _patterns(getattr(value, each.name, None), depth + 1)


@dataclass(frozen=True)
class Attack:
    """A text of any length: what stands in front, what is repeated, the end."""

    head: str
    pump: str
    end: str

    def text(self, length: int) -> str:
        """One of about so many characters."""
        return self.head + self.pump * max(1, (length - len(self.head)) // len(self.pump)) + self.end


def attacks(expression: Expression) -> Iterator[Attack]:
    """What its own structure tells to try, and what is worth a try with any."""
    plain = expression.pattern
    text = plain.decode("latin-1") if isinstance(plain, bytes) else plain
    tree = parser.parse(
        text, expression.flags & ~re.UNICODE if isinstance(plain, bytes) else expression.flags
    )
    pumps = set(_pumps(tree, ""))
    pumps.update(("", pump) for pump in _COMMON)
    pumps.update(("", prefix + pump) for prefix, pump in tuple(pumps) if prefix)
    for prefix, pump in sorted(pumps):
        for end in _ENDS:
            yield Attack(prefix, pump, end)


Tree = Iterable[tuple[Any, Any]]


def _pumps(tree: Tree, prefix: str) -> Iterator[tuple[str, str]]:
    """What stands before each repeat, and what it repeats."""
    for op, value in tree:
        if op in _REPEATS:
            low, high, inner = value
            if high is sre.MAXREPEAT or high > _MANY:
                for sample in _samples(inner):
                    yield prefix, sample
                    yield "", prefix + sample
            yield from _pumps(inner, prefix)
            prefix += _sample(inner) * low
        elif op is sre.SUBPATTERN:
            yield from _pumps(value[-1], prefix)
            prefix += _sample(value[-1])
        elif op is sre.BRANCH:
            for branch in value[1]:
                yield from _pumps(branch, prefix)
            prefix += _sample(value[1][0])
        elif op is sre.ATOMIC_GROUP:
            yield from _pumps(value, prefix)
            prefix += _sample(value)
        elif op in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _pumps(value[1], prefix)
        else:
            prefix += _sample([(op, value)])


def _samples(tree: Tree) -> set[str]:
    """Some texts that a repeat's body matches: with one of its parts as each branch or sign allows."""
    parts = [(_piece(op, value), _variants(op, value)) for op, value in tree]
    found = {"".join(plain for plain, _ in parts)}
    for at, (_, others) in enumerate(parts):
        before, behind = (
            "".join(plain for plain, _ in parts[:at]),
            "".join(plain for plain, _ in parts[at + 1 :]),
        )
        found.update(before + other + behind for other in others)
    return {sample for sample in found if sample}


def _variants(op: Any, value: Any) -> set[str]:
    """What one part of an expression may match, a few of many."""
    if op is sre.BRANCH:
        return {_sample(branch) for branch in value[1]}
    if op is sre.SUBPATTERN:
        return _samples(value[-1])
    if op is sre.ATOMIC_GROUP:
        return _samples(value)
    if op in _REPEATS:
        return {"", *_samples(value[2])}
    if op in (sre.IN, sre.NOT_LITERAL, sre.ANY):
        fitting = [char for char in _ALPHABET if _fits([(op, value)], char)]
        return {*fitting[:2], *fitting[-2:], *(char for char in "\\-/=," if char in fitting)}
    return set()


def _fits(tree: Tree, char: str) -> bool:
    (op, value), *_ = tree
    if op is sre.ANY:
        return char != "\n"
    if op is sre.NOT_LITERAL:
        return ord(char) != value
    return _in(value, char)


def _in(items: list[tuple[Any, Any]], char: str) -> bool:
    negated = bool(items) and items[0][0] is sre.NEGATE
    found = False
    for op, value in items:
        if op is sre.LITERAL:
            found |= ord(char) == value
        elif op is sre.RANGE:
            found |= value[0] <= ord(char) <= value[1]
        elif op is sre.CATEGORY:
            found |= _category(str(value), char)
    return found != negated


def _category(name: str, char: str) -> bool:
    kinds = {"SPACE": char.isspace(), "DIGIT": char.isdigit(), "WORD": char.isalnum() or char == "_"}
    said = next(value for kind, value in kinds.items() if kind in name)
    return said != ("NOT" in name)


def _sample(tree: Tree) -> str:
    """One text that matches, as far as look-arounds allow."""
    return "".join(_piece(op, value) for op, value in tree)


def _piece(op: Any, value: Any) -> str:
    if op is sre.LITERAL:
        return chr(value)
    if op in (sre.IN, sre.NOT_LITERAL, sre.ANY):
        return next((char for char in _ALPHABET if _fits([(op, value)], char)), _first(value))
    if op is sre.BRANCH:
        return _sample(value[1][0])
    if op in _REPEATS:
        return _sample(value[2]) * max(value[0], 1)
    inner = {sre.SUBPATTERN: lambda: value[-1], sre.ATOMIC_GROUP: lambda: value}.get(op)
    return "" if inner is None else _sample(inner())


def _first(items: Any) -> str:
    op, value = items[0] if isinstance(items, list) else (None, None)
    return chr(value[0]) if op is sre.RANGE else chr(value) if op is sre.LITERAL else ""


def drawn(pattern: re.Pattern[str], many: int) -> Iterator[str]:
    """Texts by chance that an expression may match: what it wants around is written too, now and then."""
    tree = parser.parse(pattern.pattern, pattern.flags)
    return (_drawn(tree, Random(seed)) for seed in range(many))


def _drawn(tree: Tree, random: Random) -> str:
    return "".join(_drawn_piece(op, value, random) for op, value in tree)


def _drawn_piece(op: Any, value: Any, random: Random) -> str:
    if op in (sre.IN, sre.NOT_LITERAL, sre.ANY):
        fitting = [char for char in _ALPHABET if _fits([(op, value)], char)]
        return random.choice(fitting) if fitting else _first(value)
    if op is sre.BRANCH:
        return _drawn(random.choice(value[1]), random)
    if op in _REPEATS:
        low, high, inner = value
        return "".join(_drawn(inner, random) for _ in range(random.randint(low, min(high, low + 2))))
    if op is sre.ASSERT:
        return _drawn(value[1], random) if value[0] < 0 or random.random() < 0.5 else ""
    inner = {sre.SUBPATTERN: lambda: value[-1], sre.ATOMIC_GROUP: lambda: value}
    return _drawn(inner[op](), random) if op in inner else _piece(op, value)
