"""The tables that the package's modules hold, each in words, to be held against lists written out in tests.

A table is what a module assigns at its top: a set, dict, tuple or list with words in it. Patterns,
functions and sentences stand there by their kind or name alone: other tests say what they do.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import uvdive

ROOT = Path(uvdive.__file__).parent
_SENTENCE = re.compile(r"(?=.{24}).*\b(?:a|an|and|at|by|for|is|it|of|the|to|with)\b .*", re.DOTALL)
"""What a user reads, and no entry."""


def tables_of(floor: str) -> dict[str, tuple[str, ...]]:
    """What stands in each table of a floor's modules, by the module and the table's name."""
    return {
        f"{_place(path).removeprefix(f'uvdive.{floor}.')}.{name}": entries
        for path in sorted((ROOT / floor).rglob("*.py"))
        for name in _assigned(path)
        if (entries := _entries(getattr(importlib.import_module(_place(path)), name)))
    }


def written(text: str) -> dict[str, tuple[str, ...]]:
    """Lists as a test writes them: ``place.NAME: entry entry``, with further lines indented more."""
    found: dict[str, tuple[str, ...]] = {}
    name = ""
    for line in text.split("\n"):
        if line.strip() and not line[0].isspace():
            name, _, line = line.partition(":")  # noqa: PLW2901
            found[name] = ()
        if name:
            found[name] += tuple(line.split())
    return found


def differences(found: Mapping[str, tuple[str, ...]], listed: Mapping[str, tuple[str, ...]]) -> list[str]:
    """A line for each table that does not hold what is listed, in its order."""
    return [
        f"{name}: holds {' '.join(found.get(name, ())) or 'nothing'}; listed {' '.join(listed.get(name, ()))}"
        for name in sorted({*found, *listed})
        if found.get(name) != listed.get(name)
    ]


def _place(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _assigned(path: Path) -> Iterator[str]:
    """The names that a module gives at its top, but for what is made of other tables alone."""
    for statement in ast.parse(path.read_text()).body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
            continue
        if not any(isinstance(node, ast.Constant) for node in ast.walk(statement.value)):
            continue
        for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
            for each in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(each, ast.Name) and not each.id.startswith("__"):
                    yield each.id


def _entries(value: object) -> tuple[str, ...]:
    """The words of a table in its order, those of a set sorted; nothing where it is none."""
    if not isinstance(value, frozenset | set | tuple | list | Mapping) or len(value) < 2:
        return ()
    words = tuple(_words(value))
    return words if any(re.search(r"\w", word) and word != "…" for word in words) else ()


def _words(value: object) -> Iterator[str]:
    if isinstance(value, frozenset | set):
        yield from sorted(word for each in value for word in _words(each))
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _words(key)
            yield "="
            yield from _words(each)
    elif isinstance(value, tuple | list):
        for each in value:
            yield from (("(", *_words(each), ")") if isinstance(each, tuple | list) else _words(each))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from _words(getattr(value, dataclasses.fields(value)[0].name))
    else:
        yield _word(value)


def _word(value: object) -> str:
    if isinstance(value, re.Pattern):
        return "<pattern>"
    if callable(value):
        return f"<{getattr(value, '__name__', type(value).__name__)}>"
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return repr(value)
    if _SENTENCE.match(value):
        return "…"
    return value.replace(" ", "␣") if value and value.isprintable() else repr(value).replace(" ", "␣")
