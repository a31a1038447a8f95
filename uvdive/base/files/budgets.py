"""The rules of ``uvdive check``: read from ``uvdive.toml``, ``[tool.uvdive.check]`` or ``.dive-ci``.

The nearest folder at or above the current one that has rules of ours counts: its ``uvdive.toml``
(table ``check``) goes before its ``pyproject.toml``. Where there are none, a ``.dive-ci`` of the
current folder is read with dive's own keys and defaults.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from uvdive.base.errors import UsageError
from uvdive.base.files.config import unknown
from uvdive.base.files.foreign import read_file
from uvdive.base.names import normal_name
from uvdive.base.units import parse_percent, parse_size

OWN_FILE = "uvdive.toml"
DIVE_FILE = ".dive-ci"
LEVELS = ("info", "low", "medium", "high", "never")
"""From which severity on a finding fails the check, the strictest first."""

_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
"""What Python's, Debian's, Alpine's and RPM's packages may be called."""

NO_REWRITE = "none"
_SMALLER = "smaller than "


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit in bytes, or as a share of something (0.05 is 5 %)."""

    count: int | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Budgets:
    """What an image may be. None is no rule; sizes are bytes, shares are of one.

    ``max_waste`` counts dead bytes, as a share of all; ``max_user_waste`` is their share of the bytes
    that the first layer does not have (dive's). ``rewrite`` is what a rewrite may save at most: zero
    means that there must be none. ``packages`` are by normal name; None must not be there.
    ``source`` is the file that says so, ``lines`` has the line of each rule in it by its id.
    """

    fail_level: str = "high"
    ignore: tuple[str, ...] = ()
    max_size: int | None = None
    warn_size: int | None = None
    max_pull_size: int | None = None
    max_waste: Bound | None = None
    max_user_waste: float | None = None
    min_efficiency: float | None = None
    max_growth: Bound | None = None
    max_layers: int | None = None
    rewrite: Bound | None = None
    owners: Mapping[str, int] = field(default_factory=dict)
    packages: Mapping[str, int | None] = field(default_factory=dict)
    source: Path | None = None
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """The names that rules may hold: owners, and ids of findings."""

    owners: tuple[str, ...]
    findings: tuple[str, ...]


def load_budgets(folder: Path, known: Known, config: Path | None = None) -> Budgets:
    """The rules that hold in a folder, or those of one file.

    Raises:
        UsageError: a file cannot be read or is malformed; names file, line and key, and the nearest name.
    """
    if config is not None:
        return _named(config, known)
    folder = folder.absolute()
    for place in (folder, *folder.parents):
        for path in (place / OWN_FILE, place / "pyproject.toml"):
            if (text := _text(path)) is not None and (found := _ours(path, text, known)) is not None:
                return found
    from uvdive.base.files.dive_budgets import read_dive

    text = _text(folder / DIVE_FILE)
    return Budgets() if text is None else read_dive(folder / DIVE_FILE, text)


def budgets_of_table(table: Mapping[str, Any], known: Known, called: str = "rules") -> Budgets:
    """The rules of a table with the keys of ``[tool.uvdive.check]``.

    Args:
        table: the rules, as TOML would give them.
        known: the names that they may hold.
        called: what errors call it.

    Raises:
        UsageError: it is malformed; names the key, and the nearest name.
    """
    for key in (*table, *(name for value in table.values() if isinstance(value, Mapping) for name in value)):
        if not isinstance(key, str):
            raise UsageError(f"{called}: {key!r} is no key.", "Keys are texts.")
    plain = {key: dict(value) if isinstance(value, Mapping) else value for key, value in table.items()}
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in plain.items()}
    return replace(_Reader(Path(called), "", (), known).budgets(plain), source=None)


def _named(path: Path, known: Known) -> Budgets:
    text = _text(path)
    if text is None:
        raise UsageError(f"There is no file {path}.", "Name the file with the rules.")
    if path.name == DIVE_FILE or path.suffix in (".yaml", ".yml"):
        from uvdive.base.files.dive_budgets import read_dive

        return read_dive(path, text)
    found = _ours(path, text, known)
    if found is None:
        raise UsageError(f"{path} has no table tool.uvdive.check.", "Add it, or name another file.")
    return found


def _text(path: Path) -> str | None:
    try:
        return read_file(path).decode()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "See its permissions.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from error


def _ours(path: Path, text: str, known: Known) -> Budgets | None:
    """The rules of a TOML file; None of a ``pyproject.toml`` that has none."""
    is_project = path.name == "pyproject.toml"
    if is_project and "uvdive" not in text:
        return None
    from uvdive.base import toml

    try:
        tables = toml.loads(text)
    except ValueError as error:
        if is_project and "tool.uvdive.check" not in text:
            return None  # broken, and none of our concern
        raise UsageError(f"{path} is no TOML: {error}.", "Fix it.") from error
    above = ("tool", "uvdive", "check") if is_project else ("check",)
    if not is_project:
        for key in tables:
            if key not in above:
                raise unknown(path, key, above, _line(text, (), key))
    table: Any = tables
    for key in above:
        table = table.get(key) if isinstance(table, dict) else None
    if table is None:
        return None if is_project else Budgets(source=path)
    return _Reader(path, text, above, known).budgets(table)


class _Reader:
    """Reads one table, and tells what is wrong with it by file, line and key."""

    def __init__(self, path: Path, text: str, above: tuple[str, ...], known: Known) -> None:
        self.path, self.text, self.above, self.known = path, text, above, known
        self.lines: dict[str, int] = {}

    def budgets(self, table: Any) -> Budgets:
        keys = (*_SIMPLE, "fail-level", "ignore", "owners", "packages", "layers")
        self._check(table, keys, (), ".".join(self.above))
        found: dict[str, Any] = {}
        for key, (name, read, example) in _SIMPLE.items():
            if key in table:
                found[name] = self._value((), key, table[key], read, example)
        for key, name, read in (
            ("fail-level", "fail_level", self._level),
            ("ignore", "ignore", self._ignored),
        ):
            if key in table:
                found[name] = read(table[key])
        if "layers" in table:
            layers = table["layers"]
            self._check(layers, ("count",), ("layers",), "layers")
            if "count" in layers:
                found["max_layers"] = self._value(("layers",), "count", layers["count"], _count, "20")
        found["owners"] = self._owners(table.get("owners", {}))
        found["packages"] = self._packages(table.get("packages", {}))
        return Budgets(**found, source=self.path, lines=self.lines)

    def _owners(self, table: Any) -> dict[str, int]:
        self._check(table, self.known.owners, ("owners",), "owners")
        return {
            name: self._value(("owners",), name, value, parse_size, '"20 MB"')
            for name, value in table.items()
        }

    def _packages(self, table: Any) -> dict[str, int | None]:
        self._check(table, None, ("packages",), "packages")
        for name in table:
            if not _PACKAGE.fullmatch(name):
                place = self._place(self._line(("packages",), name))
                raise UsageError(f"{place}: packages.{name} is no package's name.", "Write flask = false.")
        return {
            normal_name(name): self._value(("packages",), name, value, _package, '"20 MB" or false')
            for name, value in table.items()
        }

    def _level(self, value: Any) -> str:
        if not isinstance(value, str) or value not in LEVELS:
            raise unknown(self.path, str(value), LEVELS, self._at((), "fail-level"), "fail-level")
        self._at((), "fail-level")
        return value

    def _ignored(self, value: Any) -> tuple[str, ...]:
        line = self._at((), "ignore")
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._wrong("ignore", line, 'ignore = ["uv-tag-unpinned"]')
        for each in value:
            if each not in self.known.findings:
                raise unknown(self.path, each, self.known.findings, line, "finding")
        return tuple(value)

    def _value(
        self, above: tuple[str, ...], key: str, value: Any, read: Callable[[Any], Any], example: str
    ) -> Any:
        line = self._at(above, key)
        try:
            return read(value)
        except ValueError:
            name = ".".join((*above, key))
            raise self._wrong(name, line, f"{name} = {example}") from None

    def _check(self, table: Any, keys: tuple[str, ...] | None, above: tuple[str, ...], name: str) -> None:
        if not isinstance(table, dict):
            *outer, own = whole = (*self.above, *above)
            raise self._wrong(name, _line(self.text, tuple(outer), own), f"[{'.'.join(whole)}]")
        for key in table if keys is not None else ():
            if key not in keys:  # type: ignore[operator]
                raise unknown(self.path, ".".join((*above, key)), keys or (), self._line(above, key), "rule")

    def _at(self, above: tuple[str, ...], key: str) -> int | None:
        """The line of a rule, noted under its id."""
        line = self._line(above, key)
        if line is not None:
            name = normal_name(key) if above == ("packages",) else key
            self.lines[".".join((*above, name))] = line
        return line

    def _line(self, above: tuple[str, ...], key: str) -> int | None:
        return _line(self.text, (*self.above, *above), key)

    def _place(self, line: int | None) -> str:
        return f"{self.path}:{line}" if line is not None else str(self.path)

    def _wrong(self, name: str, line: int | None, example: str) -> UsageError:
        return UsageError(f"{self._place(line)}: {name} is not written as it must be.", f"Write {example}.")


def _line(text: str, above: tuple[str, ...], key: str) -> int | None:
    """The line where a key stands, as people write TOML; None where it is written in another way."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split("#", 1)[0].strip()
        if words.startswith("["):
            table = _key(words.strip("[]"))
            if table == (*above, key):
                return number
        elif "=" in words:
            name = (*table, *_key(words.partition("=")[0]))
            if name[: len(above) + 1] == (*above, key):
                return number
    return None


def _key(text: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in text.split("."))


def _least(value: Any) -> float:
    """A share that something can have: what is to be more than all would fail for ever."""
    share = parse_percent(value)
    if share > 1:
        raise ValueError
    return share


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError
    return value


def _package(value: Any) -> int | None:
    return None if value is False else parse_size(value)


def _bound(value: Any) -> Bound:
    if isinstance(value, str) and value.rstrip().endswith("%"):
        return Bound(share=parse_percent(value))
    return Bound(count=parse_size(value))


def _rewrite(value: Any) -> Bound:
    if value == NO_REWRITE:
        return Bound(count=0)
    if not isinstance(value, str) or not value.startswith(_SMALLER):
        raise ValueError
    return _bound(value.removeprefix(_SMALLER))


_SIMPLE: dict[str, tuple[str, Callable[[Any], Any], str]] = {
    "max-size": ("max_size", parse_size, '"250 MB"'),
    "warn-size": ("warn_size", parse_size, '"200 MB"'),
    "max-pull-size": ("max_pull_size", parse_size, '"90 MB"'),
    "max-waste": ("max_waste", _bound, '"5 MB" or "2 %"'),
    "min-efficiency": ("min_efficiency", _least, '"95 %"'),
    "max-growth": ("max_growth", _bound, '"5 MB" or "2 %"'),
    "rewrite": ("rewrite", _rewrite, '"smaller than 5 %" or "none"'),
}
"""The rules with one value: the field, what reads it, an example."""
