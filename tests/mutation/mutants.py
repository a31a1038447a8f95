"""Every small mistake that can be made in a module, each with a name that outlives moved lines."""

from __future__ import annotations

import ast
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operators import OPERATORS, Place
from splicing import Text, difference

_TYPES = frozenset(
    {"tuple", "list", "dict", "set", "frozenset", "type", "Callable", "Literal", "Mapping", "Sequence"}
)
"""What an alias of a type begins with."""

_SHORT = 60
"""Characters of the old and the new source that a name holds."""


@dataclass(frozen=True)
class Mutant:
    """One mistake in one module.

    Args:
        name: module, function, operator, old and new source, and which of several alike it is.
        module: its path below the root, with slashes.
        line: where, from 1.
        operator: a key of ``OPERATORS``.
        text: the whole module with the mistake.
        diff: the mistake alone.
    """

    name: str
    module: str
    line: int
    operator: str
    text: str
    diff: str

    @property
    def function(self) -> str:
        """``module::function`` that holds it."""
        return "::".join(self.name.split("::")[:2])


@dataclass(frozen=True)
class Site:
    """A mistake that could be made; writing it out costs, so it is done for those that are tried."""

    name: str
    module: str
    operator: str
    source: Text
    old: Any
    new: ast.AST

    def written(self) -> Mutant | None:
        """The mutant; None where the place can't be written anew, as in a formatted string."""
        text = self.source.replaced(self.old, self.new)
        if text is None or ast.dump(ast.parse(text)) == ast.dump(self.source.tree):
            return None
        diff = difference(self.source.text, text, self.module)
        return Mutant(self.name, self.module, self.old.lineno, self.operator, text, diff)


def sites(root: Path, module: Path) -> Iterator[Site]:
    """Every mistake that the operators know for a module."""
    source = Text(module.read_text())
    path = module.relative_to(root).as_posix()
    told: Counter[str] = Counter()
    for node, place, function in _places(source.tree):
        for operator, change in OPERATORS.items():
            for new in change(node, place):
                before, after = _told(ast.unparse(node), ast.unparse(new))
                name = f"{path}::{function}::{operator}: {before} -> {after}"
                told[name] += 1
                if told[name] > 1:
                    name += f" #{told[name]}"
                yield Site(name, path, operator, source, node, new)


def modules(root: Path, targets: Iterable[str]) -> list[Path]:
    """The modules that files and folders below the root name.

    Raises:
        FileNotFoundError: there is no such file or folder.
    """
    found: set[Path] = set()
    for target in targets:
        path = (root / target).resolve()
        if not path.exists():
            raise FileNotFoundError(target)
        found |= {path} if path.is_file() else set(path.rglob("*.py"))
    return sorted(found)


def drawn(found: Sequence[Site], sample: int | None, seed: int) -> Iterator[Mutant]:
    """So many of them, or all; the same ones for the same code and seed."""
    order = sorted(found, key=lambda site: site.name)
    if sample is not None:
        random.Random(seed).shuffle(order)
    left = len(order) if sample is None else sample
    for site in order:
        if not left:
            return
        mutant = site.written()
        if mutant is not None:
            left -= 1
            yield mutant


def _places(tree: ast.Module) -> Iterator[tuple[ast.AST, Place, str]]:
    """The nodes that run, with where they stand and the function or class that holds them."""

    functions = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

    def walk(
        parent: ast.AST, names: str, *, fixed: bool, value: bool
    ) -> Iterator[tuple[ast.AST, Place, str]]:
        for node in _running(parent):
            assigned = isinstance(parent, ast.Assign | ast.AnnAssign) and node is parent.value
            inside = value or (fixed and assigned)
            named = names
            if isinstance(node, functions | ast.ClassDef) and not isinstance(node, ast.Lambda):
                named = f"{names}.{node.name}" if names else node.name
            elif hasattr(node, "lineno"):
                yield node, Place(parent, inside), names or "module"
            runs_later = isinstance(node, functions)
            yield from walk(node, named, fixed=fixed and not runs_later, value=inside and not runs_later)

    yield from walk(tree, "", fixed=True, value=False)


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """The children of a node, but for types, documentation, imports and what only a type checker reads."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr):
        return
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("__all__", "__slots__"):
        return
    value = node.value if isinstance(node, ast.Assign) else None
    if isinstance(value, ast.Subscript) and ast.unparse(value.value) in _TYPES:
        return
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases", "type_comment", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            documentation = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
            cast = isinstance(child, ast.Call) and ast.unparse(child.func) in ("cast", "TypeVar")
            if isinstance(child, ast.AST) and not documentation and not cast:
                yield child


def _told(before: str, after: str) -> tuple[str, str]:
    """Both in short, from a little before where they begin to differ."""
    flat = [" ".join(each.split()) for each in (before, after)]
    pairs = enumerate(zip(*flat, strict=False))
    same = next((place for place, (one, two) in pairs if one != two), 0)
    start = 0 if max(map(len, flat)) <= _SHORT else max(0, same - _SHORT // 3)
    one, two = (("…" if start else "") + _cut(each[start:]) for each in flat)
    return one, two


def _cut(source: str) -> str:
    return source if len(source) <= _SHORT else f"{source[:_SHORT]}…"
