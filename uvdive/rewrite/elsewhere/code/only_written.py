"""Where a value of Python code ends up: is it only written down, or may something start what it names (R24)?

An app that shows its users the settings of an MCP client (`{"command": "uvx", "args": […]}`) starts
nothing by them. What comes in is a module and one of its values; what goes out is yes only where every
use of the value, as far as names lead, is one that writes it, shows it or asks about it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from uvdive.rewrite.elsewhere.code.code_values import name_of

# They make a text of a value, or show or store one: of json, yaml and the like, of files, of the terminal.
_WRITERS = frozenset(
    (
        *("dumps", "dump", "safe_dump", "print", "pprint", "pformat", "print_json", "echo", "secho"),
        *("write", "write_text", "writelines", "info", "debug", "JSONResponse", "jsonify"),
    )
)
_ASKS = frozenset({"len", "bool", "isinstance", "sorted", "set", "repr", "keys"})
_SAME = frozenset({"dict", "list", "copy", "deepcopy", "items", "values", "get", "pop"})
_CHANGES = frozenset({"update", "setdefault", "append", "extend", "pop", "insert"})
_HOLDERS = (ast.Dict, ast.List, ast.Tuple, ast.IfExp, ast.BinOp, ast.JoinedStr, ast.FormattedValue)
# What a function behind one of these gives is sent to who asked: `@app.get("/setup")`.
_ROUTES = frozenset({"get", "post", "put", "route", "api_route", "resource", "prompt"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEEPEST = 24


class Writings:
    """The uses of a module's values.

    Args:
        tree: the module.
        elsewhere: does another module name this name?
        starts: names of functions that start programs; a value that is within a call of one is started.
    """

    def __init__(self, tree: ast.AST, elsewhere: Callable[[str], bool], starts: frozenset[str]) -> None:
        self._elsewhere, self._starts = elsewhere, starts
        self._above: dict[ast.AST, ast.AST] = {}
        self._uses: dict[str, list[ast.expr]] = {}
        for node in ast.walk(tree):
            for child in ast.iter_child_nodes(node):
                self._above[child] = node
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
                self._uses.setdefault(name_of(node), []).append(node)

    def only(self, node: ast.expr) -> bool:
        """Is the value of an expression only written down?"""
        return self._ends(node, frozenset(), 0)

    def _ends(self, node: ast.AST, seen: frozenset[str], depth: int) -> bool:
        above = self._above.get(node)
        if above is None or depth > _DEEPEST:
            return False
        if isinstance(above, (*_HOLDERS, ast.keyword, ast.Await)):
            found = self._ends(above, seen, depth + 1)
        elif isinstance(above, ast.Call):
            found = self._given(above, node, seen, depth)
        elif isinstance(above, ast.Attribute):
            found = self._member(above, seen, depth)
        elif isinstance(above, ast.Subscript):
            stored = isinstance(above.ctx, ast.Store | ast.Del)
            found = above.value is node and (stored or self._ends(above, seen, depth + 1))
        elif isinstance(above, ast.Assign | ast.AnnAssign):
            targets = above.targets if isinstance(above, ast.Assign) else [above.target]
            found = above.value is node and all(self._kept(each, above, seen, depth) for each in targets)
        elif isinstance(above, ast.Return):
            found = self._returned(above, seen, depth)
        else:
            found = isinstance(above, ast.Compare | ast.Expr | ast.If | ast.UnaryOp)
        return found

    def _given(self, call: ast.Call, node: ast.AST, seen: frozenset[str], depth: int) -> bool:
        """A value is among the arguments of a call."""
        name = name_of(call.func)
        if node is call.func:
            return False
        if name in _WRITERS:
            return not self._is_started(call)
        return name in _ASKS or (name in _SAME and self._ends(call, seen, depth + 1))

    def _is_started(self, node: ast.AST) -> bool:
        """Does a text, be it under the name that it gets here, go to what starts programs?"""
        within, statement = self._within_start(node)
        if within or not isinstance(statement, ast.Assign):
            return within
        names = [each.id for each in statement.targets if isinstance(each, ast.Name)]
        return any(self._within_start(use)[0] for name in names for use in self._uses.get(name, ()))

    def _within_start(self, node: ast.AST) -> tuple[bool, ast.AST | None]:
        """Is an expression, or what it stands in, a call of what starts programs? And its statement."""
        within = False
        at: ast.AST | None = node
        while at is not None and not isinstance(at, ast.stmt):
            within = within or (isinstance(at, ast.Call) and name_of(at.func) in self._starts)
            at = self._above.get(at)
        return within, at

    def _member(self, member: ast.Attribute, seen: frozenset[str], depth: int) -> bool:
        """A method of the value is called."""
        call = self._above.get(member)
        if not isinstance(call, ast.Call) or call.func is not member:
            return False
        if member.attr in _CHANGES and isinstance(self._above.get(call), ast.Expr):
            return True
        return member.attr in _ASKS or (member.attr in _SAME and self._ends(call, seen, depth + 1))

    def _kept(self, target: ast.expr, above: ast.stmt, seen: frozenset[str], depth: int) -> bool:
        """A value gets a name, or a place in one that has a name."""
        while isinstance(target, ast.Subscript):
            target = target.value
        if not isinstance(target, ast.Name):
            return False
        return self._of_name(target.id, seen, depth, public=isinstance(self._above.get(above), ast.Module))

    def _of_name(self, name: str, seen: frozenset[str], depth: int, *, public: bool) -> bool:
        if name in seen:
            return True
        if public and self._elsewhere(name):
            return False
        uses = self._uses.get(name, [])
        return bool(uses) and all(self._ends(use, seen | {name}, depth + 1) for use in uses)

    def _returned(self, above: ast.Return, seen: frozenset[str], depth: int) -> bool:
        """A function gives the value: to who asked over the network, or to its callers here."""
        at: ast.AST | None = above
        while at is not None and not isinstance(at, _FUNCTIONS):
            at = self._above.get(at)
        if at is None or not isinstance(at, _FUNCTIONS):
            return False
        if any(isinstance(each, ast.Call) and name_of(each.func) in _ROUTES for each in at.decorator_list):
            return True
        if at.name in seen:
            return True
        if at.decorator_list or self._elsewhere(at.name):
            return False
        calls = [self._above.get(use) for use in self._uses.get(at.name, ())]
        return bool(calls) and all(
            isinstance(call, ast.Call)
            and name_of(call.func) == at.name
            and self._ends(call, seen | {at.name}, depth + 1)
            for call in calls
        )
