"""dive's own rules (``.dive-ci``), as dive 0.13 reads them: three keys, each with a default."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from uvdive.base.errors import UsageError
from uvdive.base.files.budgets import Bound, Budgets
from uvdive.base.files.config import unknown
from uvdive.base.units import parse_size

KEYS = ("lowestEfficiency", "highestWastedBytes", "highestUserWastedPercent")
_DEFAULTS = {"lowestEfficiency": "0.9", "highestWastedBytes": "disabled", "highestUserWastedPercent": "0.1"}
_RULES = dict(zip(KEYS, ("min-efficiency", "max-waste", "max-user-waste"), strict=True))
_OFF = "disabled"


def read_dive(path: Path, text: str) -> Budgets:
    """The rules of a ``.dive-ci``; findings fail nothing there.

    Raises:
        UsageError: it is no YAML, or a key or value is none of dive's.
    """
    rules, lines = _rules(path, text)
    values: dict[str, Any] = {}
    for key in KEYS:
        written = rules.get(key.lower(), _DEFAULTS[key])
        values[key] = None if written == _OFF else _value(path, lines.get(key), key, written)
    waste = values["highestWastedBytes"]
    return Budgets(
        fail_level="never",
        min_efficiency=values["lowestEfficiency"],
        max_waste=None if waste is None else Bound(count=waste),
        max_user_waste=values["highestUserWastedPercent"],
        source=path,
        lines={_RULES[key]: line for key, line in lines.items()},
    )


def _value(path: Path, line: int | None, key: str, written: str) -> int | float:
    try:
        if key == "highestWastedBytes":
            return parse_size(written)
        share = float(written)
        if 0 <= share <= 1:
            return share
    except ValueError:
        pass
    place = path if line is None else f"{path}:{line}"
    example = "20MB" if key == "highestWastedBytes" else "0.1"
    raise UsageError(f"{place}: {key} can't be {written}.", f"Write {key}: {example}, or {key}: {_OFF}.")


def _rules(path: Path, text: str) -> tuple[dict[str, str], dict[str, int]]:
    """The values by key in small letters, as dive compares them, and each key's line by dive's spelling."""
    import yaml

    known = {key.lower(): key for key in KEYS}
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = path if mark is None else f"{path}:{mark.line + 1}"
        raise UsageError(f"{place} is no YAML.", "Fix it.") from error
    for key, node in _entries(path, root):
        if key.value.lower() != "rules":
            continue
        for name, value in _entries(path, node):
            line = name.start_mark.line + 1
            if name.value.lower() not in known:
                raise unknown(path, name.value, KEYS, line, "rule")
            if not isinstance(value, yaml.ScalarNode):
                raise UsageError(f"{path}:{line}: {name.value} has no value.", f"Write {name.value}: {_OFF}.")
            values[name.value.lower()] = value.value
            lines[known[name.value.lower()]] = line
    return values, lines


def _entries(path: Path, node: Any) -> list[tuple[Any, Any]]:
    import yaml

    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
        return []
    if not isinstance(node, yaml.MappingNode):
        raise UsageError(
            f"{path}:{node.start_mark.line + 1}: here must be keys.", "Write rules: and its keys."
        )
    return [(key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]
