"""Which shape JSON of a stranger must have, checked where it comes in: no wrong type travels on.

A shape is a type (``str``, ``int``, ``bool``, ``dict``, ``object`` for anything), a list of
one shape, a ``Record`` of keys, or an ``Each`` for the values of any keys. ``Maybe`` lets null
and absence pass.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_NAMES = {str: "a text", int: "a whole number", bool: "true or false", dict: "an object", list: "a list"}


class ShapeError(ValueError):
    """A value of another shape; the message says where."""


@dataclass(frozen=True, slots=True)
class Maybe:
    """A shape, or null, or nothing."""

    shape: Any


@dataclass(frozen=True, slots=True)
class Each:
    """An object whose values all have one shape, whatever its keys are."""

    shape: Any


@dataclass(frozen=True, slots=True)
class Record:
    """An object with these keys; others are passed over."""

    keys: Mapping[str, Any]


def fit(value: Any, shape: Any, where: str) -> Any:
    """The value, if it has the shape.

    Args:
        value: as ``json.loads`` gives it.
        shape: see the module.
        where: what the value is, for the error.

    Raises:
        ShapeError: it has another.
    """
    if isinstance(shape, Maybe):
        if value is not None:
            fit(value, shape.shape, where)
    elif isinstance(shape, Record):
        _fit_record(_is(value, dict, where), shape, where)
    elif isinstance(shape, Each):
        for key, inner in _is(value, dict, where).items():
            fit(inner, shape.shape, f"{where}.{key[:40]}")
    elif isinstance(shape, list):
        for number, inner in enumerate(_is(value, list, where)):
            fit(inner, shape[0], f"{where}[{number}]")
    elif shape is not object:
        _is(value, shape, where)
    return value


def _fit_record(value: Mapping[str, Any], record: Record, where: str) -> None:
    for key, inner in record.keys.items():
        if key not in value and not isinstance(inner, Maybe):
            raise ShapeError(f"{where} has no {key}")
        fit(value.get(key), inner, f"{where}.{key}")


def _is(value: Any, kind: type, where: str) -> Any:
    # bool is an int for isinstance, and true is no size.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ShapeError(f"{where} is not {_NAMES[kind]}")
    return value


def load(data: bytes | str, shape: Any, where: str) -> Any:
    """JSON of a certain shape.

    Raises:
        ShapeError: it is no JSON, nests too deeply, holds a number that is none, or has another shape.
    """
    try:
        value = json.loads(data, parse_constant=_no_number)
        if _may_hold_halves(data):
            value = _without_halves(value)
    except RecursionError:
        raise ShapeError(f"{where} nests too deeply") from None
    except ValueError as error:
        raise ShapeError(f"{where} is no JSON: {error}") from error
    return fit(value, shape, where)


def _may_hold_halves(data: bytes | str) -> bool:
    """May half a surrogate pair be in a text? ``json`` takes it escaped, and as bytes that are no UTF-8."""
    if isinstance(data, bytes):
        return b"\xed" in data or b"\\ud" in data.lower()
    return "\\ud" in data.lower()


def _without_halves(value: Any) -> Any:
    """The value with a replacement character for each half of a surrogate pair: no text can hold one."""
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return json.loads(text.decode("utf-8", "replace"))


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")
