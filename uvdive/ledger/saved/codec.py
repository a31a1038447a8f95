"""Frozen dataclasses to JSON data and back, driven by their type hints."""

from __future__ import annotations

import functools
import types
import typing
from array import array
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Generic, Literal, TypeVar, Union

Decoder = Callable[[Any], Any]
_T = TypeVar("_T")


class _ArrayOf(Generic[_T]):
    """Stands for ``array[int]``, which Python 3.11 cannot evaluate."""


def encode(value: Any, leave_out: tuple[type, ...] = (array,)) -> Any:
    """Turn a dataclass, and whatever it holds, into data that ``json`` can write.

    Bytes become text with bad UTF-8 as lone surrogates, which come back as the same
    bytes. Fields that hold one of ``leave_out`` are not written.
    """
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if is_dataclass(value):
        held = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: encode(item, leave_out) for name, item in held if not isinstance(item, leave_out)}
    if isinstance(value, Mapping):
        return {str(key): encode(item, leave_out) for key, item in value.items()}
    return [encode(item, leave_out) for item in value]


def decode(hint: Any, value: Any) -> Any:
    """Make what ``hint`` says (a dataclass, ``tuple[X, ...]``, ``X | None`` …) from JSON data.

    Unknown keys are ignored and missing ones take the field's default, so that files
    of older and of slightly newer versions can be read. What was left out of the data
    (``leave_out``) may already be in it as the value it shall have.

    Raises:
        ValueError: the data does not have the shape; the message names the field.
    """
    return decoder(hint)(value)


@functools.cache
def decoder(hint: Any) -> Decoder:
    """The function that decodes one type; ValueError as in ``decode``."""
    if hint is Any or hint is object:
        return lambda value: value
    if hint is bytes:
        return lambda value: str(_plain(str, value)).encode("utf-8", "surrogateescape")
    if hint is float:
        return _number
    if hint in {str, int, bool, types.NoneType}:
        return functools.partial(_plain, hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return _dataclass_decoder(hint)
    return _generic_decoder(hint, typing.get_origin(hint), typing.get_args(hint))


def _generic_decoder(hint: Any, origin: Any, args: tuple[Any, ...]) -> Decoder:
    if origin is _ArrayOf:
        return _made
    if origin is Literal:
        return functools.partial(_literal, args)
    if origin in {Union, types.UnionType}:
        return _optional_decoder(args)
    if origin is tuple:
        return _tuple_decoder(args)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping_decoder(args[1])
    raise TypeError(f"no decoder for {hint!r}")


_LARGEST = 1 << 63


def _plain(kind: type, value: Any) -> Any:
    # bool is an int for isinstance, and true is no size.
    if type(value) is not kind:
        raise ValueError(f"{type(value).__name__} where {kind.__name__} belongs")
    if isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
        raise ValueError("a number that is none")
    return value


def _made(value: Any) -> Any:
    if not isinstance(value, array):
        raise ValueError("a column was left out")  # noqa: TRY004 - the data is wrong, not the program
    return value


def _number(value: Any) -> float:
    try:
        return float(value) if type(value) is int else float(_plain(float, value))
    except OverflowError as error:
        raise ValueError("a number that is none") from error


def _literal(allowed: tuple[Any, ...], value: Any) -> Any:
    if value not in allowed:
        raise ValueError(f"not one of {allowed}")
    return value


def _optional_decoder(args: tuple[Any, ...]) -> Decoder:
    if all(typing.get_origin(arg) is Literal for arg in args):
        return functools.partial(_literal, tuple(value for arg in args for value in typing.get_args(arg)))
    kinds = [arg for arg in args if arg is not types.NoneType]
    if len(kinds) != 1 or len(kinds) == len(args):
        raise TypeError(f"only X | None can be decoded, not {args!r}")
    inner = decoder(kinds[0])
    return lambda value: None if value is None else inner(value)


def _tuple_decoder(args: tuple[Any, ...]) -> Decoder:
    if len(args) == 2 and args[1] is ...:
        inner = decoder(args[0])
        return lambda value: tuple(inner(item) for item in _plain(list, value))
    each = [decoder(arg) for arg in args]

    def fixed(value: Any) -> tuple[Any, ...]:
        items = _plain(list, value)
        if len(items) != len(each):
            raise ValueError(f"{len(items)} items where {len(each)} belong")
        return tuple(inner(item) for inner, item in zip(each, items, strict=True))

    return fixed


def _mapping_decoder(hint: Any) -> Decoder:
    inner = decoder(hint)
    return lambda value: {key: inner(item) for key, item in _plain(dict, value).items()}


def _dataclass_decoder(kind: type) -> Decoder:
    hints = typing.get_type_hints(kind, localns={"array": _ArrayOf})
    known = [
        (field.name, hints[field.name], field.default is MISSING and field.default_factory is MISSING)
        for field in fields(kind)
    ]

    def build(value: Any) -> Any:
        if isinstance(value, kind):
            return value
        data, found = _plain(dict, value), {}
        for name, hint, needed in known:
            if name in data:
                try:
                    found[name] = decoder(hint)(data[name])
                except ValueError as error:
                    raise ValueError(f"{name}: {error}") from error
            elif needed:
                raise ValueError(f"{kind.__name__} lacks {name}")
        return kind(**found)

    return build
