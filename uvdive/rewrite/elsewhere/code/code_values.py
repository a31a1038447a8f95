"""What texts and words an expression of Python code stands for, as far as the code says it (R24)."""

from __future__ import annotations

import ast
import shlex

_DEEPEST = 12
# They give what they are given: `str(path)`, `Path("/usr/bin/uv")`, `dedent(text)`.
_SAME = frozenset({"str", "Path", "PurePath", "PosixPath", "fspath", "dedent", "cleandoc", "which"})
_OF_ITSELF = frozenset({"strip", "format", "resolve", "absolute", "as_posix"})
_DEFAULTS = frozenset({"get", "getenv"})


class Values:
    """The names that a module gives to values, and what expressions come to.

    Attributes:
        imported: the module that each name is imported from.
    """

    def __init__(self, tree: ast.AST) -> None:
        self._named: dict[str, ast.expr] = {}
        self.imported: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                self.imported |= {each.asname or each.name: node.module or "" for each in node.names}
            elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    if isinstance(target, ast.Name | ast.Attribute):
                        self._named.setdefault(_key(target), node.value)

    def text(self, node: ast.expr | None, depth: int = 0) -> str:
        """A text, ``$`` for each part of it that is computed; empty where nothing is known."""
        if node is None or depth > _DEEPEST:
            return ""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else ""
        if isinstance(node, ast.Call):
            return self._of_call(node, depth)
        either = _either(node)
        if either:
            return next((found for each in either if (found := self.text(each, depth + 1))), "")
        parts = [self.text(part, depth + 1) for part in _parts(node)]
        return (
            "".join(part or "$" for part in parts) if any(parts) else self.text(self._meant(node), depth + 1)
        )

    def _meant(self, node: ast.expr) -> ast.expr | None:
        """What a name stands for; None for what is no name, or one of something unknown."""
        if isinstance(node, ast.Name | ast.Attribute):
            return self._named.get(_key(node))
        if isinstance(node, ast.NamedExpr):
            return node.value
        if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name | ast.Attribute):
            return None
        mapping = self._named.get(_key(node.value))
        if not isinstance(mapping, ast.Dict):
            return None
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        found = zip(mapping.keys, mapping.values, strict=True)
        return next((value for name, value in found if key is None or self.text(name) == key), None)

    def _of_call(self, node: ast.Call, depth: int) -> str:
        name = name_of(node.func)
        if name == "find_uv_bin":
            return "uv"
        if name in _DEFAULTS and len(node.args) > 1:
            return self.text(node.args[1], depth + 1)
        if name in _SAME and node.args:
            return self.text(node.args[0], depth + 1)
        if isinstance(node.func, ast.Attribute) and name in _OF_ITSELF:
            return self.text(node.func.value, depth + 1)
        return ""

    def words(self, node: ast.expr | None, depth: int = 0) -> tuple[str, ...]:
        """The items of a list, ``$`` for what is computed; empty for what is no list."""
        if node is None or depth > _DEEPEST:
            return ()
        if isinstance(node, ast.List | ast.Tuple):
            found: list[str] = []
            for each in node.elts:
                if isinstance(each, ast.Starred):
                    found += self.words(each.value, depth + 1) or ("$",)
                else:
                    found.append(self.text(each, depth + 1) or "$")
            return tuple(found)
        if isinstance(node, ast.Call):
            return self._divided(node, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left = self.words(node.left, depth + 1)
            return (*left, *(self.words(node.right, depth + 1) or ("$",))) if left else ()
        return self.words(self._meant(node), depth + 1)

    def _divided(self, node: ast.Call, depth: int) -> tuple[str, ...]:
        """`"a b".split()`, `shlex.split(text)`, `list(…)`."""
        name = name_of(node.func)
        if name in ("list", "tuple") and node.args:
            return self.words(node.args[0], depth + 1)
        if name != "split":
            return ()
        text = self.text(node.args[0], depth + 1) if node.args else ""
        if not text and isinstance(node.func, ast.Attribute):
            text = self.text(node.func.value, depth + 1)
        try:
            return tuple(shlex.split(text))
        except ValueError:
            return tuple(text.split())


def name_of(node: ast.expr) -> str:
    """The last name of ``a.b.c``; empty for what has none."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _either(node: ast.expr) -> list[ast.expr]:
    """The values of which an expression is one: `a or b`, `a if b else c`."""
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    return node.values if isinstance(node, ast.BoolOp) else []


def _parts(node: ast.expr) -> list[ast.expr]:
    """The texts that an expression puts one behind the other."""
    if isinstance(node, ast.JoinedStr):
        return [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
    return [node.left, node.right] if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) else []


def _key(node: ast.Name | ast.Attribute) -> str:
    """A name; of an attribute its own, whoever's it is."""
    return node.id if isinstance(node, ast.Name) else f".{node.attr}"
