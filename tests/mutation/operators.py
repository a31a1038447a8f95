"""The small mistakes that are made on purpose: each operator gives the other ways to write a node.

An operator takes a node and where it stands, and yields new nodes for its place. What only
words, types or documentation are made of is left alone (``mutants.py``).
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """Where a node stands: what holds it, and whether that is a value that the module assigns."""

    parent: ast.AST
    module_value: bool = False


Operator = Callable[[ast.AST, Place], Iterator[ast.AST]]

_COMPARED: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_COUNTED: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
_NOT_EXCHANGED = ("isinstance", "issubclass", "min", "max")
"""The order of whose arguments is another kind of mistake, or none."""
_OPPOSITE = {"min": "max", "max": "min", "any": "all", "all": "any"}


def changed(node: Any, **fields: Any) -> Any:
    """The node with other fields; the old one stays as it is."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def but(items: list[Any], place: int, *more: Any) -> list[Any]:
    """The list with something else, or nothing, in one place."""
    return [*items[:place], *more, *items[place + 1 :]]


def comparison(node: ast.AST, _place: Place) -> Iterator[ast.AST]:
    """``<`` for ``<=``, ``==`` for ``!=``, ``in`` for ``not in`` ..."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in _COMPARED[type(operator)]:
                yield changed(node, ops=but(node.ops, place, other()))


def logic(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """``and`` for ``or``; a condition the other way round; no ``not``; ``any`` for ``all``."""
    if isinstance(node, ast.BoolOp):
        yield changed(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif getattr(place.parent, "test", None) is node and not isinstance(node, ast.Compare | ast.Constant):
        yield ast.UnaryOp(ast.Not(), node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _OPPOSITE:
        yield changed(node, func=ast.Name(_OPPOSITE[node.func.id], ast.Load()))


def arithmetic(node: ast.AST, _place: Place) -> Iterator[ast.AST]:
    """``+`` for ``-``, ``*`` for ``//`` ..., where it is about numbers as far as one sees."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _COUNTED:
        parts = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.value,)
        if not any(isinstance(part, ast.JoinedStr) or _is_text(part) for part in parts):
            yield changed(node, op=_COUNTED[type(node.op)]())


def constant(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """One more and one less; ``True`` for ``False``."""
    if not isinstance(node, ast.Constant) or isinstance(place.parent, ast.FormattedValue):
        return
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
        if node.value > 0:
            yield ast.Constant(node.value - 1)


def result(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """Nothing returned where something was."""
    if isinstance(place.parent, ast.Return):
        nothing = isinstance(node, ast.Constant) and node.value in (None, False)
        if not nothing:
            yield ast.Constant(None)


def table(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """An entry less in a table; inside functions only in those of constants."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        known = place.module_value or all(_is_constant(each) for each in node.elts)
        if known and len(node.elts) > 1 and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            for number in range(len(node.elts)):
                yield changed(node, elts=but(node.elts, number))
    elif isinstance(node, ast.Dict):
        known = place.module_value or all(key is not None and _is_constant(key) for key in node.keys)
        for number in range(len(node.keys)) if known and len(node.keys) > 1 else ():
            yield changed(node, keys=but(node.keys, number), values=but(node.values, number))
    elif _is_text(node) and isinstance(place.parent, ast.Attribute) and place.parent.attr == "split":
        words = node.value.split()
        for number in range(len(words)) if len(words) > 1 else ():
            yield ast.Constant((" " if isinstance(node.value, str) else b" ").join(but(words, number)))


def arguments(node: ast.AST, _place: Place) -> Iterator[ast.AST]:
    """Two neighbours among the arguments of a call, exchanged."""
    if not isinstance(node, ast.Call) or any(isinstance(each, ast.Starred) for each in node.args):
        return
    if not isinstance(node.func, ast.Name) or node.func.id not in _NOT_EXCHANGED:
        for number, (one, two) in enumerate(zip(node.args, node.args[1:], strict=False)):
            if ast.dump(one) != ast.dump(two):
                yield changed(node, args=[*node.args[:number], two, one, *node.args[number + 2 :]])


def statement(node: ast.AST, _place: Place) -> Iterator[ast.AST]:
    """Nothing in the place of a statement that has an effect of its own."""
    called = isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
    kept = isinstance(node, ast.Assign) and not any(
        isinstance(each, ast.Name | ast.Tuple) for each in node.targets
    )
    if called or kept or isinstance(node, ast.AugAssign | ast.Raise | ast.Continue | ast.Break | ast.Delete):
        yield ast.Pass()


OPERATORS: dict[str, Operator] = {
    each.__name__: each
    for each in (comparison, logic, arithmetic, constant, result, table, arguments, statement)
}


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


def _is_constant(node: ast.AST) -> bool:
    """Is it written out, down to its last part?"""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return all(_is_constant(each) for each in node.elts)
    if isinstance(node, ast.UnaryOp):
        return _is_constant(node.operand)
    return isinstance(node, ast.Constant)
